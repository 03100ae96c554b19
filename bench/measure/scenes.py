"""scenes.py: the scenes: suites, cut surfaces beside them, and those of single questions.

Made by `rimlight phantom`, or bench/second_phantom, unless they are there already.

SPDX-License-Identifier: MIT
"""
import hashlib
import json
import random
import shutil
import sys

from measure.run import ROOT, in_parallel, run

CHUNK = 20  # scenes of one suite: one round of all its kinds


def phantom_version(a):
    """Changes when the phantom does: scenes of another one are not used again."""
    library = a.build / "phantom" / "librim_phantom.a"
    made_by = library if library.exists() else a.rimlight
    return hashlib.sha256(made_by.read_bytes()).hexdigest()


def made(a, folder, options):
    """Runs phantom unless the folder holds just that already."""
    stamp = json.dumps([a.version, [str(o) for o in options]])
    mark = folder / "made.json"
    if mark.exists() and mark.read_text() == stamp:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    run([a.rimlight, "phantom", "--out", folder, "--no-visible", "--threads", 1] + options)
    mark.write_text(stamp)


def make_chunk(a, index):
    count = min(CHUNK, a.scenes - index * CHUNK)
    folder = a.work / f"suite-{a.seed}-{a.frames}-{a.size or 'drawn'}-{index}-{count}"
    made(a, folder, ["--suite", count, "--seed", a.seed + index, "--frames", a.frames] +
         (["--size", a.size] if a.size else []))
    return sorted(p for p in folder.iterdir() if (p / "truth.jsonl").exists())


def make_one(a, item):
    name, options = item
    folder = a.work / (name if "/" in name else f"{name}-{a.seed}")
    made(a, folder, options)
    return folder


def second_scenes(a):
    """Livers and wounds of the other phantom, made unless they are there already."""
    program = ROOT / "bench" / "second_phantom"
    options = ["--scenes", a.scenes, "--wounds", a.wounds, "--frames", a.frames,
               "--seed", a.seed] + (["--size", a.size] if a.size else [])
    sources = b"".join(p.read_bytes() for p in [program] + sorted((ROOT / "bench/second").glob("*.py")))
    stamp = json.dumps([hashlib.sha256(sources).hexdigest(), [str(o) for o in options]])
    folder = a.work / f"second-{a.seed}-{a.frames}-{a.size or 'drawn'}-{a.scenes}-{a.wounds}"
    mark = folder / "made.json"
    if not mark.exists() or mark.read_text() != stamp:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run([sys.executable, program, "--out", folder, "--cache", a.build, "--jobs", a.jobs] + options)
        mark.write_text(stamp)
    return [sorted(p for p in (folder / part).glob("*")) for part in ("livers", "wounds")]


WOUND_KINDS = ["residual", "bile", "residual", "clean", "hidden"] * 2 + \
    ["residual", "bile", "clean", "hidden", "residual"] * 2


def draw_wound(rng, kind):
    """Options of one wound: what is on it, and the camera that sees it."""
    width, height = rng.choice([(640, 360), (960, 540), (720, 576), (1280, 720)])
    pitch = min(max(rng.uniform(35, 110) / width, 0.03), 0.2)
    also = [d for d, part in (("instrument", 0.4), ("blood", 0.6), ("gauze", 0.25),
                              ("vessel", 0.5)) if rng.random() < part]
    o = ["--scene", "wound", "--seed", rng.randrange(1 << 31), "--size", f"{width}x{height}",
         "--mm-per-px", f"{pitch:.4f}", "--bits", rng.choice([8, 10, 12, 12, 16]),
         "--transport", rng.choice(["diffusion", "camera"])]
    if rng.random() < 0.3:
        o += ["--blur", f"{rng.uniform(1.3, 3):.2f}"]
    if kind == "residual":
        o += ["--lesions", rng.randint(1, 3), "--pool", 0]
    if kind == "clean":
        o += ["--lesions", 0, "--pool", 0, "--distractors", ",".join(["cautery"] + also)]
    if kind == "bile":
        o += ["--lesions", 0, "--pool", 0, "--distractors",
              ",".join(["cautery", "duct", "bile"] + also)]
    if kind == "hidden":
        o += ["--lesions", 0] + rng.choice([
            ["--pool", f"{rng.uniform(0.65, 0.95):.2f}"],
            ["--pool", 0, "--smoke", f"{rng.uniform(2, 4):.2f}"],
            ["--pool", 0, "--peak", 10, "--distractors", ",".join(["cautery"] + also)]])
    return o


def wound_scenes(a):
    scenes = []
    for i in range(a.wounds):
        rng = random.Random(f"wound {a.seed} {i}")
        kind = WOUND_KINDS[i % len(WOUND_KINDS)]
        scenes.append((f"wounds/{a.seed}-{a.frames}/{i:03d}-{kind}",
                       draw_wound(rng, kind) + ["--frames", a.frames]))
    return scenes


SMALL = ["--size", "640x360", "--mm-per-px", "0.13"]


def steady_scenes(a):
    kinds = [["--lesions", 1, "--depth", 2], ["--lesions", 0, "--distractors", "vessel,cautery"],
             ["--lesions", 0, "--distractors", "bile,duct"], ["--lesions", 1, "--depth", 4],
             ["--lesions", 0, "--pool", "0.8"], ["--lesions", 2]]
    return [(f"steady{i}", ["--scene", "wound", "--seed", a.seed * 100 + i, "--motion", 0,
                            "--gain-steps", 0, "--fps", 10, "--frames", 100] + SMALL + k)
            for i, k in enumerate(kinds)]


def breathing_scenes(a):
    return [(f"breathing{i}", ["--scene", "liver", "--seed", a.seed * 100 + 50 + i,
                               "--lesions", 2, "--frames", 250] + SMALL)
            for i in range(6)]


DEPTHS = [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6]


def depth_scenes(a):
    """The reference of visible_depth_mm, alone in the middle of a surface."""
    return [(f"depth{i}-{d}", ["--scene", "wound", "--seed", a.seed * 100 + 80 + i,
                               "--lesions", 1, "--x", 0, "--y", 0, "--depth", d,
                               "--diameter", 6, "--uptake", 15, "--rim", 1.6, "--blood", 0.1,
                               "--leakage", 0, "--smoke", 0, "--pool", 0, "--distractors",
                               "vessel", "--bits", (8, 10, 12)[i % 3], "--frames", 8] + SMALL)
            for i in range(5) for d in DEPTHS]


def scenes(a, progress):
    """Folders of the suite, and of the wounds beside it."""
    if a.second:
        progress.show("second phantom: scenes", 0, a.scenes + a.wounds)
        return second_scenes(a)
    chunks = range((a.scenes + CHUNK - 1) // CHUNK)
    folders = sum(in_parallel(a, progress, "suite: scenes (chunks)", make_chunk, chunks), [])
    return folders, in_parallel(a, progress, "wounds: scenes", make_one, wound_scenes(a))
