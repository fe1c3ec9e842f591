"""Train a two-layer network on real handwritten digits.

Run it by ``make demo``, or ``.venv/bin/python -m examples.digits``. The network of the lectures:
an affine layer, sigmoid, an affine layer, softmax with cross entropy, trained on mini-batches by
gradient descent. The digits are the 1,797 images of 8×8 pixels that come with scikit-learn
(E. Alpaydin and C. Kaynak, UCI repository, 1998).
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.datasets import load_digits
from tqdm import tqdm

import nn
from autodiff import no_grad

TEST_IMAGES = 360
SHADES = " .:-=+*#%@"


def load(rng):
    """Images as rows of 64 numbers from 0 to 1, and labels: training and test, shuffled."""
    images, labels = load_digits(return_X_y=True)
    order = rng.permutation(len(images))
    images, labels = (images[order] / 16).astype(np.float32), labels[order]
    return (images[TEST_IMAGES:], labels[TEST_IMAGES:]), (
        images[:TEST_IMAGES],
        labels[:TEST_IMAGES],
    )


def predict(model, images):
    """The most probable digit of each image."""
    with no_grad():
        return model(images).argmax(axis=1)


def accuracy(model, images, labels):
    """The part of the images whose digit is predicted right."""
    return float(np.mean(predict(model, images) == labels))


def train(model, train_set, test_set, options, rng):
    """Fit the model and yield, after each epoch, its loss and both accuracies."""
    images, labels = train_set
    loss = nn.SoftmaxCE()
    optimizer = nn.SGD(model, options.learning_rate)
    starts = range(0, len(images), options.batch_size)
    with tqdm(total=options.epochs * len(starts), unit="batch", disable=None) as bar:
        for _ in range(options.epochs):
            order = rng.permutation(len(images))
            total = 0.0
            for start in starts:
                batch = order[start : start + options.batch_size]
                value = loss(model(images[batch]), labels[batch])
                value.backward()
                optimizer.step()
                optimizer.zero_grad()
                total += value.item() * len(batch)
                bar.update()
            yield total / len(images), accuracy(model, *train_set), accuracy(model, *test_set)


def show(model, images, labels, count):
    """Print some digits in characters, with what the model takes each for."""
    guesses = predict(model, images[:count])
    pixels = np.rint(images[:count] * (len(SHADES) - 1)).astype(int).reshape(count, 8, 8)
    for row in range(8):
        print("   ".join("".join(SHADES[p] * 2 for p in digit[row]) for digit in pixels).rstrip())
    verdicts = [
        f"{guess}" if guess == label else f"{guess} (is {label})"
        for guess, label in zip(guesses, labels, strict=False)
    ]
    print("   ".join(verdict.center(16) for verdict in verdicts).rstrip())


def draw(history, path):
    """Write the curves of loss and accuracy to a picture, whole or not at all."""
    losses, train_accuracies, test_accuracies = zip(*history, strict=True)
    epochs = range(1, len(history) + 1)
    marker = "o" if len(history) < 10 else ""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(epochs, losses, marker=marker, color="tab:red")
    left.set(title="Loss", xlabel="epoch", ylabel="cross entropy", ylim=(0, None))
    right.plot(epochs, train_accuracies, "--", marker=marker, color="tab:blue", label="training")
    right.plot(epochs, test_accuracies, marker=marker, color="tab:orange", label="test")
    right.set(title="Accuracy", xlabel="epoch", ylabel="share right", ylim=(0, 1.02))
    right.legend(loc="lower right")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.set_xlim(0.5, len(history) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    unfinished = path.with_name(f".{path.name}.unfinished{path.suffix}")
    try:
        figure.savefig(unfinished, dpi=120)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def whole(smallest):
    """A parser of whole numbers, for argparse."""

    def parse(text):
        try:
            value = int(text)
        except ValueError:
            value = smallest - 1
        if value < smallest:
            raise argparse.ArgumentTypeError(
                f"{text!r}; expected a whole number, at least {smallest}"
            )
        return value

    return parse


def positive(text):
    """A parser of positive numbers, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a positive number")
    return value


def picture(text):
    """A parser of paths of pictures that can be written, for argparse."""
    path = Path(text)
    if path.suffix not in (".png", ".svg", ".pdf"):
        raise argparse.ArgumentTypeError(f"{text!r}; expected a name in .png, .svg or .pdf")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot write {path}: {error.strerror}") from None
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        why = "it is a folder" if path.is_dir() else f"{path.parent} cannot be written"
        raise argparse.ArgumentTypeError(f"cannot write {path}: {why}")
    return path


def options_from(arguments):
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="digits",
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--epochs", type=whole(1), default=100, help="walks through the images")
    parser.add_argument("--batch-size", type=whole(1), default=100, help="images a step")
    parser.add_argument("--learning-rate", type=positive, default=1.0, help="length of a step")
    parser.add_argument("--hidden", type=whole(1), default=50, help="hidden units")
    parser.add_argument("--seed", type=whole(0), default=0, help="of all that is random")
    parser.add_argument("--out", type=picture, default="out/digits.png", help="the curves")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, show, draw."""
    options = options_from(arguments)
    rng = np.random.default_rng(options.seed)
    train_set, test_set = load(rng)
    model = nn.Sequential(
        nn.Affine(64, options.hidden, rng=rng),
        nn.Sigmoid(),
        nn.Affine(options.hidden, 10, rng=rng),
    )
    count = sum(parameter.size for parameter in model.parameters())
    print(
        f"{model}\n{count:,} parameters, {len(train_set[0])} training images, "
        f"{len(test_set[0])} test images"
    )
    history = []
    for epoch, figures in enumerate(train(model, train_set, test_set, options, rng), start=1):
        history.append(figures)
        loss, on_training, on_test = figures
        tqdm.write(
            f"epoch {epoch:3}  loss {loss:.6f}  training accuracy {on_training:.4f}  "
            f"test accuracy {on_test:.4f}",
            file=sys.stdout,
        )
    print()
    show(model, *test_set, count=4)
    try:
        draw(history, options.out)
    except OSError as error:
        sys.exit(f"digits: cannot write {options.out}: {error.strerror}")
    print(f"\ntest accuracy {history[-1][2]:.4f}; curves in {options.out}")


if __name__ == "__main__":
    main()
