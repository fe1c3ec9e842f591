"""Hidden sizes compared over several seeds, with images from a CSV file.

One run of each size says little: another seed gives another accuracy. The mean over seeds and
their spread, a standard deviation, say which differences are more than chance.
"""

import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import nn
from examples.lectures.lesson import run
from examples.models import TwoLayerNet

SIZES = (5, 10, 20, 50, 100)


def written(lesson, path):
    """Write a file with a row an image, its label first, and give the lightest pixel's value."""
    if lesson.data is None:
        (images, labels), lightest = nn.data.load_digits(), 16
    else:
        (images, labels), lightest = nn.data.load_mnist(lesson.data).train, 255
        images, labels = images[:5000], labels[:5000]
    pixels = np.rint(images.reshape(len(images), -1) * lightest)
    np.savetxt(path, np.column_stack([labels, pixels]), "%d", delimiter=",")
    return lightest


def accuracy(images, labels, hidden, seed, epochs):
    """Of a network of so many hidden units, on images that it has not seen."""
    rng = np.random.default_rng(seed)
    train, test = nn.data.split(images, labels, (0.8, 0.2), stratified=True, rng=rng)
    model = TwoLayerNet(images.shape[1:], hidden, rng=rng)
    optimizer = nn.Adam(model, learning_rate=0.01)
    nn.fit(model, nn.SoftmaxCE(), optimizer, train, epochs=epochs, rng=rng, log=None)
    return model.accuracy(*test)


def show(lesson):
    """A table and a picture: a dot a seed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.csv"
        lightest = written(lesson, path)
        images, labels = nn.data.read_csv(path, classes=10)
    images /= lightest
    seeds = range(lesson.seed, lesson.seed + (3 if lesson.quick else 5))
    epochs = 3 if lesson.quick else 20
    darkest, brightest = images.min(), images.max()
    print(f"{len(images)} images of {images.shape[1]} pixels from {darkest:g} to {brightest:g}\n")
    print("test accuracy")
    print(f"hidden    mean ± spread   seeds {', '.join(map(str, seeds))}")
    figure = Figure(figsize=(6, 3.8), layout="constrained")
    axes = figure.subplots()
    table = []
    for place, hidden in enumerate(SIZES):
        scores = [accuracy(images, labels, hidden, seed, epochs) for seed in seeds]
        mean, spread = np.mean(scores), np.std(scores, ddof=1)
        table.append(scores)
        each = " ".join(f"{score:.4f}" for score in scores)
        print(f"{hidden:6}  {mean:.4f} ± {spread:.4f}   {each}")
        axes.plot([place - 0.15] * len(scores), scores, "o", color="0.5", markersize=5)
        axes.errorbar(place, mean, spread, fmt="s", color="C0", capsize=5)
    best = [SIZES[place] for place in np.argmax(table, axis=0)]
    print(f"\nthe best size, seed by seed: {', '.join(map(str, best))}")
    axes.set_xticks(range(len(SIZES)), SIZES)
    axes.set(xlabel="hidden units", ylabel="test accuracy")
    axes.grid(alpha=0.3)
    lesson.picture(
        figure,
        f"Test accuracy over {len(seeds)} seeds: each, and mean ± standard deviation",
        f"은닉 노드 수에 따른 정확도: 시드 {len(seeds)}개의 평균과 표준편차",
    )


if __name__ == "__main__":
    run(show)
