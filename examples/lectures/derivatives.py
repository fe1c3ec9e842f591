"""Derivatives of functions of one variable, by formula and by the library.

The derivative of a constant is 0, of a line its slope everywhere; that of a curve depends on x.
"""

from autodiff import Tensor, grad
from examples.lectures.lesson import run
from viz import plots
from viz.plots.figure import Figure

FUNCTIONS = (
    ("3", lambda x: Tensor(3.0), "0", lambda x: 0.0),
    ("x", lambda x: x, "1", lambda x: 1.0),
    ("2x", lambda x: 2 * x, "2", lambda x: 2.0),
    ("x + 3", lambda x: x + 3, "1", lambda x: 1.0),
    ("x²", lambda x: x**2, "2x", lambda x: 2 * x),
    (
        "3x⁴ − 2x³ + 2",
        lambda x: 3 * x**4 - 2 * x**3 + 2,
        "12x³ − 6x²",
        lambda x: 12 * x**3 - 6 * x**2,
    ),
)
"""Each with its derivative."""

POINTS = (-1.0, 1.0, 2.0)


def show(lesson):
    """Each function at a few points."""
    places = "".join(f"{f'x = {x:g}':>10}" for x in POINTS)
    print(f"f              f′          {places}".replace("-", "−"))
    for f_name, f, slope_name, slope in FUNCTIONS:
        print(f"{f_name:13}  {slope_name:10}  {values(slope)}  by formula")
        print(f"{'':27}{values(grad(f))}  by grad")

    figure = Figure(figsize=(9.5, 5.4), layout="constrained")
    for (name, f, *_), axes in zip(FUNCTIONS, figure.subplots(2, 3).flat, strict=True):
        plots.activation_function(lambda x, f=f: f(x) + 0 * x, (-0.8, 1.1), title=name, axes=axes)
    lesson.picture(figure, "Functions and their derivatives", "함수와 그 도함수")


def values(f):
    """A function at all points."""
    return "".join(f"{f(x):10.4f}" for x in POINTS).replace("-", "−")


if __name__ == "__main__":
    run(show)
