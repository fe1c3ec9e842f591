"""The tangent plane, z = ∇f(x₀,y₀)·((x,y) − (x₀,y₀)) + f(x₀,y₀).

Near the point where it touches, the plane is almost the function: ten times nearer, the gap
between the two is a hundred times smaller.
"""

import numpy as np

from autodiff import value_and_grad
from examples.lectures.lesson import run
from viz.plots.figure import Figure

POINT = np.array([1.0, 2.0])


def f(x):
    """A bowl: x² + y²."""
    return x[0] ** 2 + x[1] ** 2


def show(lesson):
    """The plane that touches the bowl at (1, 2)."""
    height, slope = value_and_grad(f)(POINT)

    def plane(x):
        return slope @ (x - POINT) + height

    print("f = x² + y² at (1, 2)")
    print(f"f(1, 2)  = {height:.4f}")
    print(f"∇f(1, 2) = {slope}")
    print(f"z = {slope[0]:g} (x − 1) + {slope[1]:g} (y − 2) + {height:g}\n")

    print("distance    f          plane      gap")
    for distance in (1.0, 0.1, 0.01):
        x = POINT + distance * np.array([0.6, 0.8])
        print(f"{distance:<8}  {f(x):9.6f}  {plane(x):9.6f}  {f(x) - plane(x):9.6f}")

    lesson.picture(
        surface(slope, height),
        "The tangent plane at (1, 2)",
        "점 (1, 2)에서의 접평면",
    )


def surface(slope, height):
    """The bowl, and a piece of the plane that touches it."""
    figure = Figure(figsize=(5.6, 4.8), layout="constrained")
    axes = figure.add_subplot(projection="3d", computed_zorder=False)
    x, y = np.meshgrid(*2 * [np.linspace(-3, 3, 41)])
    look = {"rasterized": True, "linewidth": 0}
    axes.plot_surface(x, y, f((x, y)), cmap="viridis", alpha=0.6, **look)
    x, y = np.meshgrid(*[np.linspace(middle - 1.2, middle + 1.2, 9) for middle in POINT])
    z = slope[0] * (x - POINT[0]) + slope[1] * (y - POINT[1]) + height
    axes.plot_surface(x, y, z, color="C1", alpha=0.7, **look)
    axes.plot(*POINT, height, "o", color="black")
    axes.set(xlabel="x", ylabel="y", zlabel="z")
    axes.view_init(elev=14, azim=32)
    return figure


if __name__ == "__main__":
    run(show)
