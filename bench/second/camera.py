"""camera.py: a lamp, a lens, a sensor and a hand that move over the tissue.

Writes a sequence folder as docs/recording.md has it: nir/*.png, sequence.json and, by
the view of each frame, truth.jsonl.
SPDX-License-Identifier: MIT
"""
import json
import math
import struct
import zlib

import numpy as np

from .truth import entry
from .tissue import fractal

SIZES = ((960, 540), (1280, 720), (1024, 768), (720, 576))


def write_png(path, a):
    """Grey, 8 or 16 bits."""
    h, w = a.shape
    deep = a.dtype.itemsize == 2
    rows = np.zeros((h, 1 + w * a.dtype.itemsize), np.uint8)
    rows[:, 1:] = a.astype(">u2" if deep else np.uint8).view(np.uint8).reshape(h, -1)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + \
            struct.pack(">I", zlib.crc32(name + data))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" +
                     chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 16 if deep else 8, 0, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)) + chunk(b"IEND", b""))


def blurred(a, across, down):
    """Gaussians of these deviations, px, one after the other."""
    for axis, sigma in ((1, across), (0, down)):
        r = max(1, math.ceil(3 * sigma))
        k = np.exp(-0.5 * (np.arange(-r, r + 1) / sigma) ** 2)
        k = (k / k.sum()).astype(np.float32)
        pad = np.pad(a, [(r, r) if axis == d else (0, 0) for d in (0, 1)], "edge")
        n = a.shape[axis]
        a = sum(w * (pad[:, i:i + n] if axis else pad[i:i + n]) for i, w in enumerate(k))
    return a


