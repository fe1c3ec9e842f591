"""The directional derivative, D_v f(x) = lim (f(x+hv) − f(x))/h = ∇f(x)·v.

For v of length 1 it is ‖∇f‖ cos θ, where θ is the angle between v and the gradient: largest along
the gradient, −‖∇f‖ against it, 0 across it.
"""

import numpy as np

from autodiff import directional_derivative, grad
from examples.lectures.lesson import run
from viz import plots
from viz.plots.figure import Figure

POINT = np.array([3.0, -2.0])


def f(x):
    """A function of two variables: x₀² + x₀x₁."""
    return x[0] ** 2 + x[0] * x[1]


def show(lesson):
    """At (3, −2), where the gradient is (4, 3) and its length 5."""
    gradient = grad(f)(POINT)
    length = np.linalg.norm(gradient)
    print("f = x₀² + x₀x₁ at (3, −2)")
    print(f"∇f = {gradient}, ‖∇f‖ = {length:.4f}\n")

    v = np.array([0.6, 0.8])
    print(f"along v = {v}, by hand")
    for h in (0.1, 0.01, 0.001):
        print(f"  (f(x+hv) − f(x))/h, h = {h:<6} {(f(POINT + h * v) - f(POINT)) / h:.5f}")
    print(f"  directional_derivative         {directional_derivative(f, POINT, v):.5f}")
    print(f"  ∇f·v                           {gradient @ v:.5f}\n")

    print("θ to ∇f   v                    D_v f      ‖∇f‖ cos θ")
    for degrees in range(0, 181, 30):
        v = direction(gradient / length, degrees)
        slope = directional_derivative(f, POINT, v)
        cosine = length * np.cos(np.radians(degrees))
        print(f"{degrees:4}°     ({v[0]:7.4f}, {v[1]:7.4f})   {slope:8.4f}   {cosine:8.4f}")

    lesson.picture(
        figure_of(gradient, length),
        "The slope in each direction: largest along the gradient",
        "방향도함수: 기울기 방향에서 가장 크다",
    )


def direction(ahead, degrees):
    """The vector that is turned from another by so many degrees."""
    angle = np.radians(degrees)
    return ahead * np.cos(angle) + np.array([-ahead[1], ahead[0]]) * np.sin(angle)


def figure_of(gradient, length):
    """On the left the directions on the level curves, on the right the slope in each."""
    figure = Figure(figsize=(9.5, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    plots.level_curves(f, x_range=(1, 5), y_range=(-4, 0), arrows=0, axes=left)
    degrees = np.arange(-180, 181, 15)
    directions = np.array([direction(gradient / length, angle) for angle in degrees])
    slopes = [directional_derivative(f, POINT, v) for v in directions]
    look = {"angles": "xy", "scale_units": "xy", "scale": 0.8, "cmap": "coolwarm", "zorder": 3}
    left.quiver(*np.tile(POINT[:, None], len(degrees)), *directions.T, slopes, **look)

    theta = np.linspace(-180, 180, 200)
    right.plot(theta, length * np.cos(np.radians(theta)), color="0.5", label="‖∇f‖ cos θ")
    right.scatter(degrees, slopes, c=slopes, cmap="coolwarm", edgecolor="0.3", label="D_v f")
    right.set(xlabel="θ between v and ∇f, in degrees", xticks=range(-180, 181, 90), ylabel="D_v f")
    right.grid(alpha=0.3)
    right.legend()
    return figure


if __name__ == "__main__":
    run(show)
