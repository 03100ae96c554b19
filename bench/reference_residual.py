#!/usr/bin/env python3
"""Makes process/sight_table.h: how a reference residual looks from each depth.

    bench/reference_residual.py > process/sight_table.h

A disc of 3 mm radius, 1.6 mm thick (the width of a rim), with 15 times the dye of
liver, in liver with 10 % of blood, seen from above: the forward model of
docs/phantom.md (Farrell, Patterson and Wilson 1992, extrapolated boundary; optical
properties: Jacques 2013, Prahl). Needs numpy.
SPDX-License-Identifier: MIT
"""
import numpy as np

RADIUS, THICK, UPTAKE, BLOOD = 3.0, 1.6, 15.0, 0.10
SCALES = (1.0, 1.6, 2.4, 3.6)  # standard deviations in mm, as in residuals.c
HALOS = (1.0, 2.0)             # mm beyond the border, as in finding.h
STEP, COUNT = 0.25, 33         # depths of the disc's top: 0 to 8 mm
A = 2.77                       # of the boundary, index 1.37


def optics(mu_a, mu_s):
    mu_t = mu_a + mu_s
    d = 1 / (3 * mu_t)
    return mu_t, d, np.sqrt(mu_a / d), 2 * A * d


MU_S_X, MU_S_M = 0.577, 0.534
MU_A_X, MU_A_M = 0.0019 + 0.4385 * BLOOD, 0.0029 + 0.4945 * BLOOD


def excitation(z):
    mu_t, d, mu_eff, z_b = optics(MU_A_X, MU_S_X)
    b = -MU_S_X / (d * mu_t ** 2 - MU_A_X)
    p = -b * (1 + z_b * mu_t) / (1 + z_b * mu_eff)
    return p * np.exp(-mu_eff * z) + (1 + b) * np.exp(-mu_t * z)


def emission(rho, z):
    _, _, mu, z_b = optics(MU_A_M, MU_S_M)
    r1, r2 = np.hypot(rho, z), np.hypot(rho, z + 2 * z_b)
    return (z * (mu + 1 / r1) * np.exp(-mu * r1) / r1 ** 2 +
            (z + 2 * z_b) * (mu + 1 / r2) * np.exp(-mu * r2) / r2 ** 2) / (4 * np.pi)


def background():
    _, _, mu, z_b = optics(MU_A_M, MU_S_M)
    z = np.arange(0.01, 30, 0.02)
    return (excitation(z) * 0.5 * (np.exp(-mu * z) + np.exp(-mu * (z + 2 * z_b)))).sum() * 0.02


def disc_at(rho, z):
    """Emission of a unit layer of the disc at depth z, at distances rho of its axis."""
    r = (np.arange(60) + 0.5) * RADIUS / 60
    t = (np.arange(72) + 0.5) * np.pi / 72
    weight = r[:, None] * (RADIUS / 60) * (2 * np.pi / 72) * np.ones_like(t)
    x, y = r[:, None] * np.cos(t), r[:, None] * np.sin(t)
    return np.array([(weight * emission(np.hypot(x - p, y), z)).sum() for p in rho])


def main():
    rho = np.arange(0, 14.01, 0.1)
    dz = 0.05
    layers = np.arange(0.5 * dz, (COUNT - 1) * STEP + THICK + dz, dz)
    per_layer = np.array([excitation(z) * disc_at(rho, max(z, 0.15)) for z in layers])
    plain = background()
    print("""// sight_table.h: the reference residual from each depth, by bench/reference_residual.py.
//
// Made, not written. Excess and S are parts of the background; S is log2, as a
// Gaussian of each scale sees it over its middle.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_SIGHT_TABLE_H
#define RIM_PROCESS_SIGHT_TABLE_H
""")
    print(f"#define RIM_SIGHT_STEP_MM {STEP}")
    print(f"enum {{ RIM_SIGHT_DEPTHS = {COUNT} }};\n")
    print("static const struct {\n    double peak;      // excess over the middle")
    print("    double edge_mm;   // of its border, excess over slope")
    print("    double radius_mm; // where the excess is half")
    print("    double halo[2];   // excess beyond that, of the peak (finding.h)")
    print("    double s[4];\n} sight[RIM_SIGHT_DEPTHS] = {")
    for k in range(COUNT):
        top = k * STEP
        inside = (layers > top) & (layers < top + THICK)
        excess = (UPTAKE - 1) * per_layer[inside].sum(0) * dz / plain
        peak = excess[rho <= 1.0].mean()
        half = np.interp(-peak / 2, -excess, rho)
        slope = -np.interp(half, rho, np.gradient(excess, 0.1))
        log = np.log2(1 + excess)
        s = [(log * rho * np.exp(-0.5 * (rho / g) ** 2)).sum() /
             (rho * np.exp(-0.5 * (rho / g) ** 2)).sum() for g in SCALES]
        halo = [np.interp(half + d, rho, excess) / peak for d in HALOS]
        print(f"    {{{peak:.4f}, {peak / slope:.3f}, {half:.3f}, "
              f"{{{', '.join(f'{v:.4f}' for v in halo)}}}, "
              f"{{{', '.join(f'{v:.4f}' for v in s)}}}}},")
    print("};\n\n#endif")


main()
