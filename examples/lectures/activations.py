"""Activations: sigmoid, tanh, ReLU, leaky ReLU, ELU and Maxout, each with its derivative.

Where the derivative is nearly 0, a unit hardly learns: sigmoid and tanh far from 0, ReLU left of
it. Leaky ReLU has a slope there too, ELU as well unless far left, and that of Maxout is learned.
"""

import numpy as np

from autodiff import Tensor
from examples.lectures.lesson import run
from nn import functional as F
from viz import plots
from viz.plots.figure import Figure

W, B = np.array([-0.5, 1.0]), np.array([0.5, -0.5])
"""Of two maps for Maxout, as learning may have left them."""


def maxout(x):
    """Of a number, the larger of w₁x + b₁ and w₂x + b₂."""
    return F.maxout(x.reshape(-1, 1) * W + B).reshape(x.shape)


ACTIVATIONS = {
    "sigmoid: 1/(1 + e⁻ˣ)": (lambda x: 1 / (1 + np.exp(-x)), F.sigmoid),
    "tanh: (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)": (np.tanh, F.tanh),
    "ReLU: max(0, x)": (lambda x: np.maximum(0, x), F.relu),
    "leaky ReLU: max(0.1x, x)": (lambda x: np.maximum(0.1 * x, x), F.leaky_relu),
    "ELU: x, or α(eˣ − 1) for x < 0": (lambda x: np.where(x < 0, np.exp(x) - 1, x), F.elu),
    "Maxout: max(w₁ᵀx + b₁, w₂ᵀx + b₂)": (
        lambda x: np.maximum(W[0] * x + B[0], W[1] * x + B[1]),
        maxout,
    ),
}
"""By hand, and by the library."""


def show(lesson):
    """Values and derivatives left and right of 0, for α = 1, w = (−0.5, 1), b = (0.5, −0.5)."""
    points, h = np.array([-2.0, -0.5, 0.5, 2.0]), 1e-4
    figure = Figure(figsize=(12, 6.4), layout="constrained")
    panels = figure.subplots(2, 3)
    print("ELU with α = 1; Maxout with w₁ = −0.5, b₁ = 0.5, w₂ = 1, b₂ = −0.5\n")
    row("x", points)
    for axes, (name, (by_hand, f)) in zip(panels.flat, ACTIVATIONS.items(), strict=True):
        x = Tensor(points, requires_grad=True)
        y = f(x)
        y.sum().backward()
        print(f"\n{name}")
        row("  f by hand", by_hand(points))
        row("  f by the library", y.numpy())
        row("  f′ by differences", (by_hand(points + h) - by_hand(points - h)) / (2 * h))
        row("  f′ by backward()", x.grad)
        plots.activation_function(f, (-3, 3), title=name, axes=axes)
    lesson.picture(
        figure,
        "Six activations (solid) and their derivatives (dashed)",
        "여섯 가지 활성화 함수(실선)와 그 도함수(점선)",
    )


def row(name, values):
    """A line of numbers."""
    print(f"{name:20}{''.join(f'{value:10.4f}' for value in values)}".replace("-", "−"))


if __name__ == "__main__":
    run(show)
