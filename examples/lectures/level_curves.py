"""Level curves: a gradient is perpendicular to the level curve it starts on.

Along a level curve f does not change, so its derivative in that direction, ∇f·v, is 0.
"""

import numpy as np

from autodiff import grad
from examples.lectures.lesson import run
from viz import plots


def f(x):
    """A valley: x₀² + 4x₁²."""
    return x[0] ** 2 + 4 * x[1] ** 2


def show(lesson):
    """Around the ellipse x₀² + 4x₁² = 4, which is (2 cos s, sin s)."""
    print("f = x₀² + 4x₁²; on its level curve f = 4, (2 cos s, sin s), v is the tangent\n")
    print("   s   x                  f        ∇f                 v                  ∇f·v")
    for degrees in range(0, 360, 45):
        s = np.radians(degrees)
        x = np.array([2 * np.cos(s), np.sin(s)])
        tangent = np.array([-2 * np.sin(s), np.cos(s)])
        gradient = grad(f)(x)
        print(
            f"{degrees:4}°  {row(x)}  {f(x):.4f}   {row(gradient)}  {row(tangent)}  "
            f"{abs(gradient @ tangent):.10f}"
        )

    lesson.picture(
        plots.level_curves(f, x_range=(-4, 4), y_range=(-2.5, 2.5), levels=[0.5, 2, 4, 8, 14, 20]),
        "Gradients are perpendicular to level curves",
        "기울기는 등고선에 수직이다",
    )


def row(vector):
    """Two numbers in parentheses; no zero has a sign."""
    first, second = np.round(vector, 4) + 0.0
    return f"({first:7.4f}, {second:7.4f})"


if __name__ == "__main__":
    run(show)
