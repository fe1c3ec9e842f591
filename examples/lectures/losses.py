"""Losses: squared error, absolute error, binary cross entropy and cross entropy.

Cross entropy grows without bound as the right class is thought less and less likely. Behind a
sigmoid its slope is y − t, so that what is quite wrong learns fast. That of the squared error is
2(y − t) y (1 − y), which vanishes there.
"""

import numpy as np

from autodiff import Tensor, grad
from examples.lectures.lesson import run
from nn import functional as F
from viz.plots.figure import Figure

LOSSES = {
    "squared error: (y − t)²": (
        lambda y: (y - 1) ** 2,
        lambda z: F.mse_loss(F.sigmoid(z), np.ones(z.shape), "sum"),
    ),
    "absolute error: |y − t|": (
        lambda y: np.abs(y - 1),
        lambda z: F.l1_loss(F.sigmoid(z), np.ones(z.shape), "sum"),
    ),
    "binary cross entropy: −t log y − (1 − t) log(1 − y)": (
        lambda y: -np.log(y),
        lambda z: F.binary_cross_entropy(z, np.ones(z.shape), "sum"),
    ),
}
"""With t = 1, by hand of the prediction y, and by the library of its score z."""


def show(lesson):
    """One output y = σ(z) with the target t = 1; then three classes."""
    y = np.array([0.01, 0.1, 0.5, 0.9, 0.99])
    z = np.log(y / (1 - y))
    everywhere = np.linspace(0.005, 0.995, 400)
    scores = np.log(everywhere / (1 - everywhere))
    figure = Figure(figsize=(9.5, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)

    row("y, where t = 1", y)
    for name, (by_hand, loss) in LOSSES.items():
        print(f"\n{name}")
        row("  L by hand", by_hand(y))
        row("  L by the library", [loss(Tensor(score)).item() for score in z])
        row("  ∂L/∂z by the library", grad(loss)(z))
        left.plot(everywhere, by_hand(everywhere), label=name.split(":")[0])
        right.plot(scores, grad(loss)(scores))
    left.set(xlabel="y = σ(z)", ylabel="L")
    left.legend()
    right.set(xlabel="z", ylabel="∂L/∂z")
    for axes in (left, right):
        axes.grid(alpha=0.3)

    p, t = np.array([0.7, 0.2, 0.1]), np.array([1, 0, 0])
    print("\nthree classes, y = (0.7, 0.2, 0.1), t = (1, 0, 0)")
    row("  cross entropy: −Σ t log y", [-np.sum(t * np.log(p))])
    row("  F.cross_entropy(y, t)", [F.cross_entropy(p, t)])
    row("  F.cross_entropy(y, 0)", [F.cross_entropy(p, 0)])
    lesson.picture(
        figure,
        "Losses for t = 1, and their slopes: where y is quite wrong, the squared error's vanishes",
        "t = 1일 때의 손실 함수와 기울기: 크게 틀리면 제곱 오차의 기울기는 사라진다",
    )


def row(name, values):
    """A line of numbers."""
    print(f"{name:32}{''.join(f'{value:9.4f}' for value in values)}".replace("-", "−"))


if __name__ == "__main__":
    run(show)
