"""Cross-validation: k trainings, each validated on another part.

With few samples one validation set says little: which samples happen to be in it moves the result.
k-fold cross-validation lets each sample validate once, and gives a mean and its spread.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from viz.plots.figure import Figure

FOLDS, SAMPLES = 5, 200


def show(lesson):
    """Five folds of 200 digits."""
    images, labels = (array[:SAMPLES] for array in nn.data.load_digits())
    where = np.zeros((FOLDS, SAMPLES))
    accuracies = []
    print("fold   training   validation   accuracy")
    folds = nn.data.k_fold(labels, FOLDS, stratified=True, rng=lesson.rng)
    for fold, (train, validation) in enumerate(folds):
        model = nn.Sequential(nn.Flatten(), nn.Affine(64, 10, rng=lesson.rng))
        nn.fit(
            model,
            nn.SoftmaxCE(),
            nn.Adam(model, 0.01),
            (images[train], labels[train]),
            epochs=30,
            batch_size=20,
            rng=lesson.rng,
            log=None,
        )
        accuracies.append(nn.accuracy(nn.predict(model, images[validation]), labels[validation]))
        where[fold, validation] = 1
        print(f"{fold + 1:4}   {len(train):8}   {len(validation):10}   {accuracies[-1]:8.3f}")
    mean, spread = np.mean(accuracies), np.std(accuracies, ddof=1)
    print(f"mean ± standard deviation       {mean:.3f} ± {spread:.3f}")
    print(f"Each sample validates once: {bool((where.sum(axis=0) == 1).all())}")

    figure = Figure(figsize=(9, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(where, aspect="auto", cmap="Blues", vmax=1.3, interpolation="nearest")
    axes.set(xlabel="sample", ylabel="fold", yticks=range(FOLDS), yticklabels=range(1, FOLDS + 1))
    axes.set_yticks(np.arange(0.5, FOLDS - 1), minor=True)
    axes.grid(which="minor", color="0.6")
    lesson.picture(
        figure, "Which samples validate in which fold", "k-겹 교차 검증: 폴드별 검증 데이터"
    )


if __name__ == "__main__":
    run(show)
