#!/bin/sh
# performance.sh [BUILD]: measures the chain, a careful OpenCV chain on the same frames
# and plain copies, in one run, and writes the table of docs/performance.md. BUILD:
# build/release, which is made where it is missing. On a machine that does nothing else:
# all of it three times, and of each figure, ours and the others', the round with the
# lowest median counts. About ten minutes; FRAMES=60 ROUNDS=1 for a quick look.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/release} frames=${FRAMES:-500} rounds=${ROUNDS:-3}
if [ ! -x "$build/bench/rimlight_opencv_chain" ] || [ ! -x "$build/app/rimlight" ]; then
    cmake --preset release -B "$build" >/dev/null
    cmake --build "$build" -j "$(nproc)" \
        --target rimlight rimlight_opencv_chain test_simd -- --quiet
fi
program=$build/app/rimlight
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Five lesions on 100 mm of liver, at four sizes; and all that can be much at once.
phantom() {
    name=$1 size=$2 pitch=$3
    shift 3
    "$program" phantom --out "$work/$name" --size "$size" --mm-per-px "$pitch" \
        --frames 12 --seed 3 "$@" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
}
echo "phantoms"
phantom vga 640x480 0.156 --lesions 5
phantom hd 1280x720 0.078 --lesions 5
phantom fhd 1920x1080 0.052 --lesions 5
phantom uhd 3840x2160 0.026 --lesions 5
phantom worst 1920x1080 0.052 --lesions 24 --uptake 6 --peak 1.5 --distractors all

measure() {
    name=$1 round=$2
    echo "round $round of $rounds: rimlight, $name"
    "$program" bench "$work/$name" --frames "$frames" --threads 2 \
        --json "$work/$name.$round.json" >/dev/null
    case $name in
    fhd) n=$frames ;;
    uhd) n=$((frames / 5)) ;;
    *) return 0 ;;
    esac
    for threads in 1 2; do
        echo "round $round of $rounds: opencv, $name, $threads"
        "$build/bench/rimlight_opencv_chain" "$work/$name" --threads $threads \
            --frames "$n" >>"$work/opencv.jsonl"
    done
}

for round in $(seq "$rounds"); do
    for name in vga hd fhd uhd worst; do
        measure $name "$round"
    done
done
"$build/tests/simd/test_simd" --bench >"$work/simd.txt" 2>/dev/null || : >"$work/simd.txt"
python3 bench/performance_table.py "$program" "$work" docs/performance.md
