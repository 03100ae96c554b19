#!/bin/sh
# delay.sh [SECONDS [SIZE [FPS]]]: how old frames are when they are shown, with
# synthetic cameras at true pace: NIR 12 bits and a colour picture beside it.
#
#   bench/delay.sh                  600 s, 1920x1080, 60/s
#   bench/delay.sh 20 1280x720 30
#
# Needs the release build (cmake --preset release && cmake --build build/release) and a
# machine with nothing else to do: what other programs take shows at once. The target is
# p99 under 16.7 ms and one interval of the display (HZ, 60), and no frame displaced.
# A camera instead of a synthetic one: NIR=/dev/video0 VISIBLE=/dev/video2
# bench/delay.sh. A window instead of none: WINDOW=1; its figures have the wait for the
# display in them. REALTIME=1: with --realtime, which other programs do not delay.
# RIMLIGHT names another program.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-600} size=${2:-1920x1080} fps=${3:-60}
program=${RIMLIGHT:-build/release/app/rimlight}
nir=${NIR:-synth:size=$size,fps=$fps,format=Y12}
visible=${VISIBLE:-synth:size=$size,fps=$fps,format=YUYV,light=visible,phase_ms=3}
window=--headless
[ -z "${WINDOW:-}" ] || window=
realtime=
[ -z "${REALTIME:-}" ] || realtime=--realtime
stats=$(mktemp)
trap 'rm -f "$stats"' EXIT
"$program" live --nir "$nir" --visible "$visible" --size "$size" --visible-size "$size" \
    --fps "$fps" --seconds "$seconds" $window $realtime --stats "$stats"
python3 - "$stats" "${HZ:-60}" <<'END'
import json, sys
s, most = json.load(open(sys.argv[1])), 16.7 + 1000 / float(sys.argv[2])
print("hand-over   p50 ms   p95 ms   p99 ms   max ms")
for stage, a in s["age_ms"].items():
    print("%-10s" % stage, *("%8.1f" % a[k] for k in ("p50", "p95", "p99", "max")))
lost, d, p99 = s["nir"]["lost"], s["displaced"], s["age_ms"]["presented"]["p99"]
missed = lost + d["capture"] + d["show"]
print("frames %d processed %d shown %d; lost before capture %d, before the chain %d, "
      "before the display %d" % (s["nir"]["frames"], s["processed"], s["presented"],
                                 lost, d["capture"], d["show"]))
print("target p99 < %.1f ms and none missed: %s" % (
    most, "met" if p99 < most and missed == 0 else "not met"))
END
