#!/bin/sh
# Every command and every option that --help tells is in the man page.
# Usage: man.sh MANPAGE PROGRAM...
set -eu
page=$1
shift
bad=0
commands=$("$@" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ -n "$commands" ]
for command in $commands; do
    grep -q "^\.SS $command\$" "$page" || { echo "$page: no .SS $command"; bad=1; }
    # The command's own part, and the options that live and replay share.
    part=$(sed -n -e "/^\.SS $command\$/,/^\.S[HS] /p" \
        -e '/^\.SS Options of live/,/^\.S[HS] /p' "$page" | sed 's/\\-/-/g')
    options=$("$@" "$command" --help |
        sed -n 's/^  \(-[a-z], \)\{0,1\}--\([a-z0-9-]*\).*/\2/p')
    for option in $options; do
        [ "$option" = help ] && continue
        echo "$part" | grep -q -E -e "^\.(BI?|BR) .*--$option\b( |\$|\")" ||
            { echo "$page: --$option of $command is not there"; bad=1; }
    done
done
exit $bad
