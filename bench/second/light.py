"""light.py: light out of tissue as a camera sees it, by Monte Carlo.

Photons from an isotropic point in a half space of liver (Henyey-Greenstein, g = 0.9,
index 1.37, Fresnel's law at the surface, mu_s' after Jacques 2013). At each scattering
the part that would now leave straight up into the camera is counted where it would
leave ("local estimate"): so every photon has its say, and the picture is that of one
direction and not of all. By reciprocity the same sums at the excitation's absorption
are the excitation that reaches the point. Nothing of diffusion theory is used.
SPDX-License-Identifier: MIT
"""
import os

import numpy as np

G, MU_S_REDUCED, INDEX = 0.9, 0.55, 1.37
MU_S = MU_S_REDUCED / (1 - G)
BLOOD = (0.05, 0.10, 0.15)  # parts of blood in liver
MU_A_X = tuple(0.0019 + 0.4385 * b for b in BLOOD)  # per mm at 780 nm
MU_A_M = tuple(0.0029 + 0.4945 * b for b in BLOOD)  # at 840 nm
DEPTH = np.array([0.1, 0.3, 0.5, 0.7, 0.9, 1.15, 1.45, 1.8, 2.2, 2.7, 3.3, 4.0, 4.8, 5.7,
                  6.8, 8.0, 9.5, 11.5])  # mm, middle of a slice
EDGE = np.concatenate([[0], (DEPTH[1:] + DEPTH[:-1]) / 2, [13.0]])
RADIUS = np.concatenate([[0], np.geomspace(0.05, 30, 48)])  # mm, borders of rings
REACH = 18.0  # mm, of a point's light
PHOTONS, SEED, VERSION = 16000, 20260101, 1


def fresnel(c):
    """Part that the surface throws back, from inside at cosine c."""
    sine = INDEX * np.sqrt(np.clip(1 - c * c, 0, None))
    out = np.sqrt(np.clip(1 - sine * sine, 0, None))
    rs, rp = (INDEX * c - out) / (INDEX * c + out), (INDEX * out - c) / (INDEX * out + c)
    return np.where(sine >= 1, 1.0, (rs * rs + rp * rp) / 2)


def turned(rng, d):
    """Directions d[3][n] after one scattering."""
    n = d.shape[1]
    t = (1 - G * G) / (1 - G + 2 * G * rng.random(n))
    c = np.clip((1 + G * G - t * t) / (2 * G), -1, 1)
    s, a = np.sqrt(1 - c * c), 2 * np.pi * rng.random(n)
    x, y, z = d
    across = np.sqrt(np.clip(1 - z * z, 1e-12, None))
    p, q = s * np.cos(a) / across, s * np.sin(a) / across
    out = np.stack([x * z * p - y * q + x * c, y * z * p + x * q + y * c,
                    z * c - across * across * p])
    return out / np.sqrt((out * out).sum(0))


def one_depth(rng, depth):
    """[blood][ring]: light per mm2; [blood]: all light of the excitation's colour."""
    at = np.zeros((3, PHOTONS))
    at[2] = depth
    z, a = rng.uniform(-1, 1, PHOTONS), rng.uniform(0, 2 * np.pi, PHOTONS)
    d = np.stack([np.sqrt(1 - z * z) * np.cos(a), np.sqrt(1 - z * z) * np.sin(a), z])
    path = np.zeros(PHOTONS)
    rings = np.zeros((len(BLOOD), len(RADIUS) - 1))
    excitation = np.exp(-(MU_S + np.array(MU_A_X)) * depth) * PHOTONS / (4 * np.pi)
    least = min(MU_A_X + MU_A_M)  # of it photons die; what is above it is a weight
    while path.size:
        step = rng.exponential(1 / MU_S, path.size)
        up = at[2] + d[2] * step < 0
        step[up] = at[2][up] / -d[2][up]
        at += d * step
        path += step
        keep = (rng.random(path.size) < np.exp(-least * step)) & (at[2] < 22) & \
            (np.hypot(at[0], at[1]) < 40)
        keep &= ~up | (rng.random(path.size) < fresnel(np.abs(d[2])))
        d[2][up] *= -1
        at[2][up] = 0
        at, d, path, event = at[:, keep], d[:, keep], path[keep], ~up[keep]
        z, w = at[2][event], path[event]
        phase = (1 - G * G) / (4 * np.pi * (1 + G * G + 2 * G * d[2][event]) ** 1.5)
        phase *= np.exp(-MU_S * z)
        ring = np.searchsorted(RADIUS, np.hypot(at[0][event], at[1][event]), "right") - 1
        for k in range(len(BLOOD)):
            rings[k] += np.bincount(ring, phase * np.exp(-MU_A_M[k] * (w + z) + least * w),
                                    len(RADIUS))[:len(RADIUS) - 1]
            excitation[k] += (phase * np.exp(-MU_A_X[k] * (w + z) + least * w)).sum()
        d[:, event] = turned(rng, d[:, event])
    area = np.pi * (RADIUS[1:] ** 2 - RADIUS[:-1] ** 2)
    return rings / PHOTONS / area, excitation / PHOTONS


