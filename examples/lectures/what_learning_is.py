"""What learning is: draw a line, see what it gets wrong, turn it.

Each turn has three steps. Feed forward: on which side does each point lie? Loss and gradient: how
wrong is that, and which way does it get better? Update: the weights take a step down the slope.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from viz import plots
from viz.plots.figure import Figure

SHOWN = (0, 1, 5, 100)


def show(lesson):
    """A line that begins with the wrong slope."""
    labels = np.repeat([0, 1], 25)[:, None]
    points = lesson.rng.normal(size=(50, 2)) * 0.5 + 2 * labels

    line = nn.Affine(2, 1, dtype=np.float64, initialiser=lambda *_: [[1.0], [-1.0]])
    loss = nn.BinaryCE()
    optimizer = nn.SGD(line, learning_rate=1.0)

    figure = Figure(figsize=(11, 3), layout="constrained")
    panels = dict(zip(SHOWN, figure.subplots(1, len(SHOWN), sharey=True), strict=True))
    print("update  loss    wrong  the line w₀x₀ + w₁x₁ + b = 0")
    for update in range(max(SHOWN) + 1):
        score = line(points)  # feed forward
        error = loss(score, labels)
        if update in SHOWN:
            wrong = (score.numpy() >= 0) != labels
            (w0,), (w1,) = line.weight.numpy()
            equation = f"{w0:.2f} x₀ {w1:+.2f} x₁ {line.bias.item():+.2f} = 0"
            print(f"{update:6}  {error:.4f}  {wrong.sum():5}  {equation}".replace("-", "−"))
            draw(panels[update], line, points, labels, wrong[:, 0])
            panels[update].set_title(f"update {update}: {wrong.sum()} wrong")
        optimizer.zero_grad()
        error.backward()  # loss and gradient
        optimizer.step()  # update

    lesson.picture(
        figure,
        "Draw a line, see what it gets wrong (circled), turn it",
        "직선을 긋고, 틀린 점(동그라미)을 보고, 직선을 돌린다",
    )


def draw(axes, line, points, labels, wrong):
    """The two sides of the line, and a ring around each point on the wrong one."""
    plots.decision_regions(line, points, labels, threshold=0, resolution=100, axes=axes)
    axes.scatter(*points[wrong].T, s=120, facecolors="none", edgecolors="black", linewidths=1.5)
    axes.get_legend().remove()


if __name__ == "__main__":
    run(show)
