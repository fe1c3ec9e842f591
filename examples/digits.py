"""Train a two-layer network on real handwritten digits.

Run it by ``make demo``, or ``.venv/bin/python -m examples.digits``. The network of the lectures:
an affine layer, sigmoid, an affine layer, softmax with cross entropy, trained on mini-batches by
gradient descent. The digits are the 1,797 images of 8×8 pixels that come with scikit-learn
(E. Alpaydin and C. Kaynak, UCI repository, 1998).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

import nn
import viz
from examples.figures import neuron
from examples.models import TwoLayerNet
from examples.options import new_file, positive, whole

SHADES = " .:-=+*#%@"


def show(model, images, labels):
    """Print some digits in characters, with what the model takes each for."""
    guesses = model.predict(images).argmax(axis=1)
    pixels = np.rint(images[:, 0] * (len(SHADES) - 1)).astype(int)
    for row in range(pixels.shape[1]):
        print("   ".join("".join(SHADES[p] * 2 for p in digit[row]) for digit in pixels).rstrip())
    verdicts = [
        f"{guess}" if guess == label else f"{guess} (is {label})"
        for guess, label in zip(guesses, labels, strict=True)
    ]
    print("   ".join(verdict.center(16) for verdict in verdicts).rstrip())


def draw(model, images, labels, curves):
    """Draw the network's graph at three levels of detail, and one neuron, beside the curves."""
    names = {"images": images, "labels": labels}
    loss = model.loss(images, labels)
    diagrams = {
        detail: viz.graph(loss, detail=detail, names=names)
        for detail in ("module", "operation", "primitive")
    }
    diagrams["neuron"] = neuron()
    for name, diagram in diagrams.items():
        path = curves.with_name(f"{curves.stem}_{name}.svg")
        diagram.save(path)
        print(
            f"{'the backward flow of a neuron' if name == 'neuron' else f'graph by {name}'}: {path}"
        )


def options_from(arguments):
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="digits",
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    picture = new_file(".png", ".svg", ".pdf")
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
    train, validation, test = nn.data.split(*nn.data.load_digits(), stratified=True, rng=rng)
    model = TwoLayerNet(shape=(64,), hidden=options.hidden, rng=rng)
    print(
        f"{model}\n{len(train[0])} images to train with, {len(validation[0])} for validation, "
        f"{len(test[0])} for the test"
    )
    history = nn.fit(
        model,
        nn.SoftmaxCE(),
        nn.SGD(model, options.learning_rate),
        train,
        validation,
        epochs=options.epochs,
        metrics=[nn.accuracy],
        batch_size=options.batch_size,
        rng=rng,
    )
    print()
    images, labels = test
    print("Four test images, and what the network takes them for:\n")
    show(model, images[:4], labels[:4])
    try:
        if len(history):
            history.to_picture(options.out)
        print(f"\ntest accuracy {model.accuracy(images, labels):.4f}; curves in {options.out}")
        draw(model, images[:4], labels[:4], options.out)
    except OSError as error:
        sys.exit(f"digits: cannot write {error.filename or options.out}: {error.strerror}")
    except viz.RenderingError as error:
        sys.exit(f"digits: {error}")


if __name__ == "__main__":
    main()
