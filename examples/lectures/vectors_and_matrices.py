"""Vectors and matrices: sums, products and norms.

Scalars, vectors, matrices and tensors differ in how many axes they have. The library takes NumPy's
functions as they are; what they are given as Tensors can be differentiated afterwards.
"""

import numpy as np

from autodiff import grad
from examples.lectures.lesson import run
from viz.plots.figure import Figure


def norm(x, p):
    """(Σ |xᵢ|ᵖ)^(1/p)."""
    return (abs(x) ** p).sum() ** (1 / p)


def show(lesson):
    """What the lectures compute with them."""
    kinds = {"scalar": (), "vector": (3,), "matrix": (2, 3), "tensor": (2, 3, 4)}
    for (kind, shape), axes in zip(kinds.items(), ("0", "1", "2", "3 or more"), strict=True):
        print(f"{kind:20} axes: {axes}, for example of shape {shape}")

    a, b = np.array([2.0, 4.0, 6.0]), np.array([3.0, 5.0, 7.0])
    print(f"\na, b                 {a}, {b}")
    print(f"a + b                {a + b}")
    print(f"Σ a                  {a.sum():g}")
    print(f"a · b                {a @ b:g}")
    print(f"∂(a · b)/∂a          {grad(lambda a: a @ b)(a)}, which is b")

    x = np.array([3.0, -4.0])
    print(f"\nx                    {x}")
    for p in (1, 2, 3):
        print(f"L{p} norm              {norm(x, p):.4f}, np.linalg.norm {np.linalg.norm(x, p):.4f}")

    A, B = np.array([[5, 2], [4, 9], [10, -3]]), np.array([[-11, 0], [7, 1], [-6, -8]])
    print(f"\n{A.tolist()} + {B.tolist()}\n  = {(A + B).tolist()}")
    A, B = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[7, 8], [9, 10], [11, 12]])
    print(f"{A.tolist()} · {B.tolist()}, which NumPy writes A @ B\n  = {(A @ B).tolist()}")
    A, B = np.array([[3, 5, 7], [4, 9, 8]]), np.array([[1, 6, 3], [0, 2, 9]])
    print(f"{A.tolist()} ∘ {B.tolist()}, which NumPy writes A * B\n  = {(A * B).tolist()}")

    lesson.picture(unit_circles(), "All x whose p-norm is 1", "p-노름이 1인 점들")


def unit_circles():
    """The points at distance 1 from the origin, as each norm measures it."""
    figure = Figure(figsize=(4.6, 4.2), layout="constrained")
    axes = figure.subplots()
    angle = np.linspace(0, 2 * np.pi, 401)
    directions = np.stack([np.cos(angle), np.sin(angle)])
    for p in (1, 2, 3, 10):
        axes.plot(*directions / np.array([norm(v, p) for v in directions.T]), label=f"p = {p}")
    axes.set(aspect="equal", xlabel="x₀", ylabel="x₁")
    axes.grid(alpha=0.3)
    axes.legend(loc="center")
    return figure


if __name__ == "__main__":
    run(show)
