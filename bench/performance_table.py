#!/usr/bin/env python3
"""performance_table.py PROGRAM WORK PAGE: what performance.sh measured, as the tables
between the marks in PAGE."""
import glob
import json
import os
import platform
import re
import resource
import subprocess
import sys

BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def quietest(rows, *keys):
    """Of the rows that measure the same, in several rounds, the one with the lowest median."""
    best = {}
    for r in rows:
        key = tuple(r[k] for k in keys)
        if key not in best or r["median_ms"] < best[key]["median_ms"]:
            best[key] = r
    return list(best.values())


def load(work, name):
    rounds = []
    for path in sorted(glob.glob(os.path.join(work, name + ".[0-9]*.json"))):
        with open(path, encoding="utf-8") as f:
            rounds.append(json.load(f))
    return {"rounds": len(rounds),
            "chain": quietest((r for one in rounds for r in one["chain"]),
                              "threads", "compositing"),
            "kernels": quietest((k for one in rounds for k in one["kernels"]), "name")}


def row(rows, threads, picture, width=None):
    for r in rows:
        if (r["threads"], r["compositing"]) == (threads, picture) and width in (
                None, r["width"]):
            return r
    raise SystemExit(f"no row for {threads} threads, picture {picture}, {width}")


def kernel(data, name):
    return next(k for k in data["kernels"] if k["name"] == name)


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def memory_mb(program, sequence):
    """The most that a replay with report and pictures ever held."""
    def child():
        subprocess.run([program, "replay", sequence, "--headless", "--report",
                        os.devnull], check=True, stderr=subprocess.DEVNULL)
    pid = os.fork()
    if pid == 0:
        child()
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        os._exit(min(255, used // 8192))  # in steps of 8 MB through the status
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) * 8 + 8


def targets(data, opencv, program, work):
    fhd, uhd, worst = data["fhd"], data["uhd"], data["worst"]
    one, two = row(fhd["chain"], 1, True), row(fhd["chain"], 2, True)
    bare = row(fhd["chain"], 1, False)
    uhd_one, uhd_two = row(uhd["chain"], 1, True), row(uhd["chain"], 2, True)
    other = row(opencv, 1, True, 1920)
    copy = kernel(fhd, "copy")["median_ms"]
    hard = row(worst["chain"], 1, True)
    yield ("1080p, one thread, picture included, against OpenCV",
           f"{other['median_ms'] / one['median_ms']:.1f} times as fast", "at least 8")
    yield ("the same, median / p99",
           f"{one['median_ms']:.2f} / {one['p99_ms']:.2f} ms", "3 / 4 ms")
    yield ("1080p, two threads", f"{two['median_ms']:.2f} / {two['p99_ms']:.2f} ms",
           "1.8 ms")
    yield ("a frame by itself, to its picture, as live does it", f"{two['delay_ms']:.2f} ms", "")
    yield ("1080p, one thread, without the picture",
           f"{bare['median_ms']:.2f} / {bare['p99_ms']:.2f} ms", "1.5 ms")
    yield ("4K, two threads", f"{uhd_two['median_ms']:.2f} / {uhd_two['p99_ms']:.2f} ms",
           "6 / 9 ms")
    yield ("4K, one thread", f"{uhd_one['median_ms']:.2f} / {uhd_one['p99_ms']:.2f} ms",
           "10 ms")
    yield ("chain against one copy of a raw frame (1080p)",
           f"{one['median_ms'] / copy:.1f} times ({copy:.3f} ms)", "at most 18")
    yield ("correction against a copy of the same bytes",
           "{:.2f} times".format(bound(fhd, "correct")), "1.25")
    yield ("correction against a plain sum over a frame from memory",
           "{:.2f} times".format(kernel(fhd, "correct")["median_ms"] /
                                 kernel(fhd, "read")["median_ms"]), "")
    yield ("worst scene (24 lesions and all that imitates them, saturated): the slowest of its "
           "frames, by the median of its repeats, against the usual median",
           f"{hard['slowest_ms'] / one['median_ms']:.2f} times", "under 2")
    yield ("the same, its p99", f"{hard['p99_ms'] / one['median_ms']:.2f} times", "")
    yield ("memory of a replay, 1080p / 4K",
           f"{memory_mb(program, os.path.join(work, 'fhd'))} / "
           f"{memory_mb(program, os.path.join(work, 'uhd'))} MB", "150 / 400 MB")


def bound(data, name):
    """How many times as long as a copy of what must be moved at least."""
    k, copy = kernel(data, name), kernel(data, "copy")
    return copy["gb_per_s"] / k["gb_per_s"]


def sizes(data):
    for name in ("vga", "hd", "fhd", "uhd"):
        chain = data[name]["chain"]
        one, bare = row(chain, 1, True), row(chain, 1, False)
        pixels = one["width"] * one["height"]
        yield (f"{one['width']}x{one['height']}", f"{bare['median_ms']:.2f}",
               f"{one['median_ms']:.2f}", f"{one['p99_ms']:.2f}",
               f"{row(chain, 2, True)['median_ms']:.2f}",
               f"{one['median_ms'] * 1e6 / pixels:.2f}")


def against(data, opencv):
    for r in opencv:
        ours = row(data["fhd" if r["width"] == 1920 else "uhd"]["chain"], r["threads"],
                   r["compositing"])
        yield (f"{r['width']}x{r['height']}", str(r["threads"]),
               "yes" if r["compositing"] else "no",
               f"{r['median_ms']:.1f} / {r['p99_ms']:.1f}",
               f"{ours['median_ms']:.2f} / {ours['p99_ms']:.2f}",
               f"{r['median_ms'] / ours['median_ms']:.1f}")


def stages(data):
    for k in data["fhd"]["kernels"]:
        times = k["reference_ms"] / k["median_ms"] if k["median_ms"] else 0
        yield (k["name"], f"{k['median_ms']:.3f}", f"{k['gb_per_s']:.1f}",
               f"{bound(data['fhd'], k['name']):.1f}" if k["gb_per_s"] else "",
               f"{k['reference_ms']:.3f}", f"{times:.1f}")


def kernels(work):
    pattern = re.compile(r"(\w+) +(\w+) +(\w+) +(\d+) ns +([\d.]+) GB/s +([\d.]+) x C"
                         r" +([\d.]+) copies +(.*)")
    with open(os.path.join(work, "simd.txt"), encoding="utf-8") as f:
        for line in f:
            m = pattern.match(line)
            if m and m.group(3) != "c":
                yield m.groups()


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(r) + " |" for r in rows]
    return "\n".join(lines) + "\n\n"


