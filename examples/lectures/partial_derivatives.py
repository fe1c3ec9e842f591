"""Partial derivatives: one axis at a time; the gradient ∇f collects them.

∂f/∂x₀ is the derivative of the function of x₀ alone that is left when x₁ stands still. The
gradient points to where f grows fastest, and its length is how fast.
"""

import numpy as np

from autodiff import grad, numerical_gradient
from examples.lectures.lesson import run
from viz.plots.figure import Figure


def f(x):
    """A bowl: x₀² + x₁²."""
    return x[0] ** 2 + x[1] ** 2


def show(lesson):
    """The gradient of the bowl at four points, and its field."""
    print("f = x₀² + x₁² at (3, 4)")
    print(f"∂f/∂x₀: of x₀² + 16, x₁ held   {numerical_gradient(lambda a: f([a, 4.0]), 3.0):.4f}")
    print(f"∂f/∂x₁: of 9 + x₁², x₀ held    {numerical_gradient(lambda a: f([3.0, a]), 4.0):.4f}\n")

    print("x              numerical_gradient   grad")
    for point in ([3.0, 4.0], [-3.0, 4.0], [1.0, -2.0], [0.0, 0.0]):
        numerical, exact = numerical_gradient(f, point), grad(f)(np.array(point))
        print(f"({point[0]:4}, {point[1]:4})   {row(numerical):20} {row(exact)}")

    lesson.picture(
        field(),
        "The gradient of x₀² + x₁² at each point",
        "x₀² + x₁²의 각 점에서의 기울기",
    )


def row(vector):
    """Two numbers in parentheses."""
    return f"({vector[0] + 0.0:.4f}, {vector[1] + 0.0:.4f})"


def field():
    """An arrow for the gradient at each point of a grid."""
    figure = Figure(figsize=(5.4, 5), layout="constrained")
    axes = figure.subplots()
    grid = np.stack(np.meshgrid(*2 * [np.linspace(-2, 2, 9)]), axis=-1).reshape(-1, 2)
    slopes = np.array([grad(f)(point) for point in grid])
    axes.quiver(*grid.T, *slopes.T, angles="xy", scale_units="xy", scale=9, color="C3")
    axes.set(xlabel="x₀", ylabel="x₁", xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), aspect="equal")
    axes.grid(alpha=0.3)
    return figure


if __name__ == "__main__":
    run(show)
