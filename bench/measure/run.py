"""run.py: the programs that are measured, run: one, or several at a time.

SPDX-License-Identifier: MIT
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = pathlib.Path(os.environ.get("RIMLIGHT_DATA", ROOT / ".." / "shared" / "data"))
METHODS = ["rimlight", "ratio", "hough", "log"]
TITLES = {"rimlight": "Rimlight", "ratio": "OpenCV ratio",
          "hough": "HoughCircles", "log": "OpenCV LoG"}


def run(command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise RuntimeError(f"{' '.join(map(str, command))}: {last[0]}")


class Progress:
    """One line that is written over; a line a step where there is no terminal."""

    def __init__(self):
        self.start, self.last = time.monotonic(), ""

    def show(self, what, done, total):
        text = f"accuracy  {time.monotonic() - self.start:4.0f} s  {what} {done}/{total}"
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        elif done == total or what != self.last:
            print(text, file=sys.stderr, flush=True)
        self.last = what

    def end(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)


def in_parallel(a, progress, what, function, items):
    out = []
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        jobs = [pool.submit(function, a, item) for item in items]
        for done, job in enumerate(jobs, 1):
            out.append(job.result())
            progress.show(what, done, len(items))
    return out


def report_of(folder, method):
    return folder / f"{method}.jsonl"


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]
