"""Vanishing and exploding gradients: deep sigmoid networks against deep ReLU networks.

The gradient that comes back through a layer is multiplied by its weights and by the slope of its
activation, of which the sigmoid's is at most 1/4: eight such layers leave next to nothing. With
ReLU and He's initial weights the size stays about the same. Weights that are far too large make it
grow on its way back, layer by layer; tanh keeps what goes forward between −1 and 1 meanwhile.
"""

import numpy as np

import nn
import viz
from autodiff import gradients, scope
from examples.lectures.lesson import run
from viz import plots

LAYERS, UNITS = 8, 30


class Layer(nn.Sequential):
    """An affine layer and its activation: a box in the picture."""

    def __init__(self, activation, deviation, rng):
        weights = nn.initialisers.Normal(deviation)
        super().__init__(nn.Affine(UNITS, UNITS, initialiser=weights, rng=rng), activation)


def network(activation, deviation, rng):
    """Eight layers, and scores of three classes."""
    layers = [Layer(activation, deviation, rng) for _ in range(LAYERS)]
    return nn.Sequential(*layers, nn.Affine(UNITS, 3, rng=rng))


def show(lesson):
    """The gradient of what each layer puts out, in numbers, curves and colour."""
    x, t = lesson.rng.normal(size=(50, UNITS)), lesson.rng.integers(0, 3, 50)
    sizes, losses = {}, []
    he = np.sqrt(2 / UNITS)
    for name, activation, deviation in (
        ("sigmoid", nn.Sigmoid(), he),
        ("ReLU", nn.ReLU(), he),
        ("tanh, 7 × He", nn.Tanh(), 7 * he),
    ):
        outputs = [x]
        with scope(name):  # a frame in the picture
            for layer in network(activation, deviation, lesson.rng):
                outputs.append(layer(outputs[-1]))
        loss = nn.SoftmaxCE()(outputs[-1], t)
        hidden = gradients(loss, outputs[1:-1])
        sizes[name] = {f"layer {i}": gradient for i, gradient in enumerate(hidden, 1)}
        losses.append(loss)

    print(f"∂L/∂output, root mean square{''.join(f'{name:>16}' for name in sizes)}")
    table = {name: [np.sqrt(np.mean(g**2)) for g in of.values()] for name, of in sizes.items()}
    for i in range(LAYERS):
        print(f"{f'layer {i + 1}':28}{''.join(f'{column[i]:16.1e}' for column in table.values())}")
    ratios = [column[0] / column[-1] for column in table.values()]
    print(f"{'layer 1 / layer 8':28}{''.join(f'{ratio:16.1e}' for ratio in ratios)}")

    lesson.picture(
        plots.gradient_norms(sizes),
        "∂L/∂output layer by layer: vanishing, steady, exploding",
        "층별 기울기의 크기: 소실, 유지, 폭발",
    )
    lesson.picture(
        viz.backward_flow(
            losses, detail="module", depth=1, color="gradient", fold=False, direction="TB"
        ),
        "The networks layer by layer: colour for the size of the parameters' gradient",
        "세 신경망의 층별 기울기: 색은 각 층 매개변수의 기울기 크기",
        "graph",
    )


if __name__ == "__main__":
    run(show)
