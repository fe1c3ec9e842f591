"""Repeatable runs: the same seed gives the same bits.

A generator of random numbers is handed to all that draws: the split, the initial weights, the order
of the batches. Without one, all of them draw from that of `nn.seed`. (Another machine, or another
version of NumPy, may round differently.)
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from examples.models import TwoLayerNet


def trained(data, epochs, rng=None):
    """A network that was trained with all its chance from one source, and its accuracy."""
    train, test = nn.data.split(*data, (0.8, 0.2), stratified=True, rng=rng)
    model = TwoLayerNet((64,), hidden=20, rng=rng)
    optimizer = nn.SGD(model, learning_rate=0.5)
    nn.fit(model, nn.SoftmaxCE(), optimizer, train, epochs=epochs, rng=rng, log=None)
    return model, model.accuracy(*test)


def bits(model):
    """All weights in bytes."""
    return b"".join(parameter.numpy().tobytes() for parameter in model.parameters())


def show(lesson):
    """Twice with one seed, then with others, then by `nn.seed`."""
    data = nn.data.load_digits()
    epochs = 3 if lesson.quick else 20
    first, accuracy = trained(data, epochs, np.random.default_rng(lesson.seed))

    def row(name, model, accuracy):
        print(f"{name:22}{accuracy:10.4f}   {bits(model) == bits(first)}")

    print(f"{'':22}{'accuracy':>10}   the bits of the first run")
    row(f"rng of seed {lesson.seed}", first, accuracy)
    row(f"rng of seed {lesson.seed}", *trained(data, epochs, np.random.default_rng(lesson.seed)))
    nn.seed(lesson.seed)
    row(f"after nn.seed({lesson.seed})", *trained(data, epochs))
    for seed in (lesson.seed + 1, lesson.seed + 2):
        row(f"rng of seed {seed}", *trained(data, epochs, np.random.default_rng(seed)))
    print("\nThe accuracy of one run says as much about its seed as about its settings:")
    print("hidden_sizes compares settings over several seeds.")


if __name__ == "__main__":
    run(show)
