"""What one, two and three layers can separate.

A layer is xW + b, called Affine, and what follows it, here a step. Layers are counted by their W: a
2-layer network has one hidden layer, a deep one two or more. One layer cuts the plane by a line. A
second one, here an AND, cuts out what several lines enclose, and a third, an OR, joins such pieces.
"""

import numpy as np

from examples.lectures.lesson import run
from nn.functional import affine, step
from viz import plots
from viz.plots.figure import Figure

SQUARE = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
"""The directions of a square's four sides: x₀, −x₀, x₁, −x₁."""


def one(x):
    """Right of the line x₀ + x₁ = 0."""
    return step(affine(x, np.array([[1.0], [1.0]]), np.array([0.0])))


def two(x):
    """Within the square from −1 to 1: right of all its four sides."""
    sides = step(affine(x, SQUARE, np.array([1.0, 1.0, 1.0, 1.0])))
    return step(affine(sides, np.ones((4, 1)), np.array([-3.5])))


def three(x):
    """Within one of two squares, from −2 to 0 or from 0.5 to 2.5 along both axes."""
    b = np.array([2.0, 0.0, 2.0, 0.0, -0.5, 2.5, -0.5, 2.5])
    sides = step(affine(x, np.concatenate([SQUARE, SQUARE], axis=1), b))
    squares = step(affine(sides, np.kron(np.eye(2), np.ones((4, 1))), np.array([-3.5, -3.5])))
    return step(affine(squares, np.ones((2, 1)), np.array([-0.5])))


NETWORKS = (
    ("one layer", "perceptron", one),
    ("two layers", "2-layer network", two),
    ("three layers", "deep network", three),
)


def show(lesson):
    """Three networks whose weights are set by hand."""
    x, W, b = np.array([1.0, 2.0]), np.array([[1.0, 0.0], [3.0, 1.0]]), np.array([0.5, -0.5])
    print(f"xW + b {x @ W + b}, affine(x, W, b) {affine(x, W, b)}\n")

    figure = Figure(figsize=(9.5, 3.3), layout="constrained")
    points = lesson.rng.uniform(-3, 3, size=(4000, 2))
    print("              hidden layers  called           midpoints inside")
    panels = figure.subplots(1, len(NETWORKS))
    for hidden, ((name, called, network), axes) in enumerate(zip(NETWORKS, panels, strict=True)):
        inside = points[network(points)[:, 0] == 1]
        share = network((inside[1:] + inside[:-1]) / 2).mean()
        print(f"{name:12}  {hidden:13}  {called:15}  {share:16.0%}")
        shown = points[:60]
        plots.decision_regions(network, shown, network(shown), threshold=0.5, title=name, axes=axes)
        axes.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
        axes.get_legend().remove()
    print(
        "\nMidpoints: the middle between two points of the region. All lie inside of the first two,"
    )
    print("which are convex; the third region is in two pieces. (Two layers can do more than this")
    print("AND: the region of XNOR is a band, and that of XOR is what lies on both sides of it.)")

    lesson.picture(
        figure,
        "A line, what four lines enclose, and two pieces joined",
        "직선 하나, 네 직선으로 둘러싸인 영역, 두 영역의 합집합",
    )


if __name__ == "__main__":
    run(show)
