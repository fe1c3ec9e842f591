"""Initial weights: Xavier for sigmoid, He for ReLU, against a bad start.

Through five layers of 100 units the activations must neither all be 0 or 1 nor all be the same.
Too large weights saturate the sigmoid, too small ones make all units alike.
"""

import math

import nn
from autodiff import no_grad
from examples.lectures.lesson import run
from nn.functional import relu, sigmoid
from nn.initialisers import He, Normal, Xavier
from viz import plots
from viz.plots.figure import Figure

UNITS, LAYERS = 100, 5
SIGMOID = {"deviation 1": Normal(1.0), "deviation 0.01": Normal(0.01), "Xavier": Xavier()}
RELU = {"deviation 0.01": Normal(0.01), "Xavier": Xavier(), "He": He()}


def activations(activation, initialiser, x, rng):
    """What each layer puts out, by its name."""
    outputs = {}
    with no_grad():
        for number in range(1, LAYERS + 1):
            x = activation(nn.Affine(UNITS, UNITS, initialiser=initialiser, rng=rng)(x))
            outputs[f"layer {number}"] = x.numpy()
    return outputs


def compare(name, activation, initialisers, value_range, x, rng):
    """Print the spread of each layer's activations, and draw every second layer."""
    figure = Figure(figsize=(8, 2.7 * len(initialisers)), layout="constrained")
    print(f"\nstandard deviation of the activations, {name}")
    for row, (start, initialiser) in zip(
        figure.subfigures(len(initialisers)), initialisers.items(), strict=True
    ):
        outputs = activations(activation, initialiser, x, rng)
        spread = "  ".join(f"{values.std():.5f}" for values in outputs.values())
        print(f"  {start:14}   {spread}")
        active = {layer: values[values > 0] for layer, values in list(outputs.items())[::2]}
        plots.activation_histograms(
            active, bins=20, value_range=value_range, title=start, figure=row
        )
    return figure


def show(lesson):
    """1,000 samples of 100 normal numbers."""
    x = lesson.rng.normal(size=(1000, UNITS))
    print("of the weights          formula            value    of 10,000 drawn")
    for name, initialiser, formula, deviation in (
        ("Xavier", Xavier(), "√(2/(n_in + n_out))", math.sqrt(2 / (UNITS + UNITS))),
        ("He", He(), "√(2/n_in)", math.sqrt(2 / UNITS)),
    ):
        weights = nn.Affine(UNITS, UNITS, initialiser=initialiser, rng=lesson.rng).weight.numpy()
        print(f"{name:6}   {formula:>24}   {deviation:12.4f}   {weights.std():16.4f}")
    print("The slide writes Xavier's as √(2/n), where its n is n_in + n_out.")
    lesson.picture(
        compare("sigmoid", sigmoid, SIGMOID, (0, 1), x, lesson.rng),
        "Sigmoid: the activations of layers 1, 3 and 5",
        "시그모이드: 가중치 초깃값에 따른 1, 3, 5층의 활성화값 분포",
        name="sigmoid",
    )
    lesson.picture(
        compare("ReLU", relu, RELU, (0, 3), x, lesson.rng),
        "ReLU: the activations above 0 of layers 1, 3 and 5",
        "ReLU: 가중치 초깃값에 따른 1, 3, 5층의 활성화값 분포 (0 초과)",
        name="relu",
    )


if __name__ == "__main__":
    run(show)
