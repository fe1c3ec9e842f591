"""Convolution of a signal, with the kernel flipped and not.

Mathematics flips the kernel, y[i] = Σ x[i − k] w[k]. Networks do not, y[i] = Σ x[i + k] w[k], which
is called cross-correlation; they learn the kernel, so either will do. An impulse tells the two
apart: convolution gives the kernel back, cross-correlation its mirror image.
"""

import numpy as np

from examples.lectures.lesson import run
from nn import functional as F
from viz.plots.figure import Figure


def convolve(x, w):
    """Σ x[i − k] w[k], where x is 0 outside."""
    y = np.zeros(len(x) + len(w) - 1)
    for i, k in np.ndindex(len(y), len(w)):
        if 0 <= i - k < len(x):
            y[i] += x[i - k] * w[k]
    return y


def correlate(x, w):
    """Σ x[i + k] w[k], where x is 0 outside."""
    x = np.pad(x, len(w) - 1)
    return np.array([x[i : i + len(w)] @ w for i in range(len(x) - len(w) + 1)])


def show(lesson):
    """An impulse, and a signal."""
    w = np.array([1.0, 2.0, 4.0])
    impulse, signal = np.array([0.0, 0.0, 1.0, 0.0, 0.0]), np.array([1.0, 3.0, 0.0, 2.0, 5.0])
    row("kernel w", w)
    # The first product is x[0] w[0] when flipped, and x[0] w[2] when not, which is y[−2].
    flipped, plain = np.arange(7), np.arange(-2, 5)
    row("i of y, flipped", flipped)
    row("i of y, not flipped", plain)
    for name, x in (("impulse x", impulse), ("signal x", signal)):
        batch, kernel = x[None, None], w[None, None]  # (batch, channel, length)
        print()
        row(name, x)
        row("flipped, Σ x[i − k] w[k]", convolve(x, w))
        row("  np.convolve(x, w)", np.convolve(x, w))
        row(
            "  conv1d(x, w, flip_kernel=True)",
            F.conv1d(batch, kernel, padding="full", flip_kernel=True),
        )
        row("not flipped, Σ x[i + k] w[k]", correlate(x, w))
        row("  np.correlate(x, w)", np.correlate(x, w, "full"))
        row("  conv1d(x, w)", F.conv1d(batch, kernel, padding="full"))

    figure = Figure(figsize=(9, 2.8), layout="constrained")
    drawn = {
        "impulse": (np.arange(5), impulse),
        "kernel": (np.arange(3), w),
        "flipped (convolution)": (flipped, convolve(impulse, w)),
        "not flipped (cross-correlation)": (plain, correlate(impulse, w)),
    }
    widths = [len(values) for _, values in drawn.values()]
    panels = figure.subplots(1, 4, sharey=True, width_ratios=widths)
    for axes, (name, (places, values)) in zip(panels, drawn.items(), strict=True):
        axes.bar(places, values, color="#0072B2")
        axes.set_title(name, fontsize=10)
        axes.set(xlabel="k" if name == "kernel" else "i", xticks=places)
    lesson.picture(
        figure,
        "Convolution gives an impulse the kernel's shape, cross-correlation its mirror image",
        "임펄스와의 합성곱은 커널 그대로, 교차 상관은 좌우로 뒤집힌 커널",
    )


def row(name, values):
    """A line of numbers."""
    print(f"{name:34}{''.join(f'{value:5.0f}' for value in np.ravel(values))}".replace("-", "−"))


if __name__ == "__main__":
    run(show)
