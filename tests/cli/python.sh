#!/bin/sh
# python.sh RIMLIGHT SOURCE_DIR WORK_DIR: samples/python on a recording in both forms, its
# report and a calibration; its samples must be those of the PNGs that were recorded.
# SPDX-License-Identifier: MIT
set -eu
rimlight=$1 source=$2 work=$3/tests/scratch/python
if ! /usr/bin/python3 -c 'import numpy, cv2' 2>/dev/null; then
    echo "skipped: no python3-numpy or python3-opencv"
    exit 77
fi
rm -rf "$work"
mkdir -p "$work"
cd "$work"
frames=$source/samples/frames/liver
$rimlight phantom --targets --out t --frames 16 --views 1 --size 320x240 >log 2>&1
if $rimlight calibrate dark --nir t/dark -o cal >>log 2>&1; then cal=cal; else cal=; fi
forms=raw
if ffmpeg -version >/dev/null 2>&1; then forms="raw ffv1"; fi
for form in $forms; do
    $rimlight replay "$frames" --headless --record r.mkv --record-codec "$form" \
        --report r.jsonl >>log 2>&1
    /usr/bin/python3 "$source/samples/python/read_case.py" r.mkv r.jsonl $cal \
        --picture r.png >"$form.txt"
    [ -s r.png ]
done
cat raw.txt
[ "$forms" = raw ] || cmp raw.txt ffv1.txt
[ -z "$cal" ] || grep -q '^calibration: dark, mean' raw.txt
/usr/bin/python3 - "$frames" r.jsonl raw.txt <<'END'
import glob, json, sys, zlib
import cv2
lines = [l for l in open(sys.argv[3]) if l.startswith("frame")]
pngs = sorted(glob.glob(sys.argv[1] + "/nir/*.png"))
assert len(lines) == len(pngs) > 0, lines
for line, png, told in zip(lines, pngs, open(sys.argv[2])):
    want = zlib.adler32(cv2.imread(png, cv2.IMREAD_UNCHANGED).astype("<u2").tobytes())
    assert "sum %08x" % want in line, (line, png)
    for lesion in json.loads(told)["lesions"]:
        assert "(%d, " % lesion["id"] in line, line
END
# One that was cut off is read as far as it goes.
size=$(wc -c <r.mkv)
head -c $((size / 2)) r.mkv >cut.mkv
/usr/bin/python3 "$source/samples/python/read_case.py" cut.mkv r.jsonl >cut.txt
[ "$(wc -l <cut.txt)" -lt 4 ]
