"""tables.py: the figures beside their targets, as a page has them, and held against a floor.

SPDX-License-Identifier: MIT
"""
import json

from measure.run import TITLES
from measure.scenes import CHUNK

# Key of `evaluate --json`, row, target as shown, its value, sign (1: at least, -1: at
# most, 0: none), times what, unit.
ROWS = [
    ("Lesions", None, "", None, 0, 0, ""),
    ("sensitivity_clear", "SBR of at least 1.5, top within 5 mm: found", "95 %", 0.95, 1, 100, " %"),
    ("sensitivity_weak", "SBR of 1.2 to 1.5: found", "80 %", 0.80, 1, 100, " %"),
    ("fp_per_frame", "false lesions a frame", "0.1", 0.1, -1, 1, ""),
    ("nodules_reported", "nodules reported (no shape tells them from a lesion)", "-", None, 0, 100, " %"),
    ("lesion_free_frames_with_false", "lesion-free frames with any false lesion", "5 %", 0.05, -1, 100, " %"),
    ("outline_error_rim_mm_median", "outline error of visible rims, median, mm", "0.5", 0.5, -1, 1, ""),
    ("outline_error_rim_mm_p95", "the same, 95th percentile, mm", "1.5", 1.5, -1, 1, ""),
    ("rim_dice_median", "Dice of the rims, median", "0.85", 0.85, 1, 1, ""),
    ("pattern_correct_clear", "pattern right where it is clear-cut", "90 %", 0.90, 1, 100, " %"),
    ("sbr_within_15_percent", "SBR within 15 %", "90 %", 0.90, 1, 100, " %"),
    ("frames_to_first_report_median", "frames until first reported, median", "2", 2, -1, 1, ""),
    ("switches:id_switches_per_10_s", "id switches in 10 s of breathing", "0.1", 0.1, -1, 1, ""),
    ("sensitivity_at_0.1_fp_per_frame", "found at 0.1 false a frame (FROC)", "-", None, 0, 100, " %"),
    ("sensitivity_at_1_fp_per_frame", "found at 1 false a frame", "-", None, 0, 100, " %"),
    ("calibration_error", "confidence: mean distance from the share that is real", "-", None, 0, 1, ""),
    ("Cut surfaces", None, "", None, 0, 0, ""),
    ("verdict_sensitivity", "with a detectable residual: flagged", "95 %", 0.95, 1, 100, " %"),
    ("verdict_specificity_clean", "clean: not flagged", "95 %", 0.95, 1, 100, " %"),
    ("verdict_specificity_bile", "bile only: not flagged", "80 %", 0.80, 1, 100, " %"),
    ("cannot_assess_recall", "cannot be assessed: said so", "95 %", 0.95, 1, 100, " %"),
    ("assessable_not_assessed", "can be assessed, but was not", "-", None, 0, 100, " %"),
    ("steady:verdict_changes_per_10_s", "changes of verdict in 10 s, steady scene", "0", 0.0, -1, 1, ""),
    ("depth:shallower_found", "reference residual above visible_depth_mm: found", "-", None, 0, 100, " %"),
    ("depth:deeper_found", "0.75 mm and more below it: found", "-", None, 0, 100, " %"),
]
RELIABILITY = [f"real_at_confidence_{i / 10:.1f}_to_{(i + 1) / 10:.1f}" for i in range(10)]


def number(value, times, unit):
    digits = 1 if unit else (2 if abs(times * value) >= 0.095 or value == 0 else 3)
    return f"{times * value:.{digits}f}"


def cell(figures, key, times, unit):
    value, interval = figures.get(key), figures.get(f"{key}_ci95")
    if value is None:
        return "-"
    text = number(value, times, unit) + unit
    if interval and None not in interval:
        text += f" [{number(interval[0], times, unit)}, {number(interval[1], times, unit)}]"
    return text


def met(figures, key, goal, sign):
    """The interval's bad end counts."""
    value, interval = figures.get(key), figures.get(f"{key}_ci95")
    if value is None or not sign:
        return ""
    bad = value if not interval or None in interval else interval[0 if sign > 0 else 1]
    if sign * bad >= sign * goal:
        return "met"
    return "met, not its interval" if sign * value >= sign * goal else "not met"


def headline(a, own):
    brackets = "in brackets 95 % intervals (scenes drawn anew)"
    if a.second:
        return (f"{a.scenes} livers and {a.wounds} cut surfaces of the second phantom, seed "
                f"{a.seed}, {own['frames']} frames of livers; {brackets}.")
    return (f"{own['scenes']} scenes of suite seeds {a.seed} to "
            f"{a.seed + (a.scenes - 1) // CHUNK}, {own['frames']} frames; {brackets}. "
            f"Cut surfaces: those of the suite and {a.wounds} more. A target is met where the "
            "bad end of the interval is.")


def markdown(a, figures, real, failed):
    own = figures["rimlight"]
    others = [m for m in a.methods if m != "rimlight"]
    out = [headline(a, own), "",
           "| | target | Rimlight | | " + "".join(f"{TITLES[m]} | " for m in others),
           "| --- | --- | --- | --- | " + "--- | " * len(others)]
    for key, row, target, goal, sign, times, unit in ROWS:
        if row is None:
            out.append(f"| **{key}** | | | | " + "| " * len(others))
            continue
        if ":" in key and key not in own:
            continue
        out.append(f"| {row} | {target} | {cell(own, key, times, unit)} | "
                   f"{met(own, key, goal, sign)} | " +
                   "".join(f"{cell(figures[m], key, times, unit)} | " for m in others))
    out += ["", "| confidence said | " + " | ".join(k[19:].replace("_to_", " to ") for k in RELIABILITY) + " |",
            "| --- " * 11 + "|",
            "| real, % | " + " | ".join("-" if own.get(k) is None else f"{100 * own[k]:.0f}"
                                        for k in RELIABILITY) + " |",
            "| of reports | " + " | ".join(f"{own.get(k + '_n') or 0:.0f}" for k in RELIABILITY) + " |"]
    if real:
        out += ["", "| real pictures | pictures | lesions reported |", "| --- | --- | --- |"]
        out += [f"| {what} | {n} | {count} |" for what, n, count in real]
    if failed:
        out += ["", f"What went wrong in the last frame of a scene, worst first ({len(failed)} of "
                f"{own['scenes'] + a.wounds}):", ""]
        out += [f"- {reason} ({scene})" for reason, scene in failed[:12]]
    return "\n".join(line.rstrip() for line in out) + "\n"


def write_page(a, table):
    name = "bench/accuracy --second" if a.second else "bench/accuracy"
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = a.write.read_text(encoding="utf-8")
    if begin not in page or end not in page:
        raise RuntimeError(f"{a.write}: no marks for the table; put {begin} and {end} into it")
    head, rest = page.split(begin, 1)
    tail = rest.split(end, 1)[1]
    a.write.write_text(f"{head}{begin}\n{table}{end}{tail}", encoding="utf-8")


def check_floor(path, own):
    """{"key": worst value}; at least for what should be high, at most for the rest."""
    high = {row[0]: row[4] for row in ROWS if row[1]}
    bad = 0
    for key, floor in json.loads(path.read_text()).items():
        if key.startswith("_"):
            continue
        value, sign = own.get(key), high.get(key, 1) or 1
        good = value is not None and sign * value >= sign * floor
        bad += not good
        print(f"{'ok  ' if good else 'FELL'} {key}: {value} "
              f"({'at least' if sign > 0 else 'at most'} {floor})")
    return bad
