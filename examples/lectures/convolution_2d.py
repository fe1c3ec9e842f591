"""Convolution of an image, with the kernel flipped and not.

A true convolution turns the kernel by 180° and slides it over the image, which has a border of one
zero here; a stride of 2 leaves out every second place. Not turned, the numbers are others.
"""

import numpy as np

from examples.lectures.lesson import run
from nn import functional as F
from viz.plots.figure import Figure


def slide(kernel, image, stride=1):
    """The sum of products at each place of the kernel."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows[::stride, ::stride] * kernel).sum(axis=(2, 3))


def show(lesson):
    """An image of 3 × 3 and a kernel of 3 × 3."""
    X = np.array([[2.0, 1, 2], [5, 0, 1], [1, 7, 3]])
    W = np.array([[0.5, 0.7, 0.4], [0.3, 0.4, 0.1], [0.5, 1, 0.5]])
    turned, padded = np.rot90(W, 2), np.pad(X, 1)

    def library(**options):
        return F.conv2d(X[None, None], W[None, None], padding=1, **options)[0, 0]

    table("image X", X)
    table("kernel W", W)
    table("turned kernel Wʳ", turned)
    flipped = slide(turned, padded)
    table("true convolution, stride 1", flipped)
    table("  conv2d(X, W, padding=1, flip_kernel=True)", library(flip_kernel=True))
    table("true convolution, stride 2", slide(turned, padded, stride=2))
    table("  conv2d(…, stride=2, flip_kernel=True)", library(stride=2, flip_kernel=True))
    plain = slide(W, padded)
    table("not flipped, stride 1", plain)
    table("  conv2d(X, W, padding=1)", library())
    corner = padded[:3, :3] * turned
    terms = " + ".join(
        f"{w:g} · {x:g}" for w, x in zip(turned[1:, 1:].flat, X[:2, :2].flat, strict=True)
    )
    print(f"the corner of the first: {terms} = {corner.sum():.1f}")

    figure = Figure(figsize=(8, 5.6), layout="constrained")
    matrices = {
        "X with padding 1": padded,
        "W": W,
        "Wʳ: W turned by 180°": turned,
        "true convolution": flipped,
        "the same, stride 2": slide(turned, padded, stride=2),
        "not flipped": plain,
    }
    met = {"X with padding 1": 3, "true convolution": 1}  # the first place of the kernel, coloured
    for axes, (name, matrix) in zip(figure.subplots(2, 3).flat, matrices.items(), strict=True):
        colours = np.full(matrix.shape, "#FFFFFF")
        colours[: met.get(name, 0), : met.get(name, 0)] = "#FBE3C0"
        texts = [[f"{value:.3g}" for value in row] for row in matrix]
        axes.table(texts, colours, "center", bbox=(0, 0, 1, 1))
        axes.set(title=name, box_aspect=1)
        axes.set_axis_off()
    lesson.picture(
        figure,
        "The turned kernel on the coloured part of X gives the coloured number",
        "X의 색칠한 부분에 180° 돌린 커널 Wʳ를 곱해 모두 더하면 색칠한 값이 된다",
    )


def table(name, matrix):
    """A matrix, with its name before the first row."""
    for number, row in enumerate(np.asarray(matrix)):
        print(f"{'' if number else name:44}{''.join(f'{value:6.1f}' for value in row)}")


if __name__ == "__main__":
    run(show)
