"""Numerical gradient and gradient descent as functions of arrays, matrices included.

The weights of a layer are a matrix, so their gradient is one too. A single index counts the
elements of a vector, but the rows of a matrix.
"""

import numpy as np

from autodiff import grad, numerical_gradient
from examples.lectures.lesson import run
from nn.functional import softmax_cross_entropy


def gradient_with_one_index(f, x, h=1e-4):
    """As on the slides: right for vectors alone."""
    gradient = np.zeros_like(x)
    for i in range(x.size):
        here = x[i].copy()
        x[i] = here + h
        above = f(x)
        x[i] = here - h
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] = here
    return gradient


def gradient_descent(f, x, learning_rate=0.1, steps=100):
    """x ← x − η ∇f(x), for x of any shape."""
    for _ in range(steps):
        x = x - learning_rate * numerical_gradient(f, x)
    return x


def show(lesson):
    """A vector, then a matrix of weights."""

    def f(x):
        return (x**2).sum()

    start = np.array([-3.0, 4.0])
    print("f = x₀² + x₁² at (−3, 4)")
    print("  with one index      ", gradient_with_one_index(f, start.copy()).round(6))
    print("  numerical_gradient  ", numerical_gradient(f, start).round(6))
    end = np.array2string(gradient_descent(f, start), precision=2)
    print(f"  gradient_descent     {end} after 100 steps\n")

    x = np.array([0.6, 0.9])
    W = lesson.rng.normal(size=(2, 3))

    def loss(W):
        return softmax_cross_entropy(x @ W, 2)

    print(f"L(W) = CE(x W, label 2), W of shape {W.shape}")
    try:
        gradient_with_one_index(lambda W: loss(W).item(), W.copy())
    except IndexError as error:
        print(f"  with one index       IndexError: {error}")
    print(f"  numerical_gradient\n{numerical_gradient(loss, W).round(6)}")
    print(f"  autodiff.grad\n{grad(loss)(W).round(6)}")
    print(f"  loss at W            {loss(W):.6f}")
    print(f"  gradient_descent     {loss(gradient_descent(loss, W)):.6f} after 100 steps\n")
    print(
        "The slides' numerical_gradient fails on matrices; the library's takes arrays of any shape."
    )


if __name__ == "__main__":
    run(show)
