#!/usr/bin/env python3
"""Fits the weights of the evidence (process/evidence.h).

    rimlight phantom --out scenes/0001 --seed 1 ... (many, of all kinds)
    rimlight_planes scenes/* > planes.bin
    bench/evidence.py fit planes.bin net.pt MINUTES scenes/*
    bench/evidence.py header net.pt > process/evidence_weights.h
    bench/evidence.py vector net.pt > tests/unit/evidence_vector.h

The scenes are given in the same order twice. Crops of 64 x 64 cells are turned, zoomed,
laid over each other, spread, dimmed, cut, and overlaid with texture, noise and steps
that the phantom does not have; nodules and lesions that none can detect count neither
way. The loss is focal on centres (Lin 2017, ICCV; Law and Deng 2018, ECCV), smooth L1 on
place and size; the optimiser Adam with decay (Loshchilov 2019). Signals are rounded to
Q8 and weights to up to eleven bits afterwards; `integer` below is what evidence.c does,
bit for bit. Needs numpy and torch; an hour on one core. Going on from an older net.pt is
a further argument --from OLD.pt before the scenes.
"""
import json
import math
import sys
import textwrap
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

CROP = 64  # cells of pyramid level 1; a double cell is what the network answers for
SIDE = 2 * CROP  # pixels of level 0
OUT = CROP // 2
SEEN = 8
CHANNELS = (8, 24, 32, 32, 32)
BATCH = 8
MOST = 8191
rng = np.random.default_rng(1)


