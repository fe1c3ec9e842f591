"""Cross entropy, E = −Σₖ tₖ log yₖ, averaged over the data set.

With a one-hot t it is −log y of the right class: 0 for a prediction that is right and certain,
without bound as the right class is ruled out. The squared error is bounded there.
"""

import numpy as np

from examples.lectures.lesson import run
from nn import functional as F
from viz.plots.figure import Figure


def show(lesson):
    """The predictions of the lesson on the squared error."""
    y = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    t = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0]])

    errors = -(t * np.log(y)).sum(axis=1)
    right = -np.log(y[np.arange(3), t.argmax(axis=1)])
    print("y                t         −Σ t log y   −log y of the right class")
    for output, target, error, short in zip(y, t, errors, right, strict=True):
        print(f"{output}    {target}   {error:.4f}       {short:.4f}")
    print(f"\nmean by hand              {errors.mean():.4f}")
    print(f"cross_entropy(y, t)       {F.cross_entropy(y, t):.4f}   one-hot labels")
    print(f"cross_entropy(y, labels)  {F.cross_entropy(y, t.argmax(axis=1)):.4f}   class indices")
    print(f"the right class at y = 0  {F.cross_entropy([0.0, 1.0], 0):.4f}  10⁻⁷ is added first")

    lesson.picture(
        curves(),
        "Both losses, by the probability of the right class",
        "정답 클래스의 확률에 따른 손실",
    )


def curves():
    """Both losses of two classes (y, 1 − y), the first of which is right."""
    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    axes = figure.subplots()
    y = np.linspace(0.005, 1, 200)
    axes.plot(y, -np.log(y), linewidth=2, label="cross entropy, −log y")
    axes.plot(y, (1 - y) ** 2, "--", linewidth=2, label="squared error, (1 − y)²")
    axes.set(xlabel="y of the right class", ylabel="E", xlim=(0, 1), ylim=(0, 5))
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


if __name__ == "__main__":
    run(show)