def main():
    program, work, page = sys.argv[1:]
    data = {n: load(work, n) for n in ("vga", "hd", "fhd", "uhd", "worst")}
    with open(os.path.join(work, "opencv.jsonl"), encoding="utf-8") as f:
        opencv = quietest((json.loads(line) for line in f), "width", "threads",
                          "compositing")
    frames = data["fhd"]["chain"][0]["frames"]
    cpu = data["fhd"]["kernels"][0]["cpu"]
    text = (f"{machine()}, level {cpu}; medians of {frames} frames, and p99 where there "
            f"are two figures, of {data['fhd']['rounds']} rounds the one with the lowest "
            "median.\n\n")
    text += table(("what", "measured", "wanted"), targets(data, opencv, program, work))
    text += ("Growth with the size: milliseconds, and nanoseconds a pixel, on one "
             "thread with the picture but where said.\n\n")
    text += table(("size", "no picture", "picture", "p99", "two threads", "ns a pixel"),
                  sizes(data))
    text += "Against the OpenCV chain, median / p99 in milliseconds:\n\n"
    text += table(("size", "threads", "picture", "OpenCV", "Rimlight", "times"),
                  against(data, opencv))
    text += ("Stages of 1080p on one thread; \"copies\" is the time over that of a copy "
             "of what must be moved at least:\n\n")
    text += table(("stage", "ms", "GB/s", "copies", "ms in C", "times C"), stages(data))
    rows = list(kernels(work))
    if rows:
        text += ("Kernels, by `test_simd --bench`; \"copies\" is the time over that of a "
                 "copy that reads and writes as many bytes in the first cache:\n\n")
        text += table(("folder", "kernel", "level", "ns a row", "GB/s", "times C",
                       "copies", "why more than two"), rows)
    with open(page, encoding="utf-8") as f:
        old = f.read()
    before, rest = old.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    with open(page, "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n" + text + END + after)
    print(f"{page}: tables written")


if __name__ == "__main__":
    main()
