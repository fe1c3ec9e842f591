"""Gradient descent, xₙ₊₁ = xₙ − η∇f, with three learning rates.

On f = x₀² + x₁² from (−3, 4): with η = 0.1 a hundred steps reach the minimum; with η = 10 each step
jumps over it, further than the one before; with η = 10⁻¹⁰ nothing seems to happen.
"""

import numpy as np

import nn
from autodiff import grad
from examples.lectures.lesson import run
from viz import plots
from viz.plots.figure import Figure

START, STEPS = np.array([-3.0, 4.0]), 100


def f(x):
    """A bowl: x₀² + x₁²."""
    return x[0] ** 2 + x[1] ** 2


def show(lesson):
    """100 steps by hand, and the same by the library."""
    paths = {}
    print(f"f = x₀² + x₁² from (−3, 4), {STEPS} steps\n")
    print("η        x after                                f          nn.SGD agrees")
    for rate in (0.1, 10.0, 1e-10):
        paths[rate] = path = descend(rate)
        x, same = path[-1], np.allclose(path[-1], by_library(rate), rtol=1e-12, atol=0)
        name = f"{rate:g}".replace("1e-10", "1e−10")
        print(f"{name:6}   ({x[0]:.9g}, {x[1]:.9g})".ljust(47), f"{f(x):.3g}".ljust(10), same)

    print(f"\nη = 0.1: each step multiplies x by 1 − 2η = 0.8; 0.8¹⁰⁰ = {0.8**100:.3g}")
    print(f"η = 10: it multiplies x by −19: {', '.join(map(row, paths[10.0][:3]))}, …")

    lesson.picture(
        figure_of(
            {"η = 0.1": paths[0.1], "η = 10, 2 steps": paths[10][:3], "η = 10⁻¹⁰": paths[1e-10]}
        ),
        "Gradient descent with three learning rates: ○ start, ★ end",
        "학습률에 따른 경사 하강법의 경로 (○ 출발점, ★ 도착점)",
    )


def descend(rate):
    """All points on the way, the start included."""
    path = [START]
    for _ in range(STEPS):
        path.append(path[-1] - rate * grad(f)(path[-1]))
    return np.array(path)


def by_library(rate):
    """Where the library's optimizer ends."""
    x = nn.Parameter(START)
    optimizer = nn.SGD([x], learning_rate=rate)
    for _ in range(STEPS):
        optimizer.zero_grad()
        f(x).backward()
        optimizer.step()
    return x.numpy()


def figure_of(paths):
    """A panel for each learning rate, wide enough for its path."""
    figure = Figure(figsize=(11, 3.9), layout="constrained")
    for axes, (name, path) in zip(figure.subplots(1, 3), paths.items(), strict=True):
        side = (-1.2 * np.abs(path).max(), 1.2 * np.abs(path).max())
        plots.level_curves(
            f, x_range=side, y_range=side, levels=6, arrows=0, resolution=51, title=name, axes=axes
        )
        axes.plot(*path.T, "o-", color="C0", markersize=4, zorder=5)
        axes.plot(*path[0], "o", color="C0", markerfacecolor="white", markersize=8, zorder=5)
        axes.plot(*path[-1], "*", color="C1", markersize=15, zorder=5)
    return figure


def row(point):
    """Two numbers in parentheses."""
    return f"({point[0]:g}, {point[1]:g})"


if __name__ == "__main__":
    run(show)
