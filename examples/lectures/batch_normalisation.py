"""Batch normalisation: each unit's values in a mini-batch get the mean 0 and the variance 1.

y = γ (x − μ)/√(σ² + ε) + β, where the scale γ and the shift β are learned. From initial weights far
too small a deep network does not learn, since after some layers all its activations are nearly 0.
Batch normalisation spreads them out, and the network learns.
"""

import numpy as np

import nn
from autodiff import no_grad
from examples.lectures.lesson import run
from nn import functional as F
from viz import plots
from viz.plots.figure import Figure

LAYERS = 4


def network(normalised, rng):
    """Four layers of 50 tanh units, from weights with a standard deviation of 0.01."""
    small = nn.initialisers.Normal(0.01)
    layers, inputs = [nn.Flatten()], 64
    for _ in range(LAYERS):
        layers.append(nn.Affine(inputs, 50, initialiser=small, rng=rng))
        layers += [nn.BatchNorm(50)] if normalised else []
        layers.append(nn.Tanh())
        inputs = 50
    return nn.Sequential(*layers, nn.Affine(inputs, 10, initialiser=small, rng=rng))


def activations(model, x):
    """What comes out of each tanh, by name."""
    outputs = {}
    with no_grad():
        for layer in model:
            x = layer(x)
            if isinstance(layer, nn.Tanh):
                outputs[f"layer {len(outputs) + 1}"] = x
    return outputs


def show(lesson):
    """By hand; then two networks on digits."""
    x = np.array([[1.0, 10.0], [2.0, 30.0], [6.0, 20.0]])
    mean, variance = x.mean(axis=0), x.var(axis=0)
    print("three samples of two features   (1, 10), (2, 30), (6, 20)")
    row("mean", mean)
    row("variance", variance)
    for sample, by_hand, library in zip(
        x, (x - mean) / np.sqrt(variance + 1e-5), F.batch_norm(x), strict=True
    ):
        row(f"normalised ({sample[0]:g}, {sample[1]:g})", by_hand)
        row("  F.batch_norm", library)

    train, _, test = nn.data.split(*nn.data.load_digits(), stratified=True, rng=lesson.rng)
    epochs = 3 if lesson.quick else 20
    figure = Figure(figsize=(10, 5.8), layout="constrained")
    print(f"\n{'four layers of tanh':28}{'layer 4 at first':>18}{'loss':>9}{'test accuracy':>15}")
    for name, normalised, part in zip(
        ("without batch normalisation", "with batch normalisation"),
        (False, True),
        figure.subfigures(2),
        strict=True,
    ):
        model = network(normalised, lesson.rng)
        outputs = activations(model, train[0])
        plots.activation_histograms(outputs, bins=20, value_range=(-1, 1), title=name, figure=part)
        spread = np.std(outputs[f"layer {LAYERS}"])
        history = nn.fit(
            model,
            nn.SoftmaxCE(),
            nn.SGD(model, 0.1),
            train,
            epochs=epochs,
            rng=lesson.rng,
            log=None,
        )
        accuracy = nn.evaluate(model, nn.SoftmaxCE(), test, [nn.accuracy])["accuracy"]
        print(f"{name:28}{spread:18.1e}{history['loss'][-1]:9.4f}{accuracy:15.4f}")
    lesson.picture(
        figure,
        "Activations before training, from weights that are too small",
        "학습 전 각 층의 활성화값 분포: 배치 정규화가 없을 때와 있을 때",
    )


def row(name, values):
    """A line of numbers."""
    print(f"{name:30}{''.join(f'{value:9.4f}' for value in values)}".replace("-", "−"))


if __name__ == "__main__":
    run(show)
