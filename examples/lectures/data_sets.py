"""Three data sets: 80 % to train with, 10 % to choose by, 10 % to report.

The training set moves the weights. The validation set chooses what training does not: the number
of layers, the learning rate, when to stop. The test set is looked at once, at the end. Shared out
class by class (stratified), each has every digit as often as the whole.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from viz.plots.figure import Figure


def show(lesson):
    """The small digits, shared out by their numbers."""
    labels = nn.data.load_digits()[1]
    numbers = np.arange(len(labels))
    parts = nn.data.split(numbers, labels, (0.8, 0.1, 0.1), stratified=True, rng=lesson.rng)

    print(f"             images   share    of each digit, 0 to 9\n{'all':10}   {len(labels):6}")
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes, below = figure.subplots(), np.zeros(10)
    for name, (_, digits) in zip(("training", "validation", "test"), parts, strict=True):
        counts = np.bincount(digits, minlength=10)
        share = len(digits) / len(labels)
        listed = " ".join(f"{count:3}" for count in counts)
        print(f"{name:10}   {len(digits):6}   {share:.1%}   {listed}")
        axes.bar(range(10), counts, bottom=below, label=name)
        below += counts
    together = np.concatenate([inputs for inputs, _ in parts])
    print(f"Each image is in one part: {np.array_equal(np.sort(together), numbers)}")

    axes.set(xlabel="digit", ylabel="images", xticks=range(10))
    axes.legend(loc="lower left", bbox_to_anchor=(1, 0), reverse=True)
    lesson.picture(figure, "Training, validation and test set", "훈련·검증·시험 데이터의 분할")


if __name__ == "__main__":
    run(show)
