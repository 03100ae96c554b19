#!/bin/sh
# run.sh [--store] RIMLIGHT KEY: counts the instructions of the chain, from raw frames to
# composited pictures, on a fixed recording from the phantom, and fails where they are
# over 5 % more than tests/callgrind/stored says for KEY (architecture, compiler, flags,
# level). --store writes them there. Exit 77: skipped, and why.
set -eu
store=
if [ "$1" = --store ]; then
    store=yes
    shift
fi
program=$1 key=$2
stored=$(dirname "$0")/stored
skip() {
    echo "skipped: $1"
    exit 77
}
command -v valgrind >/dev/null || skip "no valgrind here"
[ -n "$store" ] || grep -q "^$key " "$stored" ||
    skip "no figure for $key in tests/callgrind/stored; run.sh --store makes one"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" phantom --out "$work/frames" --size 480x270 --mm-per-px 0.2 --frames 5 \
    --seed 3 --lesions 4 >/dev/null 2>&1
# One thread; only what is inside of the chain counts, not files.
valgrind --tool=callgrind --callgrind-out-file="$work/out" --collect-atstart=no \
    --toggle-collect=rim_pipeline_process --toggle-collect=rim_overlay_draw \
    "$program" replay "$work/frames" --headless --threads 0 --cpu "${key##*-}" \
    --report "$work/report" --overlay "$work/pictures" >"$work/log" 2>&1 || {
    tail -5 "$work/log"
    grep -q 'has not got it' "$work/log" && skip "no ${key##*-} under valgrind here"
    exit 1
}
count=$(sed -n 's/^summary: //p; s/^totals: //p' "$work/out" | head -1)
[ "$count" -gt 1000000 ]
if [ -n "$store" ]; then
    { grep -v "^$key " "$stored" 2>/dev/null || :; echo "$key $count"; } |
        sort >"$work/stored"
    cp "$work/stored" "$stored"
    echo "stored: $key $count"
    exit 0
fi
was=$(sed -n "s/^$key //p" "$stored")
echo "$count instructions, stored $was ($((100 * count / was)) %)"
if [ $((count * 100)) -gt $((was * 105)) ]; then
    echo "over 5 % more; if that is meant: tests/callgrind/run.sh --store RIMLIGHT $key"
    exit 1
fi
