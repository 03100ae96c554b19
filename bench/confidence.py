#!/usr/bin/env python3
"""Fits the weights of the confidence (process/confidence.h).

    rimlight_features SEQUENCE... > features.csv
    bench/confidence.py features.csv > process/confidence_weights.h

A network with one hidden layer beside a linear part, trained on standardised features
by Adam (Kingma and Ba 2015) on the whole of the data, with weight decay and with noise
on the features, so that no weight hangs on the last digit of a phantom. It is the mean
of two, from different starts. Candidates of one sequence that lie on the same place
share three votes. Labels may lie between 0 and 1 (bench/features.c). Prints the C
header, and to standard error the area under the curve and the reliability on sequences
that a fit has not seen (a third at a time). Needs numpy; takes minutes.
"""
import csv
import sys
import textwrap

import numpy as np

FIRST = 9  # column of the first feature
HIDDEN = 12  # of each start
STARTS = 2
STEPS = 900
NOISE = 0.2  # of a feature's deviation
VOTES = 3
RATE = 0.01
DECAY = 4e-4
FOLDS = 3


def load(path):
    names, labels, places, rows = [], [], [], []
    for r in csv.reader(open(path)):
        if r[2] == "-1":
            continue
        names.append(r[0])
        labels.append(float(r[2]))
        places.append((r[0], r[2], round(float(r[6]) / 20), round(float(r[7]) / 20)))
        rows.append([float(v) for v in r[FIRST:]])
    count = {}
    for p in places:
        count[p] = count.get(p, 0) + 1
    weight = np.array([min(1.0, VOTES / count[p]) for p in places])
    return np.array(names), np.array(labels), weight, np.array(rows)


def score(net, x):
    a = x @ net[0]
    return a / (1 + np.abs(a)) @ net[1] + x @ net[2]


def fit(x, y, weight, start):
    """[hidden weights, output weights, linear weights] for raw features; x[:, 0] is 1."""
    mean, dev = x.mean(0), x.std(0)
    mean[0], dev[0] = 0.0, 1.0
    dev[dev < 1e-6] = 1.0
    clean, share = ((x - mean) / dev).astype(np.float32), (weight / weight.sum()).astype(np.float32)
    rng = np.random.default_rng(start)
    z = clean.copy()
    net = [rng.normal(0, 0.3, (z.shape[1], HIDDEN)), rng.normal(0, 0.3, HIDDEN),
           np.zeros(z.shape[1])]
    net = [p.astype(np.float32) for p in net]
    first, second = [np.zeros_like(p) for p in net], [np.zeros_like(p) for p in net]
    for t in range(1, STEPS + 1):
        rng.standard_normal(dtype=np.float32, out=z)
        z = clean + NOISE * z
        z[:, 0] = 1.0
        a = z @ net[0]
        d = 1 + np.abs(a)
        h = a / d
        p = 1 / (1 + np.exp(-np.clip(h @ net[1] + z @ net[2], -30, 30)))
        e = share * (p - y)
        gradient = [z.T @ (e[:, None] * net[1] / (d * d)), h.T @ e + DECAY * net[1], z.T @ e]
        gradient[0][1:] += DECAY * net[0][1:]
        gradient[2][1:] += 0.3 * DECAY * net[2][1:]
        rate = RATE * 0.5 * (1 + np.cos(np.pi * t / STEPS))
        for i in range(3):
            first[i] = 0.9 * first[i] + 0.1 * gradient[i]
            second[i] = 0.999 * second[i] + 0.001 * gradient[i] ** 2
            net[i] = net[i] - rate * first[i] / (1 - 0.9 ** t) / (
                np.sqrt(second[i] / (1 - 0.999 ** t)) + 1e-8)
    net = [p.astype(float) for p in net]
    for i in (0, 2):  # back to raw features
        net[i] = (net[i].T / dev).T
        net[i][0] -= (net[i][1:].T * mean[1:]).T.sum(0)
    return net


def mean_of(nets):
    return [np.concatenate([n[0] for n in nets], 1),
            np.concatenate([n[1] for n in nets]) / len(nets),
            np.mean([n[2] for n in nets], 0)]


def auc(points, y, weight):
    order = np.argsort(points)
    y, weight = y[order], weight[order]
    below = np.cumsum(weight * (1 - y))
    return (below * weight * y).sum() / (weight * y).sum() / below[-1]


def hash_name(name):
    h = 0
    for c in name:
        h = (h * 31 + ord(c)) & 0xFFFFFFFF
    return h


def tell(points, y, weight):
    print(f"{len(y)} candidates, {y.sum():.0f} real, "
          f"AUC {auc(points, y, weight):.4f}", file=sys.stderr)
    p = 1 / (1 + np.exp(-points))
    for low in np.arange(0.0, 1.0, 0.1):
        m = (p >= low) & (p < low + 0.1)
        if weight[m].sum() > 0:
            share = (weight * y)[m].sum() / weight[m].sum()
            print(f"  {low:.1f}: real {share:.2f} of {weight[m].sum():.0f}", file=sys.stderr)


HEAD = """// confidence_weights.h: the weights of a small network, fitted by
// bench/confidence.py.
//
// A row a hidden unit, its columns in the order of rim_confidence_features(); made,
// not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_CONFIDENCE_WEIGHTS_H
#define RIM_PROCESS_CONFIDENCE_WEIGHTS_H

#include "process/confidence.h"

#define RIM_HIDDEN %d

typedef struct rim_network {
    double hidden[RIM_HIDDEN][RIM_FEATURES];
    double output[RIM_HIDDEN];
    double linear[RIM_FEATURES];
} rim_network;
"""


def row(values):
    text = ", ".join(f"{v:.4g}" for v in values)
    return "\n".join(textwrap.wrap("{" + text + "}", 88 - 9, initial_indent=" " * 8,
                                   subsequent_indent=" " * 9))


def main():
    names, y, weight, x = load(sys.argv[1])
    folds = np.array([hash_name(n) % FOLDS for n in names])
    points = np.zeros(len(y))
    for k in range(FOLDS):
        m = folds != k
        points[~m] = score(fit(x[m], y[m], weight[m], 1), x[~m])
    tell(points, y, weight)
    net = mean_of([fit(x, y, weight, 1 + i) for i in range(STARTS)])
    print(HEAD % (STARTS * HIDDEN))
    print("static const rim_network lesion_network = {\n    .hidden = {")
    print(",\n".join(row(net[0][:, i]) for i in range(STARTS * HIDDEN)) + "},")
    print("    .output =\n" + row(net[1]) + ",")
    print("    .linear =\n" + row(net[2]) + "};")
    print("\n#endif")


main()
