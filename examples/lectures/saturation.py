"""Saturation: why inputs are kept in 0.01 to 1.0, and targets in 0.01 to 0.99.

A large sum makes σ flat, and σ′ = σ(1 − σ) is a factor of every update. An input of 0 makes an
update 0. A target of 1 is never reached, so that the weights grow without end.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from nn.functional import half_sse, sigmoid
from viz import plots


def learn(target):
    """How the weight of a node with one input, 1, goes to a target."""
    weight = nn.Parameter([0.0])
    optimizer = nn.SGD([weight], learning_rate=20.0)
    for update in range(1, 2001):
        optimizer.zero_grad()
        half_sse(sigmoid(weight), np.array([target])).backward()
        optimizer.step()
        if update in (20, 200, 2000):
            y = sigmoid(weight).item()
            print(f"{target:6}{update:9,}{weight.item():9.3f}{y:9.5f}")


def show(lesson):
    """σ and σ′ for sums, updates for inputs, weights for targets."""
    print(f"{'sum':>5}{'σ':>12}{'σ′ = σ(1 − σ)':>18}")
    for total in (0, 2, 4.6, 10, 15):
        y = sigmoid(float(total)).item()
        print(f"{total:5}{y:12.8f}{y * (1 - y):18.8f}")

    pixels = np.array([0, 128, 255])
    inputs = pixels / 255 * 0.99 + 0.01
    print(f"\npixels {pixels} / 255 · 0.99 + 0.01 = inputs {inputs.round(3)}")
    for name, row in (("pixels", pixels), ("inputs", inputs)):
        y = sigmoid(0.1 * row.sum()).item()
        updates = 0.1 * 0.8 * y * (1 - y) * row
        print(f"updates of weights 0.1 for e = 0.8 with these {name}: {updates}")
    print("Inputs are kept in 0.01 to 1.0; the slide prints 0.0 to 0.1, and 0 stops the update.")

    print(f"\n{'target':>6}{'updates':>9}{'weight':>9}{'output':>9}")
    learn(0.99)
    learn(1.0)
    print("Targets are kept in 0.01 to 0.99: σ reaches 0.99 at ln 99 = 4.595, and 1 nowhere.")

    figure = plots.activation_function(sigmoid, (-10, 10), title="")
    (axes,) = figure.axes
    for text, name in zip(axes.get_legend().get_texts(), ("σ(x)", "σ′(x)"), strict=True):
        text.set_text(name)
    edge = np.log(99)
    for left, right in ((-10, -edge), (edge, 10)):
        axes.axvspan(left, right, color="0.5", alpha=0.2, linewidth=0)
    axes.set_xlim(-10, 10)
    lesson.picture(
        figure,
        "Grey: σ below 0.01 or above 0.99, where it is almost flat",
        "회색: 시그모이드가 0.01 미만 또는 0.99 초과로 포화되는 구간",
    )


if __name__ == "__main__":
    run(show)
