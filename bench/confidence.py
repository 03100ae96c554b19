#!/usr/bin/env python3
"""Fits the weights of the confidence (process/confidence.h).

    rimlight_features SEQUENCE... > features.csv
    bench/confidence.py features.csv > process/confidence_weights.h

Logistic regression (iteratively reweighted least squares, ridge) on standardised
features, one fit for lesions and one for residuals. Candidates of one frame that lie
on the same place share one vote. Prints the C header, and to standard error the
cross-validated (by sequence) area under the curve and reliability. Needs numpy.
"""
import csv
import sys
import textwrap

import numpy as np

FIRST = 10  # column of the first feature


def load(path, kind):
    names, labels, places, rows = [], [], [], []
    for r in csv.reader(open(path)):
        if r[2] != kind or r[3] == "-1":
            continue
        names.append(r[0])
        labels.append(int(r[3]))
        places.append((r[0], r[1], r[3], round(float(r[7]) / 20), round(float(r[8]) / 20)))
        rows.append([float(v) for v in r[FIRST:]])
    count = {}
    for p in places:
        count[p] = count.get(p, 0) + 1
    weight = np.array([1.0 / count[p] for p in places])
    return np.array(names), np.array(labels), weight, np.array(rows)


def fit(x, y, weight, ridge=3.0):
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


HEAD = """// confidence_weights.h: the logistic weights, fitted by bench/confidence.py.
//
// One number a feature, in the order of rim_confidence_features(); made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_CONFIDENCE_WEIGHTS_H
#define RIM_PROCESS_CONFIDENCE_WEIGHTS_H

#include "process/confidence.h"
"""


def main():
    print(HEAD)
    for kind in ("lesion", "residual"):
        names, y, weight, x = load(sys.argv[1], kind)
        folds = np.array([hash_name(n) % 5 for n in names])
        score = np.zeros(len(y))
        for k in range(5):
            score[folds == k] = x[folds == k] @ fit(x[folds != k], y[folds != k], weight[folds != k])
        print(f"{kind}: {len(y)} candidates, {int(y.sum())} real, "
              f"AUC {auc(score, y, weight):.4f}", file=sys.stderr)
        p = 1 / (1 + np.exp(-score))
        for low in np.arange(0.0, 1.0, 0.1):
            m = (p >= low) & (p < low + 0.1)
            if weight[m].sum() > 0:
                share = (weight * y)[m].sum() / weight[m].sum()
                print(f"  {low:.1f}: real {share:.2f} of {weight[m].sum():.0f}", file=sys.stderr)
        w = fit(x, y, weight)
        text = ", ".join(f"{v:.3f}" for v in w)
        print(f"static const double {kind}_weight[RIM_FEATURES] = {{")
        for line in textwrap.wrap(text, 80):
            print("    " + line)
        print("};")

    print("\n#endif")


def hash_name(name):
    h = 0
    for c in name:
        h = (h * 31 + ord(c)) & 0xFFFFFFFF
    return h


main()
