"""Partial derivatives of xy and x + y.

One variable moves, the other stands still like a constant: ∂(xy)/∂x = y and ∂(xy)/∂y = x, while
both partial derivatives of x + y are 1.
"""

import numpy as np

from autodiff import grad
from examples.lectures.lesson import run
from viz.plots.figure import Figure


def product(x, y):
    """Their partial derivatives are (y, x)."""
    return x * y


def total(x, y):
    """Their partial derivatives are (1, 1)."""
    return x + y


def show(lesson):
    """At a few points, and each function along x."""
    print("x   y   ∂(xy)/∂x  ∂(xy)/∂y  ∂(x + y)/∂x  ∂(x + y)/∂y")
    for x, y in ((2.0, 5.0), (3.0, -1.0), (0.0, 4.0)):
        (px, py), (sx, sy) = (grad(f, argnums=(0, 1))(x, y) for f in (product, total))
        row = f"{x:<3g} {y:<3g} {px:8.4f}  {py:8.4f}  {sx:11.4f}  {sy:11.4f}"
        print(row.replace("-", "−"))

    figure = Figure(figsize=(8, 3.3), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_along_x(left, product, "xy: slope y")
    draw_along_x(right, total, "x + y: slope 1")
    lesson.picture(figure, "x moves, y stands still", "편미분: x만 움직이고 y는 고정한다")


def draw_along_x(axes, f, title):
    """A line for each y that stands still."""
    x = np.array([0.0, 2.0])
    for y in (1, 2, 3):
        axes.plot(x, f(x, y), label=f"y = {y}")
    axes.set(title=title, xlabel="x", ylim=(0, 6.5))
    axes.grid(alpha=0.3)
    axes.legend()


if __name__ == "__main__":
    run(show)
