"""Train one of the lectures' networks on the handwritten digits of MNIST.

``python -m examples.mnist --data DIR --model deep`` reads the images from a folder, as IDX files
or CSV; with ``--download`` it fetches what is missing there. Without any, it takes the 1,797 small
digits that come with scikit-learn. Settings are chosen by the validation images; the test images
are looked at once, at the end.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import nn
from examples.models import MODELS
from examples.options import new_file, positive, whole

BATCH = 100
STEPS = 80
"""How many an epoch has with 8,000 images, for which the recipes were chosen."""


@dataclass(frozen=True)
class Recipe:
    """How a network is trained unless the command line says else."""

    optimizer: type[nn.Optimizer]
    learning_rate: float
    epochs: int
    shift: int


RECIPES = {
    "two-layer": Recipe(nn.Momentum, 0.2, epochs=100, shift=1),
    "simple": Recipe(nn.Adam, 0.002, epochs=12, shift=0),
    "deep": Recipe(nn.Adam, 0.001, epochs=20, shift=1),
}


def load(folder, download, rng):
    """Training, validation and test images with labels, and where they come from."""
    if folder is not None:
        if not download and not Path(folder).is_dir():
            sys.exit(f"mnist: there is no folder {folder}; --download makes it, and fetches MNIST")
        for fetch in (True, False) if download else (False,):
            try:
                return nn.data.load_mnist(folder, download=fetch), f"MNIST in {folder}"
            except (FileNotFoundError, ConnectionError) as error:
                print(f"{error}\n")
        print("so this trains on scikit-learn's digits\n")
    digits = nn.data.split(*nn.data.load_digits(), stratified=True, rng=rng)
    return nn.data.Splits(*digits), "scikit-learn's digits"


def options_from(arguments):
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="mnist", description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="DIR", help="folder of MNIST, as IDX files or CSV")
    parser.add_argument("--download", action="store_true", help="fetch what is missing in it")
    parser.add_argument(
        "--model", choices=MODELS, default="two-layer", help="the network (default: two-layer)"
    )
    each = {
        name: ", ".join(f"{model} {getattr(r, name)}" for model, r in RECIPES.items())
        for name in ("epochs", "learning_rate", "shift")
    }
    parser.add_argument(
        "--epochs",
        type=whole(1),
        help=f"walks through the images (default: {each['epochs']}; more if they are few)",
    )
    parser.add_argument(
        "--learning-rate",
        type=positive,
        help=f"of the first step (default: {each['learning_rate']})",
    )
    parser.add_argument(
        "--shift",
        type=whole(0),
        help=f"pixels that images are moved by at random (default: {each['shift']})",
    )
    parser.add_argument(
        "--seed", type=whole(0), default=0, help="of all that is random (default: 0)"
    )
    parser.add_argument("--out", type=new_file(".png", ".svg", ".pdf"), help="picture of curves")
    parser.add_argument("--csv", type=new_file(".csv"), help="table of the epochs")
    parser.add_argument(
        "--checkpoint", type=new_file(".safetensors"), help="written after each epoch"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    options = parser.parse_args(arguments)
    if options.download and options.data is None:
        parser.error("--download needs --data DIR, the folder to download to")
    if options.resume and options.checkpoint is None:
        parser.error("--resume needs --checkpoint FILE, the file to go on from")
    for name, value in vars(RECIPES[options.model]).items():
        if name != "epochs" and getattr(options, name, None) is None:
            setattr(options, name, value)
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """Load, train, test."""
    options = options_from(arguments)
    rng = np.random.default_rng(options.seed)
    try:
        (train, validation, test), source = load(options.data, options.download, rng)
    except ValueError as error:
        sys.exit(f"mnist: {error}")
    shape = train[0].shape[1:]
    model = MODELS[options.model](shape, rng=rng)
    print(
        f"{source}: {len(train[0])} images to train with, {len(validation[0])} for validation, "
        f"{len(test[0])} for the test\n"
    )
    nn.summary(model, shape)
    print()
    augment = [nn.data.Shift(options.shift)] if options.shift else []
    batches = nn.data.Batches(*train, BATCH, augment=augment, rng=rng)
    if options.epochs is None:  # small data needs more walks for as many steps
        epochs = RECIPES[options.model].epochs
        options.epochs = max(epochs, epochs * STEPS // len(batches))
    schedule = nn.schedules.CosineDecay(options.learning_rate, options.epochs * len(batches))
    try:
        history = nn.fit(
            model,
            nn.SoftmaxCE(),
            options.optimizer(model, schedule),
            batches,
            validation,
            epochs=options.epochs,
            metrics=[nn.accuracy],
            checkpoint=options.checkpoint,
            resume=options.resume,
        )
    except (ValueError, FileExistsError) as error:
        sys.exit(f"mnist: {error}")
    if not len(history):
        return
    if options.csv is not None:
        history.to_csv(options.csv)
    if options.out is not None:
        history.to_picture(options.out)
    result = nn.evaluate(model, nn.SoftmaxCE(), test, [nn.accuracy])
    print(f"\ntest loss {result['loss']:.4f}, test accuracy {result['accuracy']:.4f} on {source}")


if __name__ == "__main__":
    main()
