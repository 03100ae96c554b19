"""failures.py: the scenes that went worst, in words and pictures.

SPDX-License-Identifier: MIT
"""
import shutil

from measure.run import lines, report_of, run


def judge_frame(t, r):
    """How bad this frame is, and in words what went wrong; (0, "") if nothing did."""
    truth, seen = t["cut_surface"], r["cut_surface"]
    objects = [o for o in truth["residuals"] if o["class"] == "residual" and o["detectable"]]
    if truth["state"] == "residual" and seen["state"] != "residual" and objects:
        o = max(objects, key=lambda o: o["sbr"] or 0)
        return o["sbr"], (f"residual not flagged: SBR {o['sbr']:.2f}, {o['depth_mm']:.1f} mm deep, "
                          f"{o['area_mm2']:.0f} mm2, {' '.join(o['why']) or 'in the open'}")
    if truth["state"] == "none_detected" and seen["state"] == "residual":
        o = max(seen["residuals"], key=lambda o: o["confidence"], default=None)
        near = [x["class"] for x in truth["residuals"] if o and
                (x["x"] - o["x"]) ** 2 + (x["y"] - o["y"]) ** 2 <= x["area_px"]]
        return 2.0, f"flagged where the truth has {near[0] if near else 'nothing'}"
    if truth["state"] == "cannot_assess" and seen["state"] != truth["state"]:
        return 2.5 - truth["assessable"], (f"{seen['state']} where {truth['assessable'] * 100:.0f} % "
                                           f"can be judged ({' '.join(truth['why'])})")
    hit = [o for o in r["lesions"] if o["confidence"] >= 0.5]
    for o in t["lesions"]:
        reach = max(o["a"], o["b"])
        if o["class"] == "lesion" and o["detectable"] and (o["depth_mm"] or 0) < 5 and not any(
                (o["x"] - x["x"]) ** 2 + (o["y"] - x["y"]) ** 2 < reach ** 2 for x in hit):
            return o["sbr"] - 1, (f"lesion missed: SBR {o['sbr']:.2f}, {o['depth_mm']:.1f} mm deep, "
                                  f"{o['pattern']}, {' '.join(o['why']) or 'in the open'}")
    for x in hit:
        if not any((o["x"] - x["x"]) ** 2 + (o["y"] - x["y"]) ** 2 < max(o["a"], x["a"]) ** 2
                   for o in t["lesions"]):
            return 2 * x["confidence"], f"false lesion, confidence {x['confidence']:.2f}"
    return 0, ""


def failures(a, folders):
    worst = []
    for folder in folders:
        pairs = list(zip(lines(folder / "truth.jsonl"), lines(report_of(folder, "rimlight"))))
        t, r = pairs[-1]
        badness, reason = judge_frame(t, r)
        if badness:
            worst.append((badness, reason, folder, len(pairs) - 1))
    worst.sort(key=lambda w: -w[0])
    place = a.work / "failures"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for i, (_, reason, folder, frame) in enumerate(worst[:a.failures]):
        shown = place / f"{i:02d}"
        run([a.rimlight, "replay", folder, "--headless", "--threads", 1, "--overlay", shown])
        for p in shown.glob("*.png"):
            if p.stem != f"{frame:06d}":
                p.unlink()
        (shown / "reason.txt").write_text(f"{folder}: {reason}\n")
    return [(reason, f"{w.parent.name}/{w.name}") for _, reason, w, _ in worst], place
