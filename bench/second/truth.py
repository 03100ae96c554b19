"""truth.py: what can be seen of a lesion or a residual in the picture before noise, by
the rules of docs/phantom.md, "Truth".

SPDX-License-Identifier: MIT
"""
import numpy as np

RAYS = 96


class Patch:
    """A square piece of the tissue: value[j][i] at (x0 + i mm, y0 + j mm)."""

    def __init__(self, x0, y0, mm, value):
        self.x0, self.y0, self.mm, self.value = x0, y0, mm, value

    def points(self):
        n, m = self.value.shape
        return np.meshgrid(self.x0 + np.arange(m) * self.mm, self.y0 + np.arange(n) * self.mm)

    def at(self, x, y):
        """Between the four points around; 0 outside."""
        n, m = self.value.shape
        u, v = (np.asarray(x) - self.x0) / self.mm, (np.asarray(y) - self.y0) / self.mm
        inside = (u >= 0) & (v >= 0) & (u <= m - 1) & (v <= n - 1)
        i = np.clip(u.astype(np.int32), 0, m - 2)
        j = np.clip(v.astype(np.int32), 0, n - 2)
        a, b, f = u - i, v - j, self.value
        mid = (f[j, i] * (1 - a) + f[j, i + 1] * a) * (1 - b) + \
            (f[j + 1, i] * (1 - a) + f[j + 1, i + 1] * a) * b
        return np.where(inside, mid, 0)


def first(condition):
    """Per row the first true column, or the last one."""
    return np.where(condition.any(1), condition.argmax(1), condition.shape[1] - 1)


def rays(excess, x, y, reach):
    """Of each ray from (x, y): peak, outline's radius, width of the ring (nan: none)."""
    step = max(excess.mm / 2, 0.05)
    t = np.arange(0, reach, step)
    turn = np.arange(RAYS) * 2 * np.pi / RAYS
    p = excess.at(x + np.cos(turn)[:, None] * t, y + np.sin(turn)[:, None] * t)
    k = np.arange(len(t))
    top = p.argmax(1)
    peak = p[np.arange(RAYS), top]
    outer = first((k > top[:, None]) & (p < peak[:, None] / 2))
    lowest = np.where(k <= top[:, None], p, np.inf).min(1)
    level = np.maximum(peak / 2, (peak + lowest) / 2)
    below = (k < top[:, None]) & (p < level[:, None])
    inner = np.where(below.any(1), len(t) - 1 - below[:, ::-1].argmax(1), -1)
    width = np.where(inner >= 0, (outer - inner) * step, np.nan)
    return turn, peak, outer * step, width


def measure(o, excess, around, reach):
    """Of the object o (a dict with x, y, ...) whose own light is `excess`; around(x, y):
    (light with all in it, light of plain tissue, leaked light). Adds to o; False: it
    cannot be seen at all."""
    j, i = np.unravel_index(excess.value.argmax(), excess.value.shape)
    highest = excess.value[j, i]
    if highest < 0.02:
        return False
    o["peak"] = (excess.x0 + i * excess.mm, excess.y0 + j * excess.mm)
    light, plain, leak = (float(v) for v in around(*o["peak"]))
    o["signal"], o["ground"] = light + leak, plain + leak
    o["own"] = highest  # without what lies over it, as bile
    for again in (False, True):
        turn, peak, radius, width = rays(excess, o["x"], o["y"], reach)
        core = float(excess.at(o["x"], o["y"]))
        stands = (peak >= 0.5 * highest) & (peak - core >= 0.1 * o["signal"])
        o["coverage"] = float(stands.mean())
        o["pattern"] = "rim" if o["coverage"] >= 0.8 else \
            "partial" if o["coverage"] >= 0.35 else "total"
        if o["pattern"] != "total" or again:
            break
        x, y = excess.points()  # no ring about its axis: centred on what is bright
        bright = excess.value >= highest / 2
        o["x"], o["y"] = float(x[bright].mean()), float(y[bright].mean())
    seen = peak >= 0.25 * highest
    radius = np.interp(turn, turn[seen], radius[seen], period=2 * np.pi)
    ring = width[stands & np.isfinite(width)]
    o["rim_mm"] = float(np.median(ring)) if o["pattern"] != "total" and ring.size else None
    core_light, _, core_leak = around(o["x"], o["y"])
    o["core"] = float(core_light + core_leak)
    o["outline"] = np.stack([o["x"] + radius * np.cos(turn), o["y"] + radius * np.sin(turn)], 1)
    return True


def ellipse(q):
    """x, y, a, b, angle, area of the polygon q, by its area's moments."""
    o = q[0]
    p = q - o
    r = np.roll(p, -1, 0)
    k = p[:, 0] * r[:, 1] - r[:, 0] * p[:, 1]
    area = k.sum() / 2
    c = ((p + r) * k[:, None]).sum(0) / 6 / area

    def second(i, j):
        return (k * (p[:, i] * p[:, j] * 2 + r[:, i] * r[:, j] * 2 + p[:, i] * r[:, j] +
                     r[:, i] * p[:, j])).sum() / 24 / area - c[i] * c[j]
    value, vector = np.linalg.eigh([[second(0, 0), second(0, 1)], [second(0, 1), second(1, 1)]])
    b, a = 2 * np.sqrt(np.maximum(value, 1e-9))
    angle = np.degrees(np.arctan2(vector[1, 1], vector[0, 1]))
    return c[0] + o[0], c[1] + o[1], a, b, (angle + 90) % 180 - 90, abs(area)


def visibility(o, to_frame, in_view, covered):
    """Parts of it in view, and of those the part that is hidden."""
    q = np.array([o["x"], o["y"]])
    p = np.concatenate([q + (o["outline"][::4] - q) * k / 3 for k in (1, 2, 3)])
    uv = to_frame(p)
    seen = in_view(uv)
    return seen.mean(), (covered(p[seen], uv[seen]).mean() if seen.any() else 0)


def entry(o, number, view, pitch):
    """Its line in truth.jsonl, lesion and residual in one; None: not in this frame.
    view: to_frame, in_view, covered, veiled, scale (of this frame)."""
    seen, hidden = visibility(o, view.to_frame, view.in_view, view.covered)
    if seen < 0.25 or hidden > 0.7:
        return None
    q = view.to_frame(o["outline"])
    x, y, a, b, angle, area = ellipse(q)
    at = view.to_frame(np.array([o["peak"]]))
    signal, ground, own = (float(view.veiled(at, light)) for light in
                           (o["signal"], o["ground"], o["ground"] + o["own"]))
    contrast = signal / ground
    why = ["at_edge"] * bool(seen < 0.98) + ["hidden"] * bool(hidden > 0.2)
    both = {"id": number, "x": x, "y": y, "sbr": contrast, "confidence": 1.0, "why": why,
            "depth_mm": o["depth"], "uptake": o["uptake"], "class": o["class"],
            "detectable": contrast >= 1.3}
    if o.get("on_surface"):
        return both | {"detectable": own / ground >= 1.3, "area_px": area, "area_mm2": area * pitch ** 2,
                       "polygon": q[::3].round(2).tolist()}
    return both | {"a": a, "b": b, "angle": angle, "coverage": o["coverage"],
                   "pattern": o["pattern"], "core_ratio": float(view.veiled(at, o["core"])) / signal,
                   "rim_width": None if o["rim_mm"] is None else o["rim_mm"] / view.mm_per_px,
                   "diameter_mm": 2 * np.sqrt(a * b) * pitch}