def table(cache):
    """The whole table: read from the file `cache`, or computed (some seconds) and kept."""
    name = cache / f"second-phantom-light-{VERSION}.npz"
    try:
        with np.load(name) as z:
            return z["light"], z["excitation"]
    except (OSError, KeyError, ValueError):
        pass
    rng = np.random.default_rng(SEED)
    both = [one_depth(rng, d) for d in DEPTH]
    light, excitation = np.stack([b[0] for b in both], 1), np.stack([b[1] for b in both], 1)
    cache.mkdir(parents=True, exist_ok=True)
    part = name.with_suffix(f".{os.getpid()}.npz")
    np.savez(part, light=light, excitation=excitation)
    part.rename(name)
    return light, excitation


class Light:
    """Liver with one of BLOOD, on a grid of `mm`."""

    def __init__(self, tables, blood, mm):
        light, excitation = tables
        self.mm, self.light, self.mu_a = mm, light[blood], MU_A_M[blood]
        area = np.pi * (RADIUS[1:] ** 2 - RADIUS[:-1] ** 2)
        share = self.light * area
        # Chance is smoothed away: sums over depth and profiles over radius are curves.
        self.all = np.exp(np.polyval(np.polyfit(DEPTH, np.log(share.sum(1)), 3), DEPTH))
        self.layer = np.exp(np.polyval(np.polyfit(DEPTH, np.log(excitation[blood]), 3), DEPTH))
        self.layer *= EDGE[1:] - EDGE[:-1]
        self.curve = [self.fitted(i, share[i]) for i in range(len(DEPTH))]
        self.direct = np.exp(-(MU_S + self.mu_a) * DEPTH) / (4 * np.pi)  # unscattered
        self.plain = (self.layer * (self.all + self.direct)).sum()

    def scale(self, i, r):
        return np.log(r * r + ((0.4 if DEPTH[i] < 4.5 else 0.9) * DEPTH[i]) ** 2)

    def fitted(self, i, share):
        r = np.sqrt(np.maximum(RADIUS[:-1], 0.02) * RADIUS[1:])
        good = (share > 0) & (r < REACH)
        return np.polyfit(self.scale(i, r[good]), np.log(self.light[i][good]),
                          4 if DEPTH[i] < 4.5 else 2, w=np.sqrt(share[good]))

    def profile(self, i, r):
        """Scattered light of slice i at r mm."""
        return np.exp(np.polyval(self.curve[i], self.scale(i, np.maximum(r, 0.01))))

    def kernel(self, i, n):
        """Spectrum of slice i's spot on n x n points of the grid, round the corner."""
        m = (np.arange(n) + n // 2) % n - n // 2
        x, y = np.meshgrid(m * self.mm, m * self.mm)
        r = np.hypot(x, y)
        k = np.where(r < REACH, self.profile(i, r), 0)
        near = r < 4 * self.mm  # finer than the grid: mean over the cell
        o = (np.arange(7) - 3) / 7 * self.mm
        k[near] = np.mean([self.profile(i, np.hypot(x[near] + a, y[near] + b))
                           for a in o for b in o], 0)
        k *= self.all[i] / k.sum()
        k[0, 0] += self.direct[i]
        return np.fft.rfft2(k)

    def seen(self, dye, n):
        """Light on n x n points, in units of plain liver's. dye(z0, z1): excess of dye in
        this slice over liver's, n x n, or None; its outer REACH of mm must be empty."""
        total = 0
        for i in range(len(DEPTH)):
            c = dye(EDGE[i], EDGE[i + 1])
            if c is not None:
                total = total + self.layer[i] * np.fft.rfft2(c) * self.kernel(i, n)
        if np.isscalar(total):
            return np.zeros((n, n))
        return np.fft.irfft2(total, (n, n)) / self.plain
