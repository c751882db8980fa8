#!/usr/bin/env python3
"""Makes changes.json: series, where Apache Otava's E-divisive splits them first, and intervals of ratios by SciPy's exact
rank test turned round. Needs apache-otava (0.8), numpy and scipy; seeded, so it makes the same file."""
import json
import pathlib
from importlib.metadata import version

import numpy as np
from otava.change_point_divisive.calculator import PairDistanceCalculator
from scipy import stats

rng = np.random.default_rng(20261123)
SIDE_MIN = 3


def splits():
    """Q of every split and end by Otava; of those with enough values on both sides the best."""
    steps = [(6, []), (12, [(6, 12, 1.0)]), (36, [(12, 24, 2.0)]), (50, [(30, 50, 0.5), (40, 50, -1.5)]), (200, [(195, 200, 3.0)])]
    for count, levels in steps:
        values = rng.normal(0, 1, count)
        for begin, end, height in levels:
            values[begin:end] += height
        if count == 50:
            values = np.round(values, 1)
        q = PairDistanceCalculator(values)._get_Q_vals(0, count)
        allowed = [(at, to) for to in range(2 * SIDE_MIN, count + 1) for at in range(SIDE_MIN, to - SIDE_MIN + 1)]
        at, to = max(allowed, key=lambda place: q[place[0] - 1][place[1] - 2])
        # Q[i][j] is of the split before i + 1, with the end j + 2.
        yield {"values": values.tolist(), "at": at, "to": to, "q": float(q[at - 1][to - 2])}


def intervals():
    """All shifts of logarithms that the exact rank test does not notice at 5 %."""
    for n, m in [(4, 4), (5, 8), (10, 10), (3, 30)]:
        a, b = rng.lognormal(0, 0.3, n), rng.lognormal(0.2, 0.3, m)
        shifts = np.sort(np.subtract.outer(np.log(b), np.log(a)).ravel())

        def holds(shift):
            return stats.mannwhitneyu(np.log(a) + shift, np.log(b), alternative="two-sided", method="exact").pvalue > 0.05

        between = (shifts[:-1] + shifts[1:]) / 2
        inside = [i for i, shift in enumerate(between) if holds(shift)]
        ends = [float(np.exp(shifts[inside[0]])), float(np.exp(shifts[inside[-1] + 1]))]
        yield {"a": a.tolist(), "b": b.tolist(), "ratio": float(np.exp(np.median(shifts))), "ends": ends}


made_with = ", ".join(f"{name} {version(name)}" for name in ("apache-otava", "numpy", "scipy"))
out = {"made_with": made_with, "splits": list(splits()), "intervals": list(intervals())}
pathlib.Path(__file__).with_name("changes.json").write_text(json.dumps(out, indent=1) + "\n")
