#!/bin/sh
# recording.sh [FRAMES [WxH [FPS [FOLDER]]]]: what each form of a recording costs for grey
# of 12 bits: ms a frame, ms of all cores, MB a frame, MB/s at that rate.
#
#   bench/recording.sh                    30 frames, 1920x1080, 60/s, in $TMPDIR or /tmp
#   bench/recording.sh 200 1920x1080 60 /mnt/disk
#
# The first two rows are written by the recorder into a file of FOLDER, with the threads
# that it takes; the others are encoders alone on one core, without a file. Needs the
# release build (cmake --preset release && cmake --build build/release); RECORDING names
# another program. Close other programs first.
set -eu
cd "$(dirname "$0")/.."
program=${RECORDING:-build/release/bench/rimlight_recording}
folder=${4:-${TMPDIR:-/tmp}}
exec "$program" "$folder/rimlight-bench-$$.mkv" "${1:-30}" "${2:-1920x1080}" "${3:-60}"
