"""Padding: full, same and valid.

Zeros around a signal decide how many places the kernel has on it. With full padding the output
grows, with same padding it is as long as the input, with none (valid) it shrinks.
"""

import numpy as np

from examples.lectures.lesson import run
from nn import functional as F
from viz.plots.figure import Figure


def show(lesson):
    """Five numbers and a kernel of three; then an image."""
    x, w = np.array([1.0, 3.0, 0.0, 2.0, 5.0]), np.array([1.0, 2.0, 4.0])
    borders = {"full": len(w) - 1, "same": (len(w) - 1) // 2, "valid": 0}
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    panels = figure.subplots(3, 1)

    print("x = (1, 3, 0, 2, 5), w = (1, 2, 4), which is not flipped\n")
    for axes, (name, p) in zip(panels, borders.items(), strict=True):
        padded = np.pad(x, p)
        y = np.array([padded[i : i + len(w)] @ w for i in range(len(padded) - len(w) + 1)])
        row(f"{name}, p = {p}", y)
        row(f'  np.correlate(x, w, "{name}")', np.correlate(x, w, name))
        row(
            f'  conv1d(x, w, padding="{name}")',
            F.conv1d(x[None, None], w[None, None], padding=name),
        )

        colours = ["#E5E5E5"] * p + ["#CFE4F3"] * len(x) + ["#E5E5E5"] * p
        cells(axes, padded, 2 - p, 0.52, colours)
        cells(axes, y, 3 - p, 0.08, ["#FBE3C0"] * len(y))
        axes.text(-0.04, 0.5, f"{name}\np = {p}", ha="right", va="center")
        axes.set_axis_off()

    image, kernel = lesson.rng.normal(size=(1, 1, 6, 8)), lesson.rng.normal(size=(1, 1, 3, 3))
    print("\na kernel of 3 × 3 on an image of 6 × 8")
    for name in borders:
        height, width = F.conv2d(image, kernel, padding=name).shape[2:]
        print(f"  {name:8}{height} × {width}")

    lesson.picture(
        figure,
        "The signal with its border of zeros (above), and the output (below)",
        "0으로 패딩한 입력(위)과 출력(아래): full, same, valid",
    )


def row(name, values):
    """A line of numbers."""
    values = np.ravel(values)
    print(f"{name:34}{len(values)} numbers {''.join(f'{value:5.0f}' for value in values)}")


def cells(axes, values, left, bottom, colours):
    """Numbers in boxes, of which nine stand side by side."""
    axes.table(
        [[f"{value:.0f}" for value in values]],
        [colours],
        "center",
        bbox=(left / 9, bottom, len(values) / 9, 0.38),
    )


if __name__ == "__main__":
    run(show)
