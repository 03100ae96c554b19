#!/usr/bin/python3
"""Reads what Rimlight writes: a report, a recording, a calibration.

    read_case.py RECORDING REPORT [CALIBRATION] [--picture FILE.png]

Needs Debian's python3-numpy and python3-opencv; recordings in FFV1 need ffmpeg, too.
Copy what you need. docs/recording.md and docs/report.md describe the formats.
SPDX-License-Identifier: MIT
"""
import argparse
import json
import os
import subprocess
import zlib

import cv2
import numpy as np

# ---- a recording: Matroska, of which a dozen elements are all that is needed ----

SEGMENT, CLUSTER, GROUP = 0x18538067, 0x1F43B675, 0xA0
TAGS, TAG, SIMPLE_TAG, TAG_NAME, TAG_STRING = 0x1254C367, 0x7373, 0x67C8, 0x45A3, 0x4487
BLOCK, ADDITIONS, MORE, ADDITIONAL = 0xA1, 0x75A1, 0xA6, 0xA5
PARENTS = {SEGMENT, CLUSTER, GROUP, TAGS, TAG, SIMPLE_TAG, ADDITIONS, MORE}


def elements(f, end):
    """(id, size) of each element in turn; the file stands at its content."""
    while f.tell() < end:
        start = f.tell()
        first = f.read(1)
        if not first or not first[0]:
            return  # the end, or zeros that a power cut left
        length = 9 - first[0].bit_length()
        name = int.from_bytes(first + f.read(length - 1), "big")
        first = f.read(1)
        if not first or not first[0]:
            return
        length = 9 - first[0].bit_length()
        size = int.from_bytes(first + f.read(length - 1), "big") & (1 << 7 * length) - 1
        if name == SEGMENT:
            size = end - f.tell()  # not known, or cut off
        if f.tell() + size > end:
            return  # cut off in here
        yield name, size
        f.seek(max(f.tell(), start))


def walk(f, end):
    """(id, content) of what is no parent, in the file's order; GROUP ends with None."""
    for name, size in elements(f, end):
        stop = f.tell() + size
        if name in PARENTS:
            yield from walk(f, stop)
            if name == GROUP:
                yield GROUP, None
        elif name in (BLOCK, ADDITIONAL, TAG_NAME, TAG_STRING):
            yield name, f.read(size)
        f.seek(stop)


def read_tag(path):
    """What a recording tells of itself, as a dict."""
    with open(path, "rb") as f:
        name = b""
        for what, content in walk(f, os.path.getsize(path)):
            if what == TAG_NAME:
                name = content
            elif what == TAG_STRING and name == b"RIMLIGHT":
                return json.loads(content)
    raise ValueError(path + ": no recording of Rimlight")


def packets(path):
    """(track, stamp, data) of every good frame: track 1 is NIR, 2 visible."""
    with open(path, "rb") as f:
        block = stamp = None
        for what, content in walk(f, os.path.getsize(path)):
            if what == BLOCK:
                block = content
            elif what == ADDITIONAL:
                stamp = content
            elif what == GROUP and block and stamp:
                data, told = block[4:], json.loads(stamp)
                text = stamp[: stamp.rindex(b',"adler32"')]
                if zlib.adler32(text, zlib.adler32(data)) == int(told["adler32"], 16):
                    yield block[0] & 0x7F, told, data
                block = stamp = None


def unpack(data, nir):
    """Samples of a raw frame: its high 8 bits above, the low ones as a stream below."""
    width, height, low = nir["width"], nir["height"], nir["bit_depth"] - 8
    raw = np.frombuffer(data, np.uint8)
    frame = raw[: width * height].astype(np.uint16) << low
    if low:
        bits = np.unpackbits(raw[width * height :], bitorder="little")
        bits = bits[: width * height * low].reshape(-1, low)
        frame |= bits @ (1 << np.arange(low)).astype(np.uint16)
    return frame.reshape(height, width)


def nir_frames(path):
    """(stamp, samples) of every NIR frame, full depth, right-aligned in 16 bits."""
    nir = read_tag(path)["nir"]
    if nir.get("packing") == "split":
        for track, stamp, data in packets(path):
            if track == 1:
                yield stamp, unpack(data, nir)
        return
    stamps = [stamp for track, stamp, _ in packets(path) if track == 1]
    kind = np.uint8 if nir["bit_depth"] == 8 else np.dtype("<u2")
    count = nir["width"] * nir["height"]
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map", "0:0"]
    command += ["-vsync", "passthrough", "-f", "rawvideo", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as ffmpeg:
        for stamp in stamps:
            data = ffmpeg.stdout.read(count * np.dtype(kind).itemsize)
            if len(data) == count * np.dtype(kind).itemsize:
                frame = np.frombuffer(data, kind).astype(np.uint16)
                yield stamp, frame.reshape(nir["height"], nir["width"])


# ---- a report, a calibration ----


def read_report(path):
    """Frames by number; a line that a crash cut short ends it."""
    frames = {}
    with open(path) as f:
        for line in f:
            if line.endswith("\n"):
                frame = json.loads(line)
                frames[frame["frame"]] = frame
    return frames


def read_calibration(path):
    """Maps as numpy arrays: dark in counts, gain as a factor, hot and dead as 1."""
    if os.path.isdir(path):
        path = os.path.join(path, "calibration.yml")
    yml = cv2.FileStorage(path, cv2.FILE_STORAGE_READ)
    maps = {}
    for name, scale in (("dark", 16), ("gain", 4096), ("hot", 1), ("dead", 1)):
        file = yml.getNode(name + "_map").string()
        if file:
            file = os.path.join(os.path.dirname(path), file)
            maps[name] = cv2.imread(file, cv2.IMREAD_UNCHANGED) / scale
    return maps


def draw(samples, frame, bits):
    """The NIR frame in grey with an ellipse for each lesion."""
    picture = cv2.cvtColor((samples >> (bits - 8)).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    for lesion in frame["lesions"]:
        box = ((lesion["x"], lesion["y"]), (2 * lesion["a"], 2 * lesion["b"]))
        cv2.ellipse(picture, (*box, lesion["angle"]), (0, 255, 0), 1, cv2.LINE_AA)
    return picture


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording")
    parser.add_argument("report")
    parser.add_argument("calibration", nargs="?")
    parser.add_argument("--picture")
    args = parser.parse_args()
    tag = read_tag(args.recording)
    report = read_report(args.report)
    maps = read_calibration(args.calibration) if args.calibration else {}
    for name, values in maps.items():
        print("calibration: %s, mean %.4g" % (name, values.mean()))
    for stamp, samples in nir_frames(args.recording):
        signal = samples - maps["dark"] if "dark" in maps else samples
        if "gain" in maps:
            signal = signal * maps["gain"]
        frame = report.get(stamp["seq"])
        print(
            "frame %d at %.3f s, lost %d: mean %.2f, sum %08x, lesions %s"
            % (stamp["seq"], stamp["t_ns"] / 1e9, stamp.get("lost", 0), signal.mean(),
               zlib.adler32(samples.tobytes()),
               [(l["id"], l["sbr"]) for l in frame["lesions"]] if frame else "-")
        )
        if args.picture and frame:
            cv2.imwrite(args.picture, draw(samples, frame, tag["nir"]["bit_depth"]))


if __name__ == "__main__":
    main()
