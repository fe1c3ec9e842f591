"""Gradient descent again: where it starts decides where it ends, and saddle points hold it up.

f = x₀² + (x₁² − 1)² has its minima at (0, 1) and (0, −1), and a saddle between them: at (0, 0) the
gradient is zero, yet f falls to both sides. Who starts on the ridge, x₁ = 0, ends on the saddle; a
thousandth to one side or the other leads to one minimum or the other.
"""

import numpy as np

from autodiff import grad, hessian
from examples.lectures.lesson import run
from viz import plots

RATE, STEPS = 0.05, 100


def f(x):
    """Two valleys and a saddle between them."""
    return x[0] ** 2 + (x[1] ** 2 - 1) ** 2


def show(lesson):
    """From four points, two of which are almost one."""
    saddle = np.zeros(2)
    print(f"∇f at (0, 0)                  {grad(f)(saddle) + 0.0}")
    print(f"second derivatives along axes {np.diag(hessian(f)(saddle))}: a valley, and a ridge\n")

    paths = {}
    print(f"start               end                f        steps to f < 0.001, η = {RATE}")
    for start in ([1.5, 1.4], [-1.5, 0.0], [1.5, 0.001], [1.5, -0.001]):
        path = paths["({:g}, {:g})".format(*start).replace("-", "−")] = descend(start)
        low = np.flatnonzero([f(x) < 1e-3 for x in path])
        arrived = f"{low[0]}" if len(low) else "never: it rests on the saddle"
        print(f"{row(start)}  {row(path[-1])}  {f(path[-1]):.4f}   {arrived}")

    lesson.picture(
        plots.level_curves(
            f,
            paths,
            x_range=(-1.8, 1.8),
            y_range=(-1.6, 1.6),
            levels=[0.1, 0.3, 0.6, 1, 2, 3, 5],
            resolution=81,
        ),
        "Two minima and a saddle point: the start decides",
        "두 최소점과 안장점: 출발점에 따라 도착점이 달라진다",
    )


def descend(start):
    """All points on the way, the start included."""
    path = [np.array(start)]
    for _ in range(STEPS):
        path.append(path[-1] - RATE * grad(f)(path[-1]))
    return np.array(path)


def row(point):
    """Two numbers in parentheses; no zero has a sign."""
    first, second = np.round(point, 4) + 0.0
    return f"({first:7.4f}, {second:7.4f})"


if __name__ == "__main__":
    run(show)
