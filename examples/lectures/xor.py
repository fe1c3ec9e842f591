"""XOR: one perceptron cannot, two and a third can.

No line separates (0, 1) and (1, 0) from (0, 0) and (1, 1). Two lines do: what lies between them is
one class. Which class it is, the last perceptron says, and turning it round makes XOR of XNOR.
"""

import numpy as np

from examples.lectures.lesson import run
from nn.functional import affine, step
from viz import plots
from viz.plots.figure import Figure

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR = np.array([0, 1, 1, 0])


def hidden(x):
    """h₁ = f(x₁ − x₂ + 0.5) and h₂ = f(x₁ − x₂ − 0.5)."""
    return step(affine(x, np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([0.5, -0.5])))


def xnor(x):
    """y = f(h₁ − h₂ − 0.5), the slide's formula."""
    return step(affine(hidden(x), np.array([[1.0], [-1.0]]), np.array([-0.5])))


def xor(x):
    """y = f(−h₁ + h₂ + 0.5): all signs of the last perceptron turned round."""
    return step(affine(hidden(x), np.array([[-1.0], [1.0]]), np.array([0.5])))


def show(lesson):
    """The best single line, the slide's formula, and what follows from it."""
    w1, w2, b = (w.ravel() for w in np.meshgrid(*[np.arange(-20, 21)] * 3))
    right = (step(CORNERS @ np.array([w1, w2]) + b) == XOR[:, None]).sum(axis=0)
    print(f"One perceptron, w₁, w₂, b = −20, −19, …, 20: {len(b):,} of them, all tried.")
    print(f"The best get {right.max()} of the 4 points of XOR right. No other can get more:")
    print("b < 0, w₁ + b ≥ 0 and w₂ + b ≥ 0 give w₁ + w₂ + b ≥ −b > 0, so (1, 1) is 1 as well.\n")

    h, y, turned = hidden(CORNERS), xnor(CORNERS), xor(CORNERS)
    print("x₁  x₂  h₁  h₂  f(h₁ − h₂ − 0.5)  f(−h₁ + h₂ + 0.5)  XOR")
    for x, (h1, h2), (one,), (other,), t in zip(CORNERS, h, y, turned, XOR, strict=True):
        print(f"{x[0]:2}  {x[1]:2}  {h1:2.0f}  {h2:2.0f}  {one:16.0f}  {other:17.0f}  {t:3}")
    print("\nThe slide calls f(h₁ − h₂ − 0.5) XOR, but it is 1 for (0, 0) and (1, 1): it is XNOR.")
    print(f"With f = 1 for x ≤ 0, as the slide prints it, y is {mirrored()}; it must be x ≥ 0.")

    best = right.argmax()

    def single(x):
        return step(affine(x, np.array([[w1[best]], [w2[best]]]), b[best : best + 1]))

    lesson.picture(
        regions({"one perceptron": single, "XNOR": xnor, "XOR": xor}),
        "One line cannot separate XOR; two can",
        "XOR는 직선 하나로는 분리할 수 없지만 둘이면 분리할 수 있다",
    )


def mirrored():
    """What the slide's formula gives at the corners if f is 1 where x ≤ 0."""
    difference = CORNERS[:, 0] - CORNERS[:, 1]
    h1, h2 = difference + 0.5 <= 0, difference - 0.5 <= 0
    return ", ".join(f"{y:.0f}" for y in 1.0 * h1 - h2 - 0.5 <= 0)


def regions(networks):
    """The decision regions of each, with the points of XOR (of XNOR for that)."""
    figure = Figure(figsize=(9.5, 3.2), layout="constrained")
    for axes, (name, network) in zip(figure.subplots(1, 3), networks.items(), strict=True):
        labels = 1 - XOR if network is xnor else XOR
        plots.decision_regions(
            network,
            CORNERS,
            labels,
            threshold=0.5,
            names=("0", "1"),
            x_range=(-0.6, 1.6),
            y_range=(-0.6, 1.6),
            title=name,
            axes=axes,
        )
        axes.set(xlabel="x₁", ylabel="x₂", aspect="equal")
        if network is not xor:
            axes.get_legend().remove()
    return figure


if __name__ == "__main__":
    run(show)
