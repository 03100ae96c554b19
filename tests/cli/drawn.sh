#!/bin/sh
# drawn.sh RIMLIGHT WORK_DIR: a surface that is drawn in the window of a live run comes
# back in a replay of its recording: the reports are equal.
# SPDX-License-Identifier: MIT
set -eu
if [ "${3:-}" != inside ]; then
    for program in Xvfb xvfb-run xdotool; do
        command -v $program >/dev/null || { echo "skipped: no $program"; exit 77; }
    done
    exec xvfb-run -a -s "-screen 0 800x600x24" sh "$0" "$1" "$2" inside
fi
rimlight=$1 work=$2/tests/scratch/drawn
rm -rf "$work"
mkdir -p "$work"
cd "$work"
RIM_WINDOW=software $rimlight live --nir synth:size=640x480,fps=5 --seconds 120 \
    --threads 1 --record-codec raw --record r.mkv --report live.jsonl >log 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true' EXIT

# until FILE has this in a line, or a minute has passed
until_has() {
    for _ in $(seq 300); do
        if grep -q "$1" live.jsonl 2>/dev/null; then return 0; fi
        sleep 0.2
    done
    echo "live.jsonl never had $1"
    cat log
    exit 1
}
until_has '"frame":5,'
sleep 1
for at in "200 150" "420 150" "420 330" "200 330"; do
    # shellcheck disable=SC2086 # two words
    xdotool mousemove $at
    sleep 0.2
    xdotool click 1
    sleep 0.3
done
xdotool key Return
until_has '"state":"[nrc]'
sleep 1
xdotool key c # and none again
sleep 1
kill -INT $pid
wait $pid
trap - EXIT
$rimlight replay r.mkv --headless --report again.jsonl >>log 2>&1
sed -E 's/,"age_ms":[0-9.]*(,"ages_ms":\{[^}]*\})?//' live.jsonl >told.jsonl
cmp told.jsonl again.jsonl
echo "$(grep -c '"state":"off"' told.jsonl) frames without a surface, $(grep -vc '"state":"off"' told.jsonl) with one"
