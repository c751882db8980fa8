#!/usr/bin/env python3
"""Makes stats.json: inputs and what SciPy says of them. Needs numpy and scipy; seeded, so it makes the same file."""
import json
import pathlib

import numpy as np
import scipy
from scipy import optimize, stats

rng = np.random.default_rng(20240817)
NO_TIES = [(3, 3), (5, 7), (10, 10), (12, 20)]
TIES = [(4, 4), (6, 6), (7, 9)]


def exact_with_ties(a, b):
    """The permutation distribution of the rank sum over midranks, every split counted."""
    result = stats.permutation_test(
        (a, b),
        lambda x, y, axis: np.abs(
            np.sum(stats.rankdata(np.concatenate([x, y], axis=axis), axis=axis)[..., : len(a)], axis=axis)
            - len(a) * (len(a) + len(b) + 1) / 2
        ),
        permutation_type="independent",
        alternative="greater",
        n_resamples=np.inf,
        vectorized=True,
    )
    return float(result.pvalue)


def rank_cases():
    for n, m in NO_TIES:
        a, b = rng.normal(10, 2, n), rng.normal(11, 2, m)
        r = stats.mannwhitneyu(a, b, alternative="two-sided", method="exact")
        yield {"a": a.tolist(), "b": b.tolist(), "u": float(r.statistic), "p": float(r.pvalue)}
    for n, m in TIES:
        a, b = rng.integers(0, 5, n).astype(float), rng.integers(1, 6, m).astype(float)
        u = float(stats.mannwhitneyu(a, b, method="asymptotic").statistic)
        yield {"a": a.tolist(), "b": b.tolist(), "u": u, "p": exact_with_ties(a, b)}
    a, b = np.round(rng.normal(10, 2, 80), 1), np.round(rng.normal(10.6, 2, 90), 1)
    r = stats.mannwhitneyu(a, b, alternative="two-sided", method="asymptotic", use_continuity=True)
    yield {"a": a.tolist(), "b": b.tolist(), "u": float(r.statistic), "p": float(r.pvalue)}


def summary_cases():
    for n in (1, 2, 6, 9, 10, 31, 200):
        v = rng.lognormal(0, 1, n)
        ordered = np.sort(v)
        # The largest k with P(B < k) <= 2.5 %: the interval runs from the k-th smallest to the k-th largest value.
        k = int(max((k for k in range(n // 2 + 1) if stats.binom.cdf(k - 1, n, 0.5) <= 0.025), default=0))
        interval = [float(ordered[k - 1]), float(ordered[n - k])] if k > 0 else None
        yield {
            "values": v.tolist(),
            "median": float(np.median(v)),
            "mad": float(stats.median_abs_deviation(v)),
            "p90": float(np.quantile(v, 0.9)),
            "interval": interval,
        }


def ratio_cases():
    for n, m in [(1, 1), (5, 8), (10, 10)]:
        a, b = rng.lognormal(0, 0.3, n), rng.lognormal(0.2, 0.3, m)
        hl = float(np.exp(np.median(np.subtract.outer(np.log(b), np.log(a)))))
        yield {"a": a.tolist(), "b": b.tolist(), "ratio": hl}


def correction_cases():
    for n in (1, 5, 40):
        p = rng.uniform(0, 1, n) ** 3
        yield {"p": p.tolist(), "q": stats.false_discovery_control(p, method="bh").tolist()}


def trend_cases():
    for n, slope in [(8, 0.0), (25, 0.05), (60, 0.02)]:
        y = np.round(slope * np.arange(n) + rng.normal(0, 0.5, n), 1)
        s = int(sum(np.sign(y[j] - y[i]) for i in range(n) for j in range(i + 1, n)))
        _, counts = np.unique(y, return_counts=True)
        var = (n * (n - 1) * (2 * n + 5) - sum(int(t) * (t - 1) * (2 * t + 5) for t in counts)) / 18
        p = float(min(1.0, 2 * stats.norm.sf((abs(s) - 1) / np.sqrt(var)))) if s else 1.0
        yield {"y": y.tolist(), "s": s, "p": p, "slope": float(stats.theilslopes(y).slope)}


def line_cases():
    for n, fixed, per_x in [(3, 60.0, 0.001), (4, 40.0, 0.0004), (9, 200.0, 0.02)]:
        x = np.sort(rng.choice(2 ** np.arange(9, 22), n, replace=False)).astype(float)
        y = (fixed + per_x * x) * rng.lognormal(0, 0.1, n)
        (a, b), _ = optimize.curve_fit(lambda x, a, b: a + b * x, x, y, p0=(1.0, 0.0), sigma=y)
        yield {"x": x.tolist(), "y": y.tolist(), "fixed": float(a), "per_x": float(b)}


out = {
    "made_with": f"scipy {scipy.__version__}, numpy {np.__version__}",
    "rank": list(rank_cases()),
    "summary": list(summary_cases()),
    "ratio": list(ratio_cases()),
    "correction": list(correction_cases()),
    "trend": list(trend_cases()),
    "line": list(line_cases()),
}
path = pathlib.Path(__file__).with_name("stats.json")
path.write_text(json.dumps(out, indent=1) + "\n")