def blocks(a, step):
    """What a codec leaves of 8-bit counts: 8 x 8 cosine blocks, coefficients in `step`s."""
    k = np.arange(8)
    c = np.sqrt(2 / 8) * np.cos(np.pi * np.outer(k, 2 * k + 1) / 16)
    c[0] /= np.sqrt(2)
    h, w = a.shape
    p = np.pad(a, ((0, -h % 8), (0, -w % 8)), "edge")
    b = p.reshape(p.shape[0] // 8, 8, -1, 8).transpose(0, 2, 1, 3)
    f = np.round(c @ b @ c.T / step) * step
    return (c.T @ f @ c).transpose(0, 2, 1, 3).reshape(p.shape)[:h, :w]


class Camera:
    """What stays the same over the frames of a scene."""

    def __init__(self, rng, size, frames, pitch):
        self.rng, (self.w, self.h), self.frames, self.pitch = rng, size, frames, pitch
        self.bits = int(rng.choice([8, 10, 12, 12]))
        self.full = 2 ** self.bits - 1
        self.black = int(self.full * rng.uniform(0.005, 0.03))
        self.wells, self.read = rng.uniform(3000, 25000), rng.uniform(1.5, 8)
        self.leak = float(rng.uniform(0, 0.15) if rng.random() < 0.8 else rng.uniform(0.15, 0.6))
        self.u, self.v = np.meshgrid(np.arange(self.w, dtype=np.float32),
                                     np.arange(self.h, dtype=np.float32))
        self.lamp()
        blur = rng.uniform(0.4, 1.4) if rng.random() < 0.8 else rng.uniform(1.6, 4)
        self.blur = (blur * (1 if rng.random() < 0.8 else rng.uniform(1, 3)), blur)
        self.fixed = 1 + rng.uniform(0.003, 0.01) * rng.standard_normal((self.h, self.w))
        self.hot = (rng.random((self.h, self.w)) < 2e-5) * self.wells * rng.uniform(0.1, 0.6)
        self.gains = np.ones(frames)
        if rng.random() < 0.2 and frames > 2:
            self.gains[rng.integers(1, frames):] = rng.uniform(0.6, 1.4)
        self.codec = float(rng.uniform(3, 12)) if self.bits == 8 and rng.random() < 0.5 else 0
        self.motion = dict(move=rng.uniform(1, 3.8) * np.array([rng.uniform(-0.5, 0.5), 1]),
                           phase=rng.uniform(0, 2 * np.pi), rate=rng.uniform(0.15, 0.3),
                           turn=rng.uniform(-0.02, 0.02), zoom=rng.uniform(-0.03, 0.03),
                           shake=rng.uniform(0, 0.08))
        self.instrument = None
        self.smoke, self.veil = 0.0, None

    def lamp(self):
        rng, half = self.rng, np.hypot(self.w, self.h) / 2
        x, y = self.w * rng.uniform(0.35, 0.65), self.h * rng.uniform(0.35, 0.65)
        r = np.hypot((self.u - x) * rng.uniform(0.8, 1.2), self.v - y) / half
        self.field = np.clip(1 - rng.uniform(0.3, 0.65) * r ** rng.uniform(1.3, 2.2), 0.1, 1)
        self.round = None
        if rng.random() < 0.25:
            self.round = rng.uniform(0.95, 1.2) * max(self.h, self.w * 0.56) / 2
            d = np.hypot(self.u - self.w / 2, self.v - self.h / 2) - self.round
            self.field = self.field / (1 + np.exp(np.clip(d / 1.5, -40, 40)))

    def draw_instrument(self):
        rng = self.rng
        self.instrument = dict(angle=rng.uniform(0, 2 * np.pi), half=rng.uniform(4, 8) / self.pitch / 2,
                               tip=rng.uniform(-0.05, 0.35) * self.w, pace=rng.uniform(-8, 8))

    def draw_smoke(self, depth):
        """Optical depth and its clouds; what passes is exp(-depth)."""
        self.smoke = depth
        self.veil = fractal(self.rng, (self.h // 16 + 2, self.w // 16 + 2), 16.0, 1.9, 900)

    def on_instrument(self, u, v, frame):
        """(under it, distance from its axis over its half width)"""
        i = self.instrument
        if i is None:
            return np.zeros(np.shape(u), bool), 0
        c, s = np.cos(i["angle"]), np.sin(i["angle"])
        along = (u - self.w / 2) * c + (v - self.h / 2) * s - i["tip"] - frame * i["pace"]
        across = np.abs((v - self.h / 2) * c - (u - self.w / 2) * s) / i["half"]
        return (along > 0) & (across < 1), across

    def depth_of_smoke(self, u, v, frame):
        if not self.smoke:
            return np.zeros(np.shape(u))
        n, m = self.veil.shape
        f = self.veil[np.clip((np.asarray(v) / 16).astype(int), 0, n - 1),
                      (np.asarray(u) / 16 + frame * 0.3).astype(int) % m]
        return self.smoke * np.clip(1 + 0.25 * f, 0.2, None)


class View:
    """One frame: where the camera stands, and what it sees of the objects."""

    def __init__(self, camera, tissue, frame):
        self.camera, self.tissue, self.frame = camera, tissue, frame
        m, t = camera.motion, frame / 30
        swing = np.sin(2 * np.pi * m["rate"] * t + m["phase"]) - np.sin(m["phase"])
        self.shift = m["move"] * swing + camera.rng.normal(0, m["shake"], 2) * (frame > 0)
        angle = m["turn"] * swing
        self.mm_per_px = camera.pitch * (1 + m["zoom"] * swing)
        self.turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        self.middle = np.array([(camera.w - 1) / 2, (camera.h - 1) / 2])

    def to_tissue(self, u, v):
        c, s = self.turn[0, 0] * self.mm_per_px, self.turn[1, 0] * self.mm_per_px
        du, dv = u - self.middle[0], v - self.middle[1]
        return c * du - s * dv + self.shift[0], s * du + c * dv + self.shift[1]

    def to_frame(self, p):
        return (p - self.shift) @ self.turn / self.mm_per_px + self.middle

    def in_view(self, uv):
        c, (u, v) = self.camera, uv.T
        seen = (u >= 0) & (v >= 0) & (u <= c.w - 1) & (v <= c.h - 1)
        return seen & (np.hypot(u - c.w / 2, v - c.h / 2) < c.round) if c.round else seen

    def mask(self, mask, p):
        t = self.tissue
        i, j = (np.clip(np.round((q - o) / t.mm).astype(int), 0, n - 1) for q, o, n in
                ((p[:, 0], t.x0, t.shape[1]), (p[:, 1], t.y0, t.shape[0])))
        return mask[j, i]

    def covered(self, p, uv):
        return self.mask(self.tissue.hides, p) | \
            self.camera.on_instrument(uv[:, 0], uv[:, 1], self.frame)[0]

    def veiled(self, uv, light):
        c = self.camera
        through = np.exp(-c.depth_of_smoke(uv[:, 0], uv[:, 1], self.frame))[0]
        return light * through + 0.85 * (1 + c.leak) * (1 - through)

    def light(self, spots):
        """The frame before the lens: light a pixel, without the lamp's field."""
        c, t = self.camera, self.tissue
        x, y = self.to_tissue(c.u, c.v)
        i = t.picture.at(x, y).astype(np.float32) + np.float32(c.leak)
        i += np.float32(c.leak) * spots
        under, across = c.on_instrument(c.u, c.v, self.frame)
        if under.any():
            shine = 0.08 + 1.5 * c.leak * np.exp(-((across - 0.6) / 0.1) ** 2)
            i = np.where(under, shine, i)
        if c.smoke:
            through = np.exp(-c.depth_of_smoke(c.u, c.v, self.frame))
            i = i * through + 0.85 * (1 + c.leak) * (1 - through)
        return i.astype(np.float32)

    def electrons(self, light, gain):
        c = self.camera
        return blurred(light, *c.blur) * c.field * gain

    def counts(self, e):
        c, rng = self.camera, self.camera.rng
        e = rng.poisson(np.clip(e * c.fixed, 0, 1e7)) + rng.normal(0, c.read, e.shape) + c.hot
        e = np.minimum(e, c.wells * 1.2) * c.gains[self.frame]
        a = np.clip(np.round(e * (c.full - c.black) / c.wells + c.black), 0, c.full)
        if c.codec:
            a = np.clip(np.round(blocks(a, c.codec)), 0, c.full)
        return a.astype(np.uint16 if c.bits > 8 else np.uint8)


def highlights(camera, tissue):
    """Mirror-like spots, at the lamp's place and so fixed to the camera; times leaked light."""
    rng, out = camera.rng, np.zeros((camera.h, camera.w), np.float32)
    for _ in range(rng.integers(2, 20)):
        x, y, a = rng.uniform(0, camera.w), rng.uniform(0, camera.h), rng.uniform(0, np.pi)
        long, wide = rng.uniform(0.2, 2) / camera.pitch, rng.uniform(0.1, 0.4) / camera.pitch
        r = int(3 * max(long, wide)) + 2
        j, i = (slice(max(int(m) - r, 0), int(m) + r) for m in (y, x))
        u, v = camera.u[j, i] - x, camera.v[j, i] - y
        out[j, i] += np.exp(-((u * np.cos(a) + v * np.sin(a)) / long) ** 2 -
                            ((v * np.cos(a) - u * np.sin(a)) / wide) ** 2) * rng.uniform(1, 40)
    return out


def surface_truth(view, electrons, objects):
    """The wound's verdict in this frame, point by point on a grid over it."""
    t, c = view.tissue, view.camera
    step = max(t.mm, 0.4)
    r = t.wound[0] * 1.3
    x, y = (a.ravel() for a in np.meshgrid(np.arange(-r, r, step), np.arange(-r, r, step)))
    in_it = np.hypot(x, y) < t.edge(np.arctan2(y, x)) * 0.96
    p = np.stack([x[in_it], y[in_it]], 1)
    uv = view.to_frame(p)
    seen = view.in_view(uv)
    i, j = np.clip(uv.astype(int), 0, (c.w - 1, c.h - 1)).T
    hidden = view.covered(p, uv) | view.mask(t.cover, p)
    smoke = c.depth_of_smoke(uv[:, 0], uv[:, 1], view.frame) > 1.2
    full = electrons[j, i] * c.gains[view.frame] >= c.wells
    good = seen & ~hidden & ~smoke & ~full
    why = [w for w, m in (("out_of_view", ~seen), ("hidden", hidden), ("smoke", smoke),
                          ("saturated", full)) if m.mean() > 0.2]
    part = float(good.mean())
    found = any(o["class"] == "residual" and o["detectable"] for o in objects)
    state = "residual" if found else "cannot_assess" if part < 0.5 else "none_detected"
    return {"state": state, "assessable": part, "why": [] if state != "cannot_assess" else why,
            "residuals": objects}


def film(camera, tissue, out, pitch_known):
    """Every frame, with its truth, into the folder `out`."""
    rng = camera.rng
    views = [View(camera, tissue, f) for f in range(camera.frames)]
    spots = highlights(camera, tissue)
    first = views[0].light(spots)
    lit = blurred(first, *camera.blur) * camera.field
    inside = camera.field > 0.1
    if tissue.kind == "saturated":
        gain = camera.wells * rng.uniform(1.1, 2) / np.percentile(lit[inside], 15)
    else:
        gain = camera.wells * rng.uniform(0.35, 1.05) / max(np.percentile(lit[inside], 99.7), 0.5)
    (out / "nir").mkdir(parents=True)
    with open(out / "truth.jsonl", "w", encoding="utf-8") as truth:
        for view in views:
            e = view.electrons(view.light(spots) if view.frame else first, gain)
            counts = view.counts(e)
            write_png(out / "nir" / f"{view.frame:06d}.png", counts)
            objects = [entry(o, i + 1, view, camera.pitch) for i, o in enumerate(tissue.objects)]
            objects = [o for o in objects if o]
            wound = tissue.wound is not None
            off = {"state": "off", "assessable": None, "why": [], "residuals": []}
            truth.write(json.dumps({
                "frame": view.frame, "t_ns": int(view.frame * 1e9 / 30),
                "lesions": [] if wound else objects,
                "cut_surface": surface_truth(view, e, objects) if wound else off,
                "quality": {"saturated": float((counts == camera.full).mean()), "dark": 0,
                            "motion_px": 0, "dropped": 0}}) + "\n")
    manifest = {"format": "rimlight-sequence", "version": 1, "fps": 30.0,
                "nir": {"path": "nir", "bit_depth": camera.bits, "black_level": camera.black}}
    if pitch_known:
        manifest["mm_per_px"] = camera.pitch
    if tissue.wound is not None:
        t = np.arange(40) * 2 * np.pi / 40
        r = 0.96 * tissue.edge(t)
        q = views[0].to_frame(np.stack([r * np.cos(t), r * np.sin(t)], 1))
        manifest["cut_surface"] = [{"frame": 0, "polygon": q.round(2).tolist()}]
    (out / "sequence.json").write_text(json.dumps(manifest) + "\n")
