"""figures.py: reports of each way over the scenes, and the figures that they come to.

SPDX-License-Identifier: MIT
"""
import json
import os
import shutil
import sys

from measure.run import DATA, in_parallel, lines, report_of, run
from measure.scenes import breathing_scenes, depth_scenes, make_one, steady_scenes
from measure.tables import ROWS


def replay(a, item):
    folder, method = item
    if method == "rimlight":
        run([a.rimlight, "replay", folder, "--headless", "--threads", 1,
             "--min-confidence", 0, "--report", report_of(folder, method)])
    else:
        settings = [x for s in a.set for x in ("--set", s)]
        run([a.reference, folder, "--method", method, "--report",
             report_of(folder, method)] + settings)


def score(a, folders, method):
    """The scenes as a suite of links."""
    suite = a.work / f"links-{os.getpid()}"
    figures = a.work / f"figures-{os.getpid()}.json"
    suite.mkdir(parents=True)
    try:
        for i, folder in enumerate(folders):
            (suite / f"{i:04d}").symlink_to(folder)
        run([a.rimlight, "evaluate", "--suite", suite, "--report-name", f"{method}.jsonl",
             "--json", figures])
        return json.loads(figures.read_text())
    finally:
        shutil.rmtree(suite)
        figures.unlink(missing_ok=True)


def surface_keys():
    """What the wounds beside the suite have a say in."""
    keys = [row[0] for row in ROWS]
    return [k for k in keys[keys.index("Cut surfaces") + 1:] if ":" not in k]


def score_surfaces(a, folders, method):
    """Of suite and wounds together."""
    figures = score(a, folders, method)
    return {k + end: figures.get(k + end) for k in surface_keys()
            for end in ("", "_ci95", "_n")}


def depth_figures(scenes, folders):
    tally = {"shallower_found": [0, 0], "deeper_found": [0, 0]}
    for (name, _), folder in zip(scenes, folders):
        depth = float(name.split("-")[1])
        surface = lines(report_of(folder, "rimlight"))[-1]["cut_surface"]
        seen = surface["visible_depth_mm"]
        if seen is None:
            continue
        key = "shallower_found" if depth < seen else \
            "deeper_found" if depth >= seen + 0.75 else None
        if key:
            tally[key][0] += surface["state"] == "residual"
            tally[key][1] += 1
    return {f"depth:{k}": n / of if of else None for k, (n, of) in tally.items()} | \
        {f"depth:{k}_n": of for k, (n, of) in tally.items()}


def extra_figures(a, progress):
    out = {}
    for name, key, scenes in (("steady", "verdict_changes_per_10_s", steady_scenes(a)),
                              ("switches", "id_switches_per_10_s", breathing_scenes(a))):
        folders = in_parallel(a, progress, f"{name}: scenes", make_one, scenes)
        in_parallel(a, progress, f"{name}: replay", replay, [(f, "rimlight") for f in folders])
        figures = score(a, folders, "rimlight")
        for end in ("", "_ci95", "_n"):
            out[f"{name}:{key}{end}"] = figures.get(key + end)
    scenes = depth_scenes(a)
    folders = in_parallel(a, progress, "depth: scenes", make_one, scenes)
    in_parallel(a, progress, "depth: replay", replay, [(f, "rimlight") for f in folders])
    return out | depth_figures(scenes, folders)


def count_reported(a, picture, pitch):
    """Lesions at the operating point in one real picture."""
    work = a.work / f"real-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        (work / picture.name).symlink_to(picture.resolve())
        report = work / "report.jsonl"
        run([a.rimlight, "replay", work, "--headless", "--threads", 1, "--report", report] +
            (["--mm-per-px", pitch] if pitch else []))
        return sum(len(f["lesions"]) for f in lines(report))
    finally:
        shutil.rmtree(work)


def real_pictures(a):
    """Rows of (what, pictures, lesions reported), where the pictures are."""
    rows = []
    for what, pattern, pitch in (
            ("micrograph with some dozens of rings", "ring_detector/**/*.png", None),
            ("mice, NIR-II, no metastasis", "zm_nir2/NIR-IIa_real/**/*.png", None),
            ("a liver in white light", "scikit_surgeryvtk/**/image0232.png", None)):
        pictures = sorted(DATA.glob(pattern))
        counts = []
        for p in pictures:
            try:
                counts.append(count_reported(a, p, pitch))
            except RuntimeError as e:
                print(f"accuracy: {p.name} left out: {e}", file=sys.stderr)
        if counts:
            rows.append((what, len(counts), sum(counts)))
    return rows
