"""The length of a step: too small is slow, too large jumps over the minimum.

On f = x² from x = 4 a step makes x ← x − η · 2x = (1 − 2η) x. So the factor 1 − 2η tells all:
near 1 it is slow, below 0 each step jumps over the minimum, below −1 it never comes back.
"""

import numpy as np

import nn
from autodiff import Tensor
from examples.lectures.lesson import run
from viz.plots.figure import Figure

STEPS = 20
RATES = {0.01: "slow", 0.3: "arrives", 0.95: "jumps over", 1.05: "leaves"}


def descend(rate):
    """Where x is before each step, and after the last."""
    x = Tensor(4.0, requires_grad=True)
    optimizer = nn.SGD([x], learning_rate=rate)
    places = [x.item()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        places.append(x.item())
    return np.array(places)


def show(lesson):
    """Four learning rates in one valley."""
    figure = Figure(figsize=(11, 3.2), layout="constrained")
    curve = np.linspace(-6, 6, 121)
    print(f"   η   1 − 2η   x after 1, 2, 3 and {STEPS} steps")
    for axes, (rate, verdict) in zip(
        figure.subplots(1, 4, sharey=True), RATES.items(), strict=True
    ):
        x = descend(rate)
        numbers = "  ".join(f"{x[step]:8.4f}" for step in (1, 2, 3, STEPS))
        print(f"{rate:4.2f}   {1 - 2 * rate:6.2f}   {numbers}   {verdict}".replace("-", "−"))

        axes.plot(curve, curve**2, color="0.6")
        axes.plot(x, x**2, "o-", markersize=4, linewidth=1)
        axes.set(title=f"η = {rate:g}: {verdict}", xlabel="x", xlim=(-6, 6), ylim=(-1, 36))
        axes.plot(4, 16, "o", markersize=9, color="C3", fillstyle="none")
    figure.axes[0].set_ylabel("f = x²")
    lesson.picture(
        figure,
        "Steps of four lengths in one valley",
        "학습률에 따른 경사 하강법: 느림, 도달, 건너뜀, 발산",
    )


if __name__ == "__main__":
    run(show)
