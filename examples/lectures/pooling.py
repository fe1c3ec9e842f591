"""Max and mean pooling.

Each window of 2 × 2 becomes one number, its largest or its mean. Where in its window the largest
lies, and what the others are, does not matter to max pooling: this is local invariance. So two
images that differ have the same max pooling here; mean pooling tells them apart.
"""

import numpy as np

from examples.lectures.lesson import run
from nn import functional as F
from viz.plots.figure import Figure

X1 = """10 255 125 0 170 100
        70 255 105 25 25 70
        255 0 150 0 10 10
        0 255 10 10 150 20
        70 15 200 100 95 0
        25 25 100 20 0 60"""
X2 = """100 100 100 50 100 50
        95 255 100 125 125 170
        80 40 10 10 125 150
        255 30 150 20 120 125
        30 30 150 100 70 70
        70 30 100 200 70 95"""


def show(lesson):
    """By hand, where the windows are axes 1 and 3, and by the library."""
    figure = Figure(figsize=(8.5, 5.8), layout="constrained")
    pooled = []
    for name, text, panels in zip(("X₁", "X₂"), (X1, X2), figure.subplots(2, 3), strict=True):
        image = np.array(text.split(), float).reshape(6, 6)
        windows = image.reshape(3, 2, 3, 2)
        by_hand = windows.max(axis=(1, 3)), windows.mean(axis=(1, 3))
        batch = image[None, None]
        library = F.max_pool(batch, 2)[0, 0], F.average_pool(batch, 2)[0, 0]
        table(name, image, ".0f")
        table(f"{name}, max", by_hand[0], ".0f")
        table(f"  max_pool({name}, 2)", library[0], ".0f")
        table(f"{name}, mean", by_hand[1], ".2f")
        table(f"  average_pool({name}, 2)", library[1], ".2f")
        print()
        pooled.append(by_hand)
        for axes, title, matrix in zip(
            panels, (name, f"{name}, max", f"{name}, mean"), (image, *by_hand), strict=True
        ):
            draw(axes, title, matrix)
    (max1, mean1), (max2, mean2) = pooled
    print(f"max pooling the same: {(max1 == max2).all()}", end="; ")
    print(f"mean pooling the same: {(mean1 == mean2).all()}")

    lesson.picture(
        figure,
        "Two images with the same max pooling; the mean tells them apart",
        "최대 풀링 결과는 같고 평균 풀링 결과는 다른 두 이미지",
    )


def table(name, matrix, form):
    """A matrix, with its name before the first row."""
    for number, row in enumerate(matrix):
        print(f"{'' if number else name:22}{''.join(f'{value:8{form}}' for value in row)}")


def draw(axes, title, matrix):
    """An image with the numbers of its pixels, and the edges of the windows."""
    axes.imshow(matrix, cmap="gray", vmin=0, vmax=255)
    for (row, column), value in np.ndenumerate(matrix):
        colour = "white" if value < 128 else "black"
        axes.text(column, row, f"{value:g}", ha="center", va="center", color=colour, fontsize=9)
    step = len(matrix) // 3
    axes.set_xticks(np.arange(step, len(matrix), step) - 0.5, [])
    axes.set_yticks(np.arange(step, len(matrix), step) - 0.5, [])
    axes.grid(color="#E69F00", linewidth=2)
    axes.tick_params(length=0)
    axes.set_title(title)


if __name__ == "__main__":
    run(show)
