"""tissue.py: livers and cut surfaces, what glows in them and what lies on them.

All lengths in mm, the middle of the first frame is (0, 0). Light is in units of plain
liver's. Numbers without a source are drawn wide on purpose; those with one: uptake
(median 12 and, after chemotherapy, 4), rim (1.6 mm, Tashiro 2020), blood film
(exp(-0.94 per mm), Prahl), tops to 6 mm (van der Vorst 2013).
SPDX-License-Identifier: MIT
"""
import numpy as np

from . import light
from .truth import Patch, measure

MARGIN = 9.0  # mm of tissue beyond the frame, for motion
# How the lesions of a liver lie; one in six has none.
LIVERS = ("open", "cut", "chemo", "overlap", "open", "none",
          "gallbladder", "sizes", "open", "nodules", "deep", "none")
WOUNDS = ("residual", "clean", "bile", "residual", "blood", "clean", "residual", "smoke",
          "bile", "saturated")


def fractal(rng, shape, mm, slope, longest):
    """Noise of spectrum 1/f^slope, flat above `longest` mm; mean 0, deviation 1."""
    f = np.hypot(np.fft.fftfreq(shape[0], mm)[:, None], np.fft.rfftfreq(shape[1], mm))
    f = np.maximum(f, 1 / longest)
    n = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * f ** -slope, shape)
    return (n - n.mean()) / n.std()


def soft(a, sigma):
    """Gaussian of `sigma` points, by its spectrum."""
    f2 = np.fft.fftfreq(a.shape[0])[:, None] ** 2 + np.fft.rfftfreq(a.shape[1]) ** 2
    return np.fft.irfft2(np.fft.rfft2(a) * np.exp(-2 * (np.pi * sigma) ** 2 * f2), a.shape)


