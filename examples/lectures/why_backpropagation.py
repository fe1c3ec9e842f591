"""Why backpropagation: the gradient of a network by differences and by the chain rule.

Of the lectures' two-layer network, 784 → 50 → 10, with a batch of 100: by two forward passes for
each of 39,760 variables, and by one forward and one backward pass. Both agree; the times do not.
(--quick takes a batch of 2.) The images are random: what is in them does not matter.
"""

import time

import numpy as np

from examples.lectures.lesson import run
from examples.models import TwoLayerNet
from viz.plots.figure import Figure

REPEATS, UPDATES = 50, 10_000


def show(lesson):
    """Both gradients, how far they are apart, and how long each takes."""
    variables = 784 * 50 + 50 + 50 * 10 + 10
    print(f"784 → 50 → 10 has {variables:,} variables. By numerical differentiation")
    print(f"one update needs 2 × {variables:,} = {2 * variables:,} forward passes,")
    print(f"{UPDATES:,} updates need {variables * UPDATES:,} differentiations.")
    print("By backpropagation one update needs one forward and one backward pass.\n")

    batch = 2 if lesson.quick else 100
    model = TwoLayerNet((784,), 50, 10, dtype=np.float64, rng=lesson.rng)
    x, t = lesson.rng.random((batch, 784)), lesson.rng.integers(0, 10, batch)
    exact, backward = timed(lambda: model.gradient(x, t), REPEATS)
    numerical, differences = timed(lambda: model.numerical_gradient(x, t, h=1e-4), 1)
    count = sum(gradient.size for gradient in exact.values())

    print(f"measured on all {count:,} variables with a batch of {batch}, float64, h = 10⁻⁴")
    for name, gradient in exact.items():
        apart = np.abs(gradient - numerical[name]).max() / np.abs(gradient).max()
        print(f"  {name:8}  {gradient.shape!s:10}  max|a − n| / max|a| = {apart:.1e}")
    print(f"by differences      {differences:10.6f} s")
    print(f"by backpropagation  {backward:10.6f} s, the median of {REPEATS}")
    print(f"ratio               {differences / backward:10,.0f}\n")
    print(f"{UPDATES:,} updates like these take {differences * UPDATES / 3600:,.2f} hours")
    print(f"by differences, {backward * UPDATES:.0f} seconds by backpropagation.")

    lesson.picture(
        figure_of(exact, numerical, differences, backward),
        "The same gradient, at another price",
        "수치 미분과 역전파: 기울기는 같고 계산 시간은 다르다",
    )


def timed(compute, repeats):
    """What a function gives, and the median of its times in seconds."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        result = compute()
        times.append(time.perf_counter() - begin)
    return result, float(np.median(times))


def figure_of(exact, numerical, differences, backward):
    """On the left a dot for each variable, on the right both times."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    each = [np.concatenate([g.ravel() for g in way.values()]) for way in (exact, numerical)]
    left.plot(*each, ".", markersize=3, rasterized=True)
    left.set(xlabel="∂L/∂w by backpropagation", ylabel="∂L/∂w by differences")
    left.grid(alpha=0.3)
    bars = right.barh(["backpropagation", "differences"], [backward, differences], log=True)
    right.bar_label(bars, [f"{backward * 1e3:.2g} ms", f"{differences:.2g} s"], padding=4)
    right.set(xlabel="seconds for one gradient", xlim=(backward / 5, differences * 10))
    return figure


if __name__ == "__main__":
    run(show)
