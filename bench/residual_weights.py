#!/usr/bin/env python3
"""Fits the weights of findings on cut surfaces (process/finding.h).

    rimlight_findings SEQUENCE... > findings.csv
    bench/residual_weights.py findings.csv > process/residual_weights.h

Logistic regression (iteratively reweighted least squares, ridge) on standardised
features; the findings of one object of one sequence share one vote. Prints the C
header, and to standard error the area under the curve and the reliability of fits
that had not seen the sequence. Needs numpy.
SPDX-License-Identifier: MIT
"""
import csv
import sys
import textwrap
import zlib

import numpy as np

FIRST = 8  # column of the first feature
HEAD = """// residual_weights.h: the weights of findings, fitted by bench/residual_weights.py.
//
// One number a feature, in the order of finding.c; made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_RESIDUAL_WEIGHTS_H
#define RIM_PROCESS_RESIDUAL_WEIGHTS_H

#include "process/finding.h"
"""


def load(path):
    names, labels, places, rows = [], [], [], []
    for r in csv.reader(open(path)):
        if r[2] == "-1":
            continue
        names.append(r[0])
        labels.append(int(r[2]))
        places.append((r[0], r[2], round(float(r[6]) / 20), round(float(r[7]) / 20)))
        rows.append([float(v) for v in r[FIRST:]])
    count = {}
    for p in places:
        count[p] = count.get(p, 0) + 1
    weight = np.array([1.0 / count[p] for p in places])
    return names, np.array(labels), weight, np.array(rows)


def fit(x, y, weight, ridge=2.0):
    mean, dev = x.mean(0), x.std(0)
    mean[0], dev[0] = 0.0, 1.0
    dev[dev < 1e-6] = 1.0
    z = (x - mean) / dev
    w = np.zeros(x.shape[1])
    damp = np.full(x.shape[1], ridge)
    damp[0] = 1e-3
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
        g = z.T @ (weight * (y - p)) - damp * w
        h = (z * (weight * p * (1 - p))[:, None]).T @ z + np.diag(damp)
        step = np.linalg.solve(h, g)
        w += step
        if np.abs(step).max() < 1e-6:
            break
    out = w / dev
    out[0] = w[0] - (w[1:] * mean[1:] / dev[1:]).sum()
    return out


def auc(score, y, weight):
    order = np.argsort(score)
    y, weight = y[order], weight[order]
    below = np.cumsum(weight * (1 - y))
    return (below * weight * y).sum() / (weight * y).sum() / below[-1]


def main():
    names, y, weight, x = load(sys.argv[1])
    folds = np.array([zlib.crc32(n.encode()) % 5 for n in names])
    score = np.zeros(len(y))
    for k in range(5):
        out = folds != k
        score[~out] = x[~out] @ fit(x[out], y[out], weight[out])
    print(f"{len(y)} findings, {int(y.sum())} real, AUC {auc(score, y, weight):.4f}",
          file=sys.stderr)
    p = 1 / (1 + np.exp(-score))
    for low in np.arange(0.0, 1.0, 0.1):
        m = (p >= low) & (p < low + 0.1)
        if weight[m].sum() > 0:
            share = (weight * y)[m].sum() / weight[m].sum()
            print(f"  {low:.1f}: real {share:.2f} of {weight[m].sum():.0f}",
                  file=sys.stderr)
    print(HEAD)
    text = ", ".join(f"{v:.3f}" for v in fit(x, y, weight))
    print("static const double finding_weight[RIM_FINDING_FEATURES] = {")
    for line in textwrap.wrap(text, 80):
        print("    " + line)
    print("};\n\n#endif")


main()
