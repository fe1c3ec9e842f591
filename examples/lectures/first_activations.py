"""Activations: step, sigmoid, ReLU, and their derivatives.

The derivative of the step is 0 wherever it has one: no gradient comes through, and nothing is
learned. That of the sigmoid h is h(1 − h), that of ReLU 0 or 1.
"""

import numpy as np

from autodiff import Tensor, gradients
from examples.lectures.lesson import run
from nn.functional import relu, sigmoid, step
from viz import plots
from viz.plots.figure import Figure

ACTIVATIONS = {"step": step, "sigmoid": sigmoid, "ReLU": relu}


def show(lesson):
    """A few values of each, and the curves."""
    x = Tensor([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0], requires_grad=True)
    print("x               " + row(x))
    for name, f in ACTIVATIONS.items():
        h = f(x)
        (slope,) = gradients(h, [x], seed=np.ones(h.shape))
        print(f"\n{name:16}" + row(h))
        print("its derivative  " + row(slope))
        if f is sigmoid:
            print("h · (1 − h)     " + row(h * (1 - h)))

    figure = Figure(figsize=(9.5, 3), layout="constrained")
    for (name, f), axes in zip(ACTIVATIONS.items(), figure.subplots(1, 3), strict=True):
        plots.activation_function(f, (-3, 3), title=name, axes=axes)
    lesson.picture(
        figure,
        "Activations and their derivatives",
        "활성화 함수와 그 도함수",
    )


def row(values):
    """Numbers with four digits in columns."""
    return "".join(f"{float(value):9.4f}" for value in values).replace("-", "−")


if __name__ == "__main__":
    run(show)
