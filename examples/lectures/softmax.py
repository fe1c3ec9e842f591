"""Softmax: scores become probabilities, exp(aₖ) / Σ exp(a).

Why not simply aₖ / Σ a? With negative scores it gives no probabilities, or divides by 0, and among
scores above 1 the largest stands out less.
"""

import numpy as np

from examples.lectures.lesson import run
from nn.functional import softmax
from viz.plots.figure import Figure

SCORES = ([1.5, 3.7], [1.0, 2.0, 4.0], [-1.0, 3.0], [-2.0, 2.0])


def show(lesson):
    """By hand, by the library, and beside the plain share."""
    a = np.array([1.5, 3.7])
    print(f"a                    {vector(a, 1)}")
    print(f"exp(a)               {vector(np.exp(a))}")
    print(f"Σ exp(a)             {np.exp(a).sum():.3f}")
    print(f"exp(a) / Σ exp(a)    {vector(np.exp(a) / np.exp(a).sum())}")
    print(f"softmax(a)           {vector(softmax(a))}\n")

    print("a                    a / Σ a                softmax(a)")
    for scores in map(np.array, SCORES):
        share = vector(scores / scores.sum()) if scores.sum() else "divides by 0"
        print(f"{vector(scores, 1):19}  {share:21}  {vector(softmax(scores))}")

    lesson.picture(
        bars(np.array([1.0, 2.0, 4.0])),
        "Softmax makes the largest score stand out",
        "소프트맥스는 가장 큰 점수를 두드러지게 한다",
    )


def bars(scores):
    """What both make of some scores, side by side."""
    figure = Figure(figsize=(5.2, 3.4), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(scores))
    shares = axes.bar(places - 0.2, scores / scores.sum(), 0.38, label="a / Σ a")
    probabilities = axes.bar(places + 0.2, softmax(scores), 0.38, label="softmax(a)")
    for heights in (shares, probabilities):
        axes.bar_label(heights, fmt="%.2f")
    axes.set(xticks=places, xticklabels=[f"a = {score:g}" for score in scores], ylim=(0, 1))
    axes.legend(loc="upper left")
    return figure


def vector(values, digits=3):
    """Numbers in brackets."""
    return f"({', '.join(f'{value:.{digits}f}' for value in values)})".replace("-", "−")


if __name__ == "__main__":
    run(show)