class Tissue:
    """One piece of tissue: fields over it, and the objects of its truth."""

    def __init__(self, rng, tables, kind, width_mm, height_mm, mm):
        self.rng, self.kind, self.mm = rng, kind, mm
        self.half = width_mm / 2, height_mm / 2
        nx, ny = (int(2 * (h + MARGIN) / mm) // 8 * 8 for h in self.half)
        self.shape = ny, nx
        self.x0, self.y0 = -(nx - 1) * mm / 2, -(ny - 1) * mm / 2
        self.x, self.y = np.meshgrid(self.x0 + np.arange(nx) * mm, self.y0 + np.arange(ny) * mm)
        self.blood = int(rng.choice(3, p=(0.4, 0.4, 0.2)))
        self.light = light.Light(tables, self.blood, mm)
        fine, coarse = rng.uniform(0.015, 0.05), rng.uniform(0.03, 0.10)
        self.plain = np.exp(fine * self.noise(rng.uniform(0.6, 1.2), 20) +
                            coarse * self.noise(1.8, 50))
        self.added = np.zeros(self.shape)  # light of what is no lesion
        self.dark = np.ones(self.shape)    # part that blood, char and vessels let pass
        self.cover = np.zeros(self.shape, bool)  # nothing below can be judged
        self.hides = np.zeros(self.shape, bool)  # of it, what covers a lesion too
        self.objects, self.glow, self.notes = [], [], []
        self.bag = None    # place of a gallbladder
        self.wound = None  # polar outline of a cut surface

    def noise(self, slope, longest):
        return fractal(self.rng, self.shape, self.mm, slope, longest)

    def anywhere(self, rim=2.0):
        return tuple(float(self.rng.uniform(-h + min(rim, h / 2), h - min(rim, h / 2)))
                     for h in self.half)

    def blob(self, x, y, radius, ragged):
        """A patch with a ragged border, sharp as a lens shows it."""
        border = radius * np.clip(1 + ragged * self.noise(1.3, 10), 0.3, 2)
        return soft((np.hypot(self.x - x, self.y - y) < border).astype(float), 0.12 / self.mm)

    def line(self, x, y, bend, sigma, length):
        """A wandering line, highest 1."""
        n, a = int(length / (self.mm / 2)), self.rng.uniform(0, 2 * np.pi)
        way = a + np.cumsum(self.rng.normal(0, bend * np.sqrt(self.mm / 2), n))
        i = ((x - self.x0 + np.cumsum(np.cos(way)) * self.mm / 2) / self.mm).astype(int)
        j = ((y - self.y0 + np.cumsum(np.sin(way)) * self.mm / 2) / self.mm).astype(int)
        ok = (i >= 0) & (j >= 0) & (i < self.shape[1]) & (j < self.shape[0])
        m = np.zeros(self.shape)
        m[j[ok], i[ok]] = 1
        m = soft(m, sigma / self.mm)
        return m / max(m.max(), 1e-9)

    # ---- what glows ----

    def place(self, o, radius, dye):
        """The light of o, whose dye (excess over liver's, dye(x, y, z)) lies within radius."""
        reach = radius + light.REACH + self.mm
        n = int(2 * reach / self.mm) // 16 * 16 + 16
        i0, j0 = (int(round((v - w) / self.mm)) - n // 2
                  for v, w in ((o["x"], self.x0), (o["y"], self.y0)))
        k = int(radius / self.mm) + 2
        inner = slice(n // 2 - k, n // 2 + k + 1)
        x, y = np.meshgrid(self.x0 + (i0 + np.arange(n)[inner]) * self.mm,
                           self.y0 + (j0 + np.arange(n)[inner]) * self.mm)

        def layer(z0, z1):
            if z1 < o.get("above", o["depth"]) or z0 > o["bottom"]:
                return None
            parts = [dye(x, y, z0 + (z1 - z0) * s) for s in (0.125, 0.375, 0.625, 0.875)]
            c = np.zeros((n, n))
            c[inner, inner] = sum(parts) / 4
            return c
        value = self.light.seen(layer, n)
        full = np.zeros(self.shape)
        a, b = (slice(max(s, 0), max(min(s + n, m), 0)) for s, m in
                ((j0, self.shape[0]), (i0, self.shape[1])))
        full[a, b] = value[a.start - j0:a.stop - j0, b.start - i0:b.stop - i0]
        self.objects.append(o)
        self.glow.append(full)

    def focus(self, x, y, radius, top, uptake, **other):
        """A tumour in a shell of dye; `top` is the tumour's own, below 0 it is cut open."""
        rng = self.rng
        o = {"x": x, "y": y, "r": radius, "depth": top, "uptake": uptake, "class": "lesion",
             "rim": float(rng.uniform(1.0, 2.3)), "core": float(rng.uniform(0, 0.5)),
             "gap": float(rng.uniform(0.5, 2.5)) if rng.random() < 0.25 else 0.0,
             "patchy": float(rng.uniform(0, 0.5))} | other
        o["above"], o["bottom"] = top - o["rim"], top + 2 * radius + o["rim"]
        flat, turn = rng.uniform(0.75, 1), rng.uniform(0, np.pi)
        wave, phase = rng.normal(0, 0.05, 4), rng.uniform(0, 2 * np.pi, 6)
        half = self.mm * 0.7

        def dye(px, py, z):
            c, s = np.cos(turn), np.sin(turn)
            u, v = (px - x) * c + (py - y) * s, ((py - y) * c - (px - x) * s) / flat
            a = np.arctan2(v, u)
            f = 1 + sum(w * np.cos((k + 2) * a + phase[k]) for k, w in enumerate(wave))
            d = np.sqrt((np.hypot(u, v) / f) ** 2 + (z - top - radius) ** 2)
            inside = np.clip(0.5 + (radius - d) / half, 0, 1)
            shell = np.clip(0.5 + (radius + o["rim"] - d) / half, 0, 1) - inside
            much = np.clip(1 + o["patchy"] * (np.cos(3 * a + phase[4]) +
                                              np.cos(2 * a + 5 * z / radius + phase[5])), 0.1, None)
            away = np.abs((a - phase[0] + np.pi) % (2 * np.pi) - np.pi)
            much = np.where(away < o["gap"] / 2, 0.08, much)
            return shell * (uptake * much - 1) + inside * (o["core"] - 1)
        self.place(o, (radius + o["rim"]) * 1.3 + 0.5, dye)

    def uptake(self, middle=12.0):
        return float(np.clip(middle * np.exp(0.6 * self.rng.standard_normal()), 2.5, 50))

    def residual(self, x, y):
        """A patch or a piece of rim that was left."""
        rng = self.rng
        o = {"x": x, "y": y, "depth": float(rng.choice([0, 0.2, 0.5, 1, 1.5, 2, 3, 4])),
             "uptake": float(np.clip(self.uptake(), 4, 40)), "class": "residual", "on_surface": True}
        thick, radius = rng.uniform(0.8, 2.2), rng.uniform(1.2, 5)
        o["bottom"] = o["depth"] + thick
        flat, turn, arc = rng.uniform(0.5, 1), rng.uniform(0, np.pi), rng.random() < 0.4
        wave, phase = rng.normal(0, 0.07, 4), rng.uniform(0, 2 * np.pi, 4)

        def dye(px, py, z):
            if not o["depth"] <= z <= o["bottom"]:
                return 0 * px
            c, s = np.cos(turn), np.sin(turn)
            u, v = (px - x) * c + (py - y) * s, ((py - y) * c - (px - x) * s) / flat
            a = np.arctan2(v, u)
            d = np.hypot(u, v) * (1 + sum(w * np.cos((k + 2) * a + phase[k])
                                          for k, w in enumerate(wave)))
            m = d < radius
            if arc:
                m &= (d > radius - 1.6) & (u > -0.3 * radius)
            return (o["uptake"] - 1) * m
        self.place(o, radius * 1.3 + 0.5, dye)

    # ---- what lies on it ----

    def clear(self, x, y, radius):
        """Nothing large and bright within radius of (x, y)."""
        return (not self.bag or np.hypot(x - self.bag[0], y - self.bag[1]) > radius + 24) and all(np.hypot(x - o["x"], y - o["y"]) > radius + o.get("r", 3) + 2.5
                   for o in self.objects)

    def somewhere_clear(self, radius):
        for _ in range(40):
            x, y = self.anywhere()
            if self.clear(x, y, radius):
                return x, y
        return None

    def dye_spot(self):
        radius = self.rng.uniform(0.6, 3.5)
        at = self.somewhere_clear(radius * 1.3)
        if at:
            self.added += self.blob(*at, radius, self.rng.uniform(0, 0.4)) * self.rng.uniform(0.6, 6)
            self.notes.append("dye")

    def duct(self):
        m = self.line(*self.anywhere(), 0.09, self.rng.uniform(0.4, 1.2), self.rng.uniform(8, 60))
        if not any((m * (g > 0.3 * g.max())).max() > 0.1 for g in self.glow if g.max() > 0):
            self.added += m * self.rng.uniform(0.4, 4)
            self.notes.append("duct")

    def gallbladder(self, x, y):
        self.bag = x, y
        d = np.hypot(self.x - x, (self.y - y) * self.rng.uniform(0.7, 1.4))
        z = np.clip((d - self.rng.uniform(9, 18)) / 1.2, -40, 40)
        self.added += self.rng.uniform(3, 15) / (1 + np.exp(z))
        self.notes.append("gallbladder")

    def gauze(self):
        at = self.somewhere_clear(6)
        if not at:
            return
        u, v = self.turned(*at)
        m = (np.abs(u) < self.rng.uniform(4, 10)) & (np.abs(v) < self.rng.uniform(3, 8))
        thread = self.rng.uniform(0.6, 1.4)
        woven = np.maximum(np.cos(2 * np.pi * u / thread), np.cos(2 * np.pi * v / thread))
        stained = np.clip(self.noise(1.6, 15), 0, None) * self.rng.uniform(0, 1.5)
        m = soft(m.astype(float), 0.12 / self.mm)
        self.dark *= 1 - 0.9 * m
        self.added += m * (0.15 + stained) * (0.6 + 0.4 * woven) * self.rng.uniform(0.5, 1.5) * 10
        self.cover |= m > 0.5
        self.hides |= m > 0.5
        self.notes.append("gauze")

    def turned(self, x, y):
        a = self.rng.uniform(0, np.pi)
        return ((self.x - x) * np.cos(a) + (self.y - y) * np.sin(a),
                (self.y - y) * np.cos(a) - (self.x - x) * np.sin(a))

    def film(self, mask, thick):
        """Blood: thick mm where mask is 1."""
        self.dark *= np.exp(-0.94 * thick * mask)
        self.cover |= thick * mask > 0.8
        self.hides |= thick * mask > 0.8

    def char(self, x, y):
        m = self.blob(x, y, self.rng.uniform(0.4, 1.6), 0.4)
        self.dark *= 1 - self.rng.uniform(0.4, 0.9) * m
        self.cover |= m > 0.5

    def vessels(self):
        for _ in range(self.rng.integers(0, 5)):
            m = self.line(*self.anywhere(), 0.07, self.rng.uniform(0.5, 1.5), 80)
            self.dark *= 1 - self.rng.uniform(0.05, 0.3) * m

    def segment(self):
        u, _ = self.turned(*self.anywhere())
        self.plain *= 1 + self.rng.uniform(0.15, 0.5) / \
            (1 + np.exp(np.clip(-u / self.rng.uniform(0.8, 2.5), -40, 40)))
        self.notes.append("segment")

    # ---- whole pieces ----

    def liver(self):
        rng, kind = self.rng, self.kind
        middle = 4.0 if kind == "chemo" else 12.0
        tops = (2.0, 6.0) if kind == "deep" else (-2.0, 4.5)

        def add(x, y, radius, **other):
            top = float(rng.uniform(max(tops[0], -radius), tops[1]))
            core = {"core": (u := self.uptake(middle))} if rng.random() < 0.08 else {}
            self.focus(x, y, radius, top, u if core else self.uptake(middle), **core, **other)

        def size(low=1.0, high=10.0):
            return float(np.exp(rng.uniform(np.log(low), np.log(high))))
        if kind == "cut":
            side, along = rng.integers(0, 4), self.anywhere()
            r = size(2)
            edge = [(-self.half[0], along[1]), (self.half[0], along[1]),
                    (along[0], -self.half[1]), (along[0], self.half[1])][side]
            add(*(float(v) for v in edge), r)
        if kind == "overlap":
            x, y = self.anywhere(6)
            r, a = size(2, 8), rng.uniform(0, 2 * np.pi)
            add(x, y, r)
            s = size(2, 8)
            far = (r + s) * rng.uniform(0.7, 1.1)
            add(float(x + far * np.cos(a)), float(y + far * np.sin(a)), s)
        if kind == "sizes":
            x, y = self.anywhere(12)
            self.focus(x, y, 23.0, float(rng.uniform(-2, 3)), self.uptake())
        if kind == "gallbladder":
            x, y = ((1, -1)[rng.integers(0, 2)] * self.half[0], self.anywhere()[1])
            self.gallbladder(x, y)
            far = rng.uniform(20, 32)
            add(float(x - np.sign(x) * far), float(y + rng.uniform(-6, 6)), size(1.5, 6))
        for _ in range(0 if kind == "none" else rng.integers(1, 5)):
            r = 1.0 if kind == "sizes" else size()
            at = self.somewhere_clear(r + 1)
            if at:
                add(*at, r)
        for _ in range(rng.integers(1, 3) if kind == "nodules" else rng.random() < 0.1):
            r = size(2, 8)
            at = self.somewhere_clear(r)
            if at:
                u = float(rng.uniform(1.5, 6))
                self.focus(*at, r, float(rng.uniform(-1, 3)), u, core=u, gap=0.0, patchy=0.1,
                           **{"class": "nodule"})
        if rng.random() < 0.2:
            r = size(2, 8)
            at = self.somewhere_clear(r)
            if at:
                self.focus(*at, r, 0.0, float(rng.uniform(2, 6)), core=0.1, gap=0.0, patchy=0.1,
                           rim=float(rng.uniform(0.3, 0.6)), **{"class": "cyst"})
        self.distractors()

    def distractors(self):
        rng = self.rng
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            self.dye_spot()
        if rng.random() < 0.4:
            self.duct()
        if rng.random() < 0.15:
            self.gauze()
        if rng.random() < 0.25:
            self.segment()
        if self.kind == "none" and rng.random() < 0.3:
            self.gallbladder((1, -1)[rng.integers(0, 2)] * self.half[0], self.anywhere()[1])
        for _ in range(rng.integers(0, 4)):
            self.film(self.blob(*self.anywhere(), rng.uniform(1, 5), 0.5), rng.uniform(0.2, 2))
        self.vessels()

    def edge(self, turn):
        """Radius of the wound's border at this angle."""
        base, wave = self.wound
        return base * (1 + sum(wave[0, k] * np.cos((k + 1) * turn) +
                               wave[1, k] * np.sin((k + 1) * turn) for k in range(4)))

    def on_wound(self, part):
        a, q = self.rng.uniform(0, 2 * np.pi), part * np.sqrt(self.rng.random())
        return tuple(float(q * self.edge(a) * f(a)) for f in (np.cos, np.sin))

    def cut_surface(self):
        rng, kind = self.rng, self.kind
        self.wound = (min(self.half) * rng.uniform(0.55, 0.85), rng.normal(0, 0.04, (2, 4)))
        border = np.hypot(self.x, self.y) - self.edge(np.arctan2(self.y, self.x))
        inside = border < 0
        rough = np.clip(1 + rng.uniform(0.02, 0.07) * self.noise(1.1, 8), 0.6, 1.5)
        self.plain *= np.where(inside, rng.uniform(0.8, 1.05) * rough, 1)
        self.plain *= 1 - rng.uniform(0, 0.4) * np.exp(-(border / 0.6) ** 2)
        for _ in range({"residual": rng.integers(1, 3), "blood": rng.integers(0, 2),
                        "smoke": rng.integers(0, 2)}.get(kind, 0)):
            self.residual(*self.on_wound(0.65))
        pools = rng.integers(1, 4) if kind == "bile" else 0 if kind == "clean" else rng.random() < 0.2
        for _ in range(pools):
            r, much = rng.uniform(0.5, 4), rng.uniform(0.5, 5)
            at = next((p for p in (self.on_wound(0.8) for _ in range(40))
                       if self.clear(*p, r * 0.8)), None)
            if not at:
                continue
            m = self.blob(*at, r, rng.uniform(0, 0.4)) * inside
            self.added += m * much
            self.objects.append({"x": at[0], "y": at[1], "depth": 0.0, "uptake": 1 + much,
                                 "class": "bile", "on_surface": True})
            self.glow.append(m * much)
        for _ in range(0 if kind == "clean" else rng.integers(0, 4)):  # duct stumps
            self.added += self.blob(*self.on_wound(0.9), rng.uniform(0.25, 0.8), 0) * \
                rng.uniform(0.3, 3) * inside
        for _ in range(rng.integers(1, 9)):
            self.char(*self.on_wound(1))
        share = rng.uniform(0.6, 0.95) if kind == "blood" else rng.choice([0, 0, 0.05, 0.15])
        if share:
            f = self.noise(1.7, 30)
            m = (f > np.quantile(f[inside], 1 - share)) & (border < 2)
            thick = rng.uniform(1.0, 2.5) * np.clip(1 + 0.25 * self.noise(1.8, 20), 0.3, 2)
            self.film(soft(m.astype(float), 0.2 / self.mm), thick)
        self.vessels()

    def finish(self, leak):
        """The picture before the camera, and the truth of each object on the tissue."""
        self.leak = leak * (1 + 0.2 * (self.plain - 1))
        # Bile is in `added` and, for its own truth, in `glow`.
        glow = sum((g for o, g in zip(self.objects, self.glow) if o["class"] != "bile"),
                   np.zeros(self.shape))
        base = Patch(self.x0, self.y0, self.mm, self.plain * self.dark)
        # Never below a hundredth: light from around always gets there.
        whole = np.maximum(self.plain * (1 + glow) + self.added, 0.01) * self.dark
        self.picture = Patch(self.x0, self.y0, self.mm, whole)
        leaked = Patch(self.x0, self.y0, self.mm, self.leak)

        def around(x, y):
            return self.picture.at(x, y), base.at(x, y), leaked.at(x, y)
        seen = []
        for o, g in zip(self.objects, self.glow):
            own = g if o["class"] == "bile" else g * self.plain
            patch = Patch(self.x0, self.y0, self.mm, own * self.dark)
            reach = o.get("r", 5) * 1.4 + o.get("rim", 1.6) + 8
            if measure(o, patch, around, reach):
                seen.append(o)
        self.objects = seen
