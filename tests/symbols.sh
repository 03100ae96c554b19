#!/bin/sh
# No name without the rim_ prefix: not among the global symbols of the folders'
# libraries, not among those that librimlight exports.
# Usage: symbols.sh NM LIBRIMLIGHT ARCHIVE...
set -eu
nm=$1 shared=$2
shift 2
# Weak symbols are inline C++ of OpenCV's headers; __ names are the sanitizers'.
strong() {
    awk '$2 ~ /^[TDBRSC]$/ && $3 !~ /^(rim_|__)/ {print $3}'
}
bad=$(for archive; do
    "$nm" -g --defined-only "$archive" 2>/dev/null | strong | sed "s|\$| in $archive|"
done)
all=$("$nm" -D --defined-only "$shared" | awk '$2 != "A" {print $3}')
bad="$bad$(echo "$all" | grep -v '^rim_' | sed "s|\$| exported by $shared|" || true)"
if [ -n "$bad" ]; then
    echo "$bad"
    exit 1
fi
count=$(echo "$all" | grep -c '^rim_')
echo "$count names exported, each with the prefix"
test "$count" -gt 20