class Separate(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.d = nn.Conv2d(c, c, 3, padding=1, groups=c)
        self.p = nn.Conv2d(c, c, 1)

    def forward(self, x):
        return F.relu(x + self.p(F.relu(self.d(x))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        c = CHANNELS
        self.stem = nn.Conv2d(SEEN, c[0], 3, padding=1)
        self.d1 = nn.Conv2d(4 * c[0], c[1], 1)
        self.down = nn.ModuleList([nn.Conv2d(c[i], c[i + 1], 1) for i in (1, 2, 3)])
        self.enc = nn.ModuleList(
            [nn.Sequential(Separate(c[i]), Separate(c[i])) for i in (1, 2, 3, 4)])
        self.up = nn.ModuleList([nn.Conv2d(c[i + 1], c[i], 1) for i in (1, 2, 3)])
        self.dec = nn.ModuleList([Separate(c[i]) for i in (1, 2, 3)])
        self.head = nn.Conv2d(c[1], 4, 1)
        self.head.bias.data[:] = torch.tensor([-4.0, 0.0, 0.0, 1.2])

    def forward(self, x):  # sides are multiples of 16
        x = F.relu(self.d1(F.pixel_unshuffle(F.relu(self.stem(x)), 2)))
        e = [self.enc[0](x)]
        for i in range(3):
            e.append(self.enc[i + 1](F.relu(self.down[i](F.avg_pool2d(e[-1], 2)))))
        x = e[3]
        for i in (2, 1, 0):
            x = self.dec[i](F.relu(e[i] + F.interpolate(self.up[i](x), scale_factor=2)))
        return self.head(x)


# What rimlight_planes wrote, with the truth of its scene.

def truth_of(folder, frame, scale):
    lesions = []
    for line in open(folder + "/truth.jsonl"):
        t = json.loads(line)
        for l in t["lesions"] if t["frame"] == frame else []:
            if l["class"] in ("lesion", "nodule"):
                lesions.append(dict(
                    x=((l["x"] + 0.5) / scale - 0.5) / 2 - 0.25, sbr=l["sbr"],
                    y=((l["y"] + 0.5) / scale - 0.5) / 2 - 0.25,
                    r=math.sqrt(l["a"] * l["b"]) / scale / 2, rim=l["pattern"] == "rim",
                    nodule=l["class"] == "nodule",
                    hidden=not l["detectable"] or "hidden" in l["why"]))
    return lesions


def load(path, folders):
    data, at, frames = open(path, "rb").read(), 0, []
    while at < len(data):
        head = np.frombuffer(data, np.int32, 10, at)
        at += 40
        planes = []
        for dtype, w, h in ((np.int16, *head[6:8]), (np.int16, *head[8:10]),
                            *[(np.uint8, *head[8:10])] * 3):
            planes.append(np.frombuffer(data, dtype, w * h, at).reshape(h, w))
            at += planes[-1].nbytes
        frames.append((*planes, truth_of(folders[head[0]], head[1], head[2])))
    return frames


# Augmentation. lev: level 0 in Q10 log2; det, val, sat: cells; lengths in its pixels.

def twice(a):
    return a.repeat(2, 0).repeat(2, 1)


def mean2(a):
    return a.reshape(a.shape[0] // 2, 2, -1, 2).mean((1, 3))


def bilinear(a, y, x):
    h, w = a.shape
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    fy, fx = y - y0, x - x0

    def at(j, i):
        return a[j.clip(0, h - 1), i.clip(0, w - 1)]
    v = (at(y0, x0) * (1 - fy) * (1 - fx) + at(y0, x0 + 1) * (1 - fy) * fx +
         at(y0 + 1, x0) * fy * (1 - fx) + at(y0 + 1, x0 + 1) * fy * fx)
    return np.where((y >= -0.5) & (y <= h - 0.5) & (x >= -0.5) & (x <= w - 0.5), v, 0.0)


def make_textures():
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(512), np.fft.fftfreq(512)))
    f = np.maximum(f, 1 / 128)
    made = []
    for beta in np.linspace(0.3, 2, 24):
        z = np.fft.ifft2(np.fft.fft2(rng.standard_normal((512, 512))) * f ** -beta).real
        made.append((z / z.std()).astype(np.float32))
    return made


def texture(bank):
    y, x = rng.integers(0, 512 - SIDE, 2)
    z = bank[rng.integers(len(bank))][y:y + SIDE, x:x + SIDE]
    return z.T if rng.random() < 0.5 else z[::-1]


def log_uniform(low, high):
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def crop(frame):
    """A part of the frame, turned, flipped and zoomed; more often one with a lesion."""
    lev, det, val, sat, surface, lesions = frame
    h, w = lev.shape
    zoom = 1.0 if rng.random() < 0.3 else log_uniform(0.7, 1.4)
    flip = -1.0 if rng.random() < 0.5 else 1.0
    turn = rng.integers(4) * math.pi / 2
    turn += rng.uniform(-0.4, 0.4) if rng.random() < 0.3 else 0.0
    ca, sa = math.cos(turn), math.sin(turn)
    if lesions and rng.random() < 0.6:
        l = lesions[rng.integers(len(lesions))]
        cx, cy = np.array([l["x"], l["y"]]) + rng.uniform(-0.4, 0.4, 2) * SIDE / zoom
    else:
        cx, cy = rng.uniform(0, w), rng.uniform(0, h)
    edge = 0.35 * SIDE / zoom
    cx = min(max(cx, min(edge, w / 2)), max(w - edge, w / 2))
    cy = min(max(cy, min(edge, h / 2)), max(h - edge, h / 2))
    mid = (SIDE - 1) / 2
    v, u = (np.mgrid[0:SIDE, 0:SIDE] - mid) / zoom
    u = u * flip
    x, y = cx + u * ca - v * sa, cy + u * sa + v * ca
    i, j = np.rint(mean2(x) / 2 - 0.25).astype(int), np.rint(mean2(y) / 2 - 0.25).astype(int)
    ok = (j >= 0) & (j < det.shape[0]) & (i >= 0) & (i < det.shape[1])
    i, j = i.clip(0, det.shape[1] - 1), j.clip(0, det.shape[0] - 1)
    cells = [np.where(ok, p[j, i], 0).astype(float) for p in (det, val, sat, surface)]
    moved = []
    for l in lesions:
        dx, dy = l["x"] - cx, l["y"] - cy
        moved.append({**l, "x": (dx * ca + dy * sa) * flip * zoom + mid, "r": l["r"] * zoom,
                      "y": (dy * ca - dx * sa) * zoom + mid})
    return [bilinear(lev, y, x), *cells, moved]


def lay_over(c, other):
    """Another scene's light on top."""
    light = 2 ** (c[0] / 1024) + 2 ** (other[0] / 1024) - 1
    return [1024 * np.log2(np.maximum(light, 0.3)), np.maximum(c[1], other[1]),
            np.minimum(c[2], other[2]), np.maximum(c[3], other[3]),
            np.maximum(c[4], other[4]), c[5] + other[5]]


def spread(c):
    """As if light spread otherwise in the tissue; or, with a negative part, less."""
    part, sigma = rng.uniform(-0.25, 0.5), log_uniform(0.7, 8)
    fy, fx = np.meshgrid(np.fft.fftfreq(SIDE), np.fft.rfftfreq(SIDE), indexing="ij")
    blur = np.exp(-2 * (math.pi * sigma) ** 2 * (fy ** 2 + fx ** 2))
    t = np.fft.irfft2(np.fft.rfft2(2 ** (c[0] / 1024) - 1) * (1 - part + part * blur),
                      s=(SIDE, SIDE))
    c[0] = 1024 * np.log2((1 + t).clip(0.5, 64)) * (twice(c[2]) > 0)
    c[1] = c[1] * (1 - part)
    for l in c[5]:
        lost = max(part, 0.0) * sigma ** 2 / (sigma ** 2 + (l["r"] / 2) ** 2)
        l["sbr"] = 1 + (l["sbr"] - 1) * (1 - lost)


def break_rim(c, l):
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    d = np.hypot(x - l["x"], y - l["y"]) / l["r"]
    way = np.arctan2(y - l["y"], x - l["x"]) - rng.uniform(0, 6.3)
    off = np.abs((way + math.pi) % (2 * math.pi) - math.pi) - rng.uniform(0.4, 1.8)
    gap = np.clip((1.7 - d) / 0.4, 0, 1) * (d > 0.3) * rng.uniform(0.7, 1)
    gap = gap / (1 + np.exp((off * l["r"] / 1.5).clip(-30, 30)))
    c[0] = 1024 * np.log2(np.maximum(1 + (2 ** (c[0] / 1024) - 1) * (1 - gap), 0.5))
    c[1] = c[1] * (1 - mean2(gap))


def disturb(c, bank):
    """Texture, a slope, a step, few levels, noise."""
    more = np.zeros((SIDE, SIDE))
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    if rng.random() < 0.5:
        more += texture(bank) * 1024 * log_uniform(0.005, 0.1)
    a = rng.uniform(0, 6.3)
    if rng.random() < 0.3:
        more += 1024 * rng.uniform(0, 0.4) * ((x * math.cos(a) + y * math.sin(a)) / SIDE - 0.5)
    if rng.random() < 0.1:
        px, py = rng.uniform(0.2, 0.8, 2) * SIDE
        d = (x - px) * math.cos(a) + (y - py) * math.sin(a)
        more += 1024 * rng.uniform(0.1, 0.6) / (1 + np.exp(-d / rng.uniform(1, 8)))
    if rng.random() < 0.1:
        q = rng.uniform(10, 60)
        c[0] = np.round(c[0] / q) * q
        c[1] = np.maximum(c[1], q * (rng.random(c[1].shape) < 0.5))
    if rng.random() < 0.4:
        n = 1024 * log_uniform(0.003, 0.06)
        more += rng.standard_normal(more.shape) * n
        c[1] = (np.hypot(c[1], 5 * n * rng.uniform(0.8, 1.2)) +
                rng.standard_normal(c[1].shape) * n)
    c[0] = c[0] + more


def cut(c):
    """An instrument, a border or a hole, dark or unknown."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    a, (px, py), wide = rng.uniform(0, 6.3), rng.uniform(0, SIDE, 2), rng.uniform(3, 14)
    u = (x - px) * math.cos(a) + (y - py) * math.sin(a)
    v = (y - py) * math.cos(a) - (x - px) * math.sin(a)
    kind = rng.random()
    m = (u > 0) & (abs(v) < wide) if kind < 0.6 else v > 0 if kind < 0.8 else \
        np.hypot(u, v) < wide * 1.5
    cells = mean2(m.astype(float))
    if rng.random() < 0.6:
        c[0], c[2] = np.where(m, 0, c[0]), c[2] * (1 - cells)
    else:
        c[0] = np.where(m, -rng.uniform(100, 512), c[0])
        c[1] = np.where((cells > 0) & (cells < 1), np.maximum(c[1], rng.uniform(200, 1500)),
                        c[1])
    for l in c[5]:
        inside = m[(abs(x - l["x"]) <= l["r"]) & (abs(y - l["y"]) <= l["r"])]
        l["hidden"] |= inside.size > 0 and inside.mean() > 0.5


def target(c):
    """Centre, weight, offsets, log size, weight of those; of double cells."""
    heat, weight, near = (np.full((OUT, OUT), v) for v in (0.0, 1.0, 9.0))
    answer, sure = np.zeros((3, OUT, OUT)), np.zeros((OUT, OUT))
    cy, cx = 4 * np.mgrid[0:OUT, 0:OUT] + 1.5
    weight[c[4].reshape(OUT, 2, OUT, 2).max((1, 3)) > 0] = 0
    for l in c[5]:
        d = np.hypot(cx - l["x"], cy - l["y"])
        if l["nodule"] or l["hidden"] or l["sbr"] < 1.15:
            weight = np.where((d < max(0.7 * l["r"], 6)) & (heat == 0), 0, weight)
            if l["nodule"]:
                continue
        if not -2 < l["x"] < SIDE + 1 or not -2 < l["y"] < SIDE + 1:
            weight = np.where((d < l["r"]) & (heat == 0), 0, weight)
            continue
        at = np.unravel_index(d.argmin(), d.shape)
        if weight[at] > 0:
            heat = np.maximum(heat, np.exp(-0.5 * (d / max(0.25 * l["r"], 2.2)) ** 2))
            heat[at] = 1.0
        q = d / max(l["r"], 4)
        own = (q < near) & (q < 0.75)
        near[own] = q[own]
        for k, v in enumerate(((l["x"] - cx) / 8, (l["y"] - cy) / 8,
                               np.full_like(cx, math.log(l["r"] / 2)))):
            answer[k][own] = v[own]
        sure[own] = np.exp(-0.5 * (q / 0.35) ** 2)[own]
    return np.concatenate([heat[None], weight[None], answer, sure[None]]).astype(np.float32)


def bend(v):
    return np.minimum(v, np.minimum(384 + v / 4, 672 + v / 16))


def seen(lev, det, val, sat):
    """What the network sees, as evidence.c's see() makes it, over 256."""
    h, w = det.shape
    four = bend(lev).reshape(h, 2, w, 2).transpose(1, 3, 0, 2).reshape(4, h, w)
    return np.concatenate([four, bend(det)[None], 16 * val[None], sat[None],
                           np.full((1, h, w), 256.0)]).astype(np.float32) / 256


def augment(frames, bank):
    def one():
        c = crop(frames[rng.integers(len(frames))])
        c[5] = [dict(l) for l in c[5]]
        return c
    c = one()
    if rng.random() < 0.25:
        c = lay_over(c, one())
    if rng.random() < 0.35:
        spread(c)
    for l in c[5]:
        if l["rim"] and l["r"] > 4 and rng.random() < 0.25:
            break_rim(c, l)
    if rng.random() < 0.5:
        contrast = log_uniform(0.6, 1.3)
        c[0], c[1] = c[0] * contrast, c[1] * contrast
        for l in c[5]:
            l["sbr"] **= contrast
    disturb(c, bank)
    if rng.random() < 0.2:
        cut(c)
    return seen(c[0].clip(-512, 6144), c[1].clip(0, 8000), c[2], c[3]), target(c)


def loss_of(o, t):
    p = torch.sigmoid(o[:, 0]).clamp(1e-5, 1 - 1e-5)
    heat, weight, sure = t[:, 0], t[:, 1], t[:, 5:6]
    real = (heat >= 0.999).float() * weight
    focal = -(real * (1 - p) ** 2 * p.log()).sum() - (
        weight * (1 - real) * (1 - heat) ** 4 * p ** 2 * (1 - p).log()).sum()
    off = F.smooth_l1_loss(o[:, 1:4], t[:, 2:5], reduction="none", beta=0.1)
    off = (sure * off * torch.tensor([1.0, 1.0, 2.0]).view(1, 3, 1, 1)).sum()
    return focal / real.sum().clamp(min=1) + 2 * off / sure.sum().clamp(min=1)


def fit(frames, net, minutes, rate):
    bank, start, step, done = make_textures(), time.time(), 0, []
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=1e-4)
    while True:
        part = (time.time() - start) / 60 / minutes
        if part >= 1:
            return
        for g in optimiser.param_groups:
            g["lr"] = 1e-5 + rate * min(1, (step + 1) / 100) * (
                0.5 + 0.5 * math.cos(math.pi * part))
        x, t = (torch.from_numpy(np.stack(v))
                for v in zip(*[augment(frames, bank) for _ in range(BATCH)]))
        loss = loss_of(net(x), t)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        done.append(loss.item())
        step += 1
        if step % 500 == 0:
            print(f"step {step}, loss {np.mean(done[-500:]):.3f}", file=sys.stderr)


# Integers.

def layers(net):
    """Kind, weights in the order of evidence.c's channels, bias; layer by layer."""
    def values(m):
        return m.weight.detach().numpy().astype(float), m.bias.detach().numpy().astype(float)

    def mix(m):
        w, b = values(m)
        return "mix", w.reshape(len(w), -1, 2), b

    def separate(m):
        w, b = values(m.d)
        return [("taps", w.reshape(len(w), 9), b), mix(m.p)]
    w, b = values(net.stem)
    out = [("mix", w.transpose(0, 2, 3, 1).reshape(len(w), -1, 2), b)]
    w, b = values(net.d1)  # out; pair, its two, rows, columns of the place
    w = w.reshape(len(w), CHANNELS[0] // 2, 2, 2, 2).transpose(0, 3, 1, 4, 2)
    out.append(("mix", w.reshape(len(w), -1, 2), b))
    for i in range(4):
        out += [mix(net.down[i - 1])] if i else []
        out += separate(net.enc[i][0]) + separate(net.enc[i][1])
    for i in (2, 1, 0):
        out += [mix(net.up[i])] + separate(net.dec[i])
    return out + [mix(net.head)]


def quantise(net):
    out = []
    for kind, w, b in layers(net):
        shift = 11
        while np.abs(w).max() * 2 ** shift >= 2047.5:
            shift -= 1
        out.append((kind, np.rint(w * 2 ** shift).astype(int),
                    np.rint(b * 2 ** (8 + shift)).astype(int) + (1 << (shift - 1)), shift))
    return out


def integer(q, x):
    """x: [8][h][w], Q8. The answers [4][(h + 1) / 2][(w + 1) / 2]."""
    q = list(q)

    def mix(src, add=0, least=0):
        _, w, b, shift = q.pop(0)
        v = np.tensordot(w.reshape(len(w), -1), src, 1) + b[:, None, None]
        return ((v >> shift) + add).clip(least, MOST)

    def around(v):
        p = np.pad(v, ((0, 0), (1, 1), (1, 1)))
        return np.stack([p[:, k // 3:k // 3 + v.shape[1], k % 3:k % 3 + v.shape[2]]
                         for k in range(9)])

    def separate(v):
        _, w, b, shift = q.pop(0)
        taps = (around(v) * w.T[:, :, None, None]).sum(0) + b[:, None, None]
        return mix((taps >> shift).clip(0, MOST), v)

    def even(v):
        return np.pad(v, ((0, 0), (0, v.shape[1] % 2), (0, v.shape[2] % 2)))
    x = even(mix(around(x).reshape(-1, *x.shape[1:])))
    x = mix(np.concatenate([x[2 * k:2 * k + 2, i::2, j::2] for i in (0, 1)
                            for k in range(len(x) // 2) for j in (0, 1)]))
    e = []
    for i in range(4):
        if i:
            y = even(x)
            x = mix((y[:, ::2, ::2] + y[:, 1::2, ::2] + y[:, ::2, 1::2] +
                     y[:, 1::2, 1::2] + 2) >> 2)
        x = separate(separate(x))
        e.append(x)
    for i in (2, 1, 0):
        u = mix(x, least=-MOST).repeat(2, 1).repeat(2, 2)
        x = separate((u[:, :e[i].shape[1], :e[i].shape[2]] + e[i]).clip(0, MOST))
    return mix(x, least=-MOST)


def rows(values):
    return textwrap.fill(", ".join(str(int(v)) for v in values), 88,
                         initial_indent="    ", subsequent_indent="    ")


def header(q):
    weight, bias = [], []
    for kind, w, b, _ in q:
        if kind == "mix":
            w = w.reshape(len(w) // 2, 2, -1, 2).transpose(0, 2, 1, 3)
        else:
            w = np.concatenate([w, np.zeros((len(w), 1), int)], 1)
            w = w.reshape(len(w) // 2, 2, 5, 2).transpose(0, 2, 1, 3)
        weight += w.ravel().tolist()
        bias += b.tolist()
    return f"""// evidence_weights.h: the weights of the network of evidence.c, fitted by
// bench/evidence.py.
//
// Layer by layer, as rim_mix_row_fn and rim_taps_row_fn read them; made, not written.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_EVIDENCE_WEIGHTS_H
#define RIM_PROCESS_EVIDENCE_WEIGHTS_H

#include <stdint.h>

// clang-format off
static const int16_t evidence_weight[{len(weight)}] = {{
{rows(weight)}}};
static const int32_t evidence_bias[{len(bias)}] = {{
{rows(bias)}}};
static const uint8_t evidence_shift[{len(q)}] = {{
{rows([s for *_, s in q])}}};
// clang-format on

#endif"""


def vector(q):
    """The answers for the picture that tests/unit/test_evidence.c draws."""
    h, w = 38, 54
    y, x = np.mgrid[0:h, 0:w]
    valid = (3 * x + 5 * y) % 11 != 0
    ratio = np.where(valid, (37 * x + 91 * y + 5 * x * y) % 257 * 8 - 300, 0)
    four = [np.maximum(ratio, -512)[i::2, j::2] for i in (0, 1) for j in (0, 1)]
    lev = np.trunc(sum(four) / 4).astype(int)
    step = (np.abs(ratio[::2, ::2] - ratio[1::2, 1::2]) +
            np.abs(ratio[::2, 1::2] - ratio[1::2, ::2]))
    step *= valid[::2, ::2] & valid[1::2, ::2] & valid[::2, 1::2] & valid[1::2, 1::2]

    def cells(v, n):  # blocks of n x n, zeros beyond
        v = np.pad(v, ((0, -v.shape[0] % n), (0, -v.shape[1] % n)))
        return v.reshape(v.shape[0] // n, n, -1, n)
    phases = cells(np.floor(bend(lev)).astype(int), 2)
    det = np.floor(bend(cells(step, 2).max((1, 3)))).astype(int)
    x = np.stack([*[phases[:, i, :, j] for i in (0, 1) for j in (0, 1)], det,
                  16 * cells(valid.astype(int), 4).sum((1, 3)),
                  cells(x * y % 256, 4).sum((1, 3)) >> 4, np.full_like(det, 256)])
    a = integer(q, x)
    return f"""// evidence_vector.h: what the integers of bench/evidence.py answer to the picture of
// test_evidence.c; made by it, not written.
// SPDX-License-Identifier: MIT
#include <stdint.h>

// clang-format off
static const int16_t answers[{a.shape[0]}][{a[0].size}] = {{
""" + ",\n".join("    {\n" + rows(v.ravel()) + "}" for v in a) + "};\n// clang-format on"


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    what, args = sys.argv[1], sys.argv[2:]
    net = Net()
    if what == "fit":
        planes, out, minutes, folders = args[0], args[1], float(args[2]), args[3:]
        rate = 4e-3
        if folders[0] == "--from":
            net.load_state_dict(torch.load(folders[1]))
            folders, rate = folders[2:], 2.5e-3
        fit(load(planes, folders), net, minutes, rate)
        torch.save(net.state_dict(), out)
        return
    net.load_state_dict(torch.load(args[0]))
    print((header if what == "header" else vector)(quantise(net)))


main()
