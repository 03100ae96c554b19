#!/bin/sh
# window.sh [SECONDS [SIZE [FPS]]]: does the window keep up without a graphics processor?
#
#   bench/window.sh                   10 s, 1920x1080, 60/s
#   bench/window.sh 5 1280x720 30
#
# The program has one core, and a virtual X server (Xvfb), which stands for the display,
# another. Three parts: the window by itself at a camera's pace; the whole of `rimlight
# live` with a synthetic camera, capture, chain and window on that one core; and every way
# to the screen that SDL offers, as fast as it goes. Needs xvfb, the release build (cmake
# --preset release && cmake --build build/release) and a machine with nothing else to do.
# BUILD names another build. Status 3: a picture was missed.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-10} size=${2:-1920x1080} fps=${3:-60}
build=${BUILD:-build/release}
work=$(mktemp -d)
mkfifo "$work/display"
mkdir -p "$work/rimlight"
printf 'width %s\nheight %s\n' "${size%x*}" "${size#*x}" >"$work/rimlight/window.conf"
export XDG_CONFIG_HOME="$work" SDL_VIDEODRIVER=x11
last=$(($(nproc) - 1))
taskset -c "$last" Xvfb -displayfd 3 -screen 0 4200x2400x24 -nolisten tcp -noreset \
    3>"$work/display" 2>/dev/null &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
read -r number <"$work/display"
export DISPLAY=":$number"

status=0
echo "== the window by itself, on one core of $(nproc)"
taskset -c 0 "$build/bench/rimlight_window" paced "$size" "$fps" "$seconds" || status=$?
echo "== rimlight live with its window, on one core"
taskset -c 0 "$build/app/rimlight" live --nir "synth:size=$size,fps=$fps,format=Y12" \
    --threads 1 --seconds "$seconds" --stats "$work/stats.json" 2>/dev/null
python3 - "$work/stats.json" "$fps" <<'END' || status=$?
import json, sys
s, fps = json.load(open(sys.argv[1])), float(sys.argv[2])
missed = s["nir"]["lost"] + s["displaced"]["capture"] + s["displaced"]["show"]
age = s["age_ms"]
print("%d frames came, %d were shown, %d not; age when drawn p50 %.1f p99 %.1f, when shown "
      "p50 %.1f p99 %.1f max %.1f ms" % (
          s["nir"]["frames"], s["presented"], missed, age["processed"]["p50"],
          age["processed"]["p99"], *(age["presented"][k] for k in ("p50", "p99", "max"))))
sys.exit(3 if missed else 0)
END
echo "== every way, on one core"
for ways in "$size" 3840x2160; do
    taskset -c 0 "$build/bench/rimlight_window" ways "$ways"
done
exit "$status"
