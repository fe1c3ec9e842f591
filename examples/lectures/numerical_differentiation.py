"""Numerical differentiation: forward and central differences, and why central.

The forward quotient (f(x+h) − f(x))/h is off by about h/2 · f″(x), the central one
(f(x+h) − f(x−h))/2h by h²/6 · f‴(x) only. A tiny h does not help: what is left of the difference
of two nearly equal numbers is their rounding, divided by h. With h = 10⁻⁴ both faults of the
central quotient are small.
"""

import numpy as np

from autodiff import grad, numerical_gradient
from examples.lectures.lesson import run
from viz.plots.figure import Figure

POINT = 1.0
POWERS = np.arange(1, 16)


def show(lesson):
    """The derivative of the sine at 1, by h from 0.1 to 10⁻¹⁵."""
    f, x, h = np.sin, POINT, 1e-4
    print(f"f = sin, x = 1, f′(x) = cos 1 = {np.cos(x):.12f}\n")
    print(f"forward, by hand, h = 10⁻⁴   {(f(x + h) - f(x)) / h:.12f}")
    print(f"central, by hand, h = 10⁻⁴   {(f(x + h) - f(x - h)) / (2 * h):.12f}")
    print(f"numerical_gradient, forward  {numerical_gradient(f, x, h, 'forward'):.12f}")
    print(f"numerical_gradient, central  {numerical_gradient(f, x, h):.12f}")
    print(f"autodiff.grad, exact         {grad(f)(x):.12f}\n")

    steps = 10.0**-POWERS
    forward, central = (errors(steps, method) for method in ("forward", "central"))
    print("h       error, forward   error, central")
    for step, *both in zip(steps, forward, central, strict=True):
        print(f"{step:.0e}   {both[0]:.1e}          {both[1]:.1e}")
    print("\nFrom h = 10⁻² to 10⁻³ the error shrinks")
    print(f"  forward {forward[1] / forward[2]:6.1f} times, as h")
    print(f"  central {central[1] / central[2]:6.1f} times, as h²")

    lesson.picture(
        figure_of(steps, forward, central),
        "Forward and central differences, and their errors",
        "전방 차분과 중심 차분, 그리고 각각의 오차",
    )


def errors(steps, method):
    """How far the quotient is from the derivative, for each step."""
    quotients = [numerical_gradient(np.sin, POINT, step, method) for step in steps]
    return np.abs(np.array(quotients) - np.cos(POINT))


def figure_of(steps, forward, central):
    """On the left the lines whose slopes are taken, with a large h; on the right the errors."""
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    x, h = np.linspace(-0.3, 2.3, 100), 0.9
    left.plot(x, np.sin(x), color="black", label="f = sin")
    left.plot(x, np.sin(POINT) + np.cos(POINT) * (x - POINT), ":", color="C2", label="tangent at x")
    for name, start, color in (("forward", POINT, "C1"), ("central", POINT - h, "C0")):
        ends = np.array([start, POINT + h])
        slope = np.diff(np.sin(ends)) / np.diff(ends)
        left.plot(x, np.sin(start) + slope * (x - start), color=color, label=name)
        left.plot(ends, np.sin(ends), "o", color=color)
    left.set_xticks([POINT - h, POINT, POINT + h], ["x − h", "x", "x + h"])
    left.set_ylim(-0.4, 1.5)
    left.legend()

    right.loglog(steps, forward, "o-", color="C1", label="forward")
    right.loglog(steps, central, "s-", color="C0", label="central")
    right.axvline(1e-4, color="0.6", linestyle="--", label="h = 10⁻⁴")
    right.set(xlabel="h", ylabel="error")
    right.grid(alpha=0.3)
    right.legend()
    return figure


if __name__ == "__main__":
    run(show)
