"""Both losses on two classes: squared error and cross entropy.

The network says (0.1, 0.9), the right answer is (1, 0). The squared error cannot exceed 1 here; the
cross entropy grows without bound as the probability of the right class nears 0.
"""

import numpy as np

from examples.lectures.lesson import run
from nn.functional import cross_entropy, half_sse
from viz.plots.figure import Figure


def show(lesson):
    """By hand and by the library, then for every probability of the right class."""
    y, t = np.array([0.1, 0.9]), np.array([1, 0])
    print("y = (0.1, 0.9), t = (1, 0)\n")
    print(f"squared error  ½ Σ (y − t)²   {0.5 * ((y - t) ** 2).sum():.2f}")
    print(f"               half_sse       {half_sse(y, t):.2f}")
    print(f"cross entropy  −Σ t log y     {-(t * np.log(y)).sum():.3f}")
    print(f"               cross_entropy  {cross_entropy(y[None], t[None]):.3f}\n")

    print("right class    squared error  cross entropy")
    for p in (0.9, 0.5, 0.1, 0.01, 0.001):
        squared, entropy = losses(np.array([p]))
        print(f"{p:<13g}  {squared[0]:13.3f}  {entropy[0]:13.3f}")

    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.subplots()
    p = np.linspace(0.005, 1, 400)
    for name, loss in zip(("squared error", "cross entropy"), losses(p), strict=True):
        axes.plot(p, loss, label=name)
    axes.set(xlabel="probability of the right class", ylabel="loss", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    lesson.picture(
        figure,
        "What an error costs, by either loss",
        "제곱 오차와 교차 엔트로피: 틀렸을 때의 손실",
    )


def losses(p):
    """Of (p, 1 − p) against (1, 0): both parts of the squared error are equal."""
    return (1 - p) ** 2, -np.log(p)


if __name__ == "__main__":
    run(show)
