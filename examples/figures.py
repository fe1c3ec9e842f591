"""Draw the lectures' computation graphs: values forward, gradients flowing back.

Run it by ``.venv/bin/python -m examples.figures``; it writes one picture for each function here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

import nn
import viz
from autodiff import Tensor
from examples.models import TwoLayerNet
from nn.functional import affine, relu, sigmoid, softmax_cross_entropy


def variable(name, value):
    """A Tensor that wants a gradient, with a name."""
    return Tensor(value, requires_grad=True, name=name)


def addition():
    """z = x + y: ∂L/∂z passes on unchanged."""
    x, y = variable("x", 2.0), variable("y", 3.0)
    z = x + y
    return viz.backward_flow(z, names=locals(), values=False, gradients=False)


def multiplication():
    """z = xy: the inputs change places."""
    x, y = variable("x", 2.0), variable("y", 3.0)
    z = x * y
    return viz.backward_flow(z, names=locals(), values=False, gradients=False)


def line():
    """f = wx + b, with numbers."""
    w, x, b = variable("w", -2.0), variable("x", 5.0), variable("b", 3.0)
    f = w * x + b
    return viz.backward_flow(f, names=locals())


def _one_number(step):
    w, b = variable("w", 0.5), variable("b", -1.0)
    x = 2.0
    a = w * x + b
    y = sigmoid(a)
    return viz.backward_flow(y, names={"a": a, "y": y}, expressions=False, step=step)


def one_number_forward():
    """y = σ(wx + b), computed; nothing has flowed back yet."""
    return _one_number(step=0)


def one_number_half_way():
    """The same after two steps back: through σ, not yet through +."""
    return _one_number(step=2)


def one_number_back():
    """The same after all four steps: the gradients of w and b."""
    return _one_number(step=4)


def parabola():
    """f = wx² + b, with numbers."""
    w, x, b = variable("w", -2.0), variable("x", 5.0), variable("b", 3.0)
    f = w * x**2 + b
    return viz.backward_flow(f, names=locals())


def sigmoid_in_primitives():
    """The sigmoid as ×(−1), exp, +1, 1/x, and its five expressions."""
    x = variable("x", 1.0)
    y = sigmoid(x)
    return viz.backward_flow(y, names=locals(), detail="primitive", values=False, gradients=False)


def sigmoid_at_once():
    """The sigmoid as one operation: ∂L/∂y · y (1 − y)."""
    x = variable("x", 1.0)
    y = sigmoid(x)
    return viz.backward_flow(y, names=locals(), values=False, gradients=False)


def relu_flow():
    """ReLU: ∂L/∂f where x > 0, else 0."""
    x = variable("x", 1.5)
    f = relu(x)
    return viz.backward_flow(f, names=locals(), values=False, gradients=False)


def softmax_with_cross_entropy():
    """Softmax and cross entropy as one operation: y − t."""
    a = variable("a", [[0.3, 2.9, 4.0]])
    t = np.array([[0, 0, 1]])
    L = softmax_cross_entropy(a, t)
    return viz.backward_flow(L, names=locals())


def softmax_in_primitives():
    """The same in primitives: exp, +, 1/x, ×, log, ×, +; it ends in the numbers of y − t."""
    a = variable("a", [[0.3, 2.9, 4.0]])
    t = np.array([[0, 0, 1]])
    L = softmax_cross_entropy(a, t)
    look = {"detail": "primitive", "expressions": False, "direction": "TB"}
    return viz.backward_flow(L, names={"t": t, "L": L}, **look)


def affine_with_shapes():
    """Y = XW + B, with the shapes of all that flows."""
    X = variable("X", [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    W = variable("W", [[0.1, 0.2], [0.3, 0.4]])
    B = variable("B", [0.5, -0.5])
    Y = affine(X, W, B)
    return viz.backward_flow(Y, names=locals(), values=False, gradients=False, shapes=True)


def reuse():
    """y = x · x + x: what comes back along three ways is added up."""
    x = variable("x", 3.0)
    y = x * x + x
    return viz.backward_flow(y, names=locals())


def neuron():
    """A neuron with two inputs: y = σ(w₁x₁ + w₂x₂ + b)."""
    w1, w2, b = variable("w₁", 0.5), variable("w₂", -1.0), variable("b", 0.25)
    x1, x2 = variable("x₁", 2.0), variable("x₂", 1.0)
    a = w1 * x1 + w2 * x2 + b
    y = sigmoid(a)
    names = {"a": a, "y": y}
    return viz.backward_flow(y, names=names, expressions=False, title="A neuron")


def _two_layers():
    rng = np.random.default_rng(0)
    x, t = rng.random((100, 784)), rng.integers(0, 10, 100)
    L = nn.SoftmaxCE()(TwoLayerNet(rng=rng)(x), t)
    return L, {"x": x, "t": t, "L": L}


def two_layers_by_module():
    """The lectures' network: 784 → 50 → 10, a box a layer."""
    L, names = _two_layers()
    return viz.graph(L, detail="module", names=names, direction="TB")


def two_layers_by_operation():
    """The same network as it was recorded."""
    L, names = _two_layers()
    return viz.graph(L, names=names, direction="TB")


def two_layers_backward():
    """Backpropagation through the same network: every gradient's expression and size."""
    L, names = _two_layers()
    return viz.backward_flow(L, names=names, direction="TB")


class Layer(nn.Module):
    """An affine layer and its activation, in one box of the picture."""

    def __init__(self, activation, rng):
        self.affine = nn.Affine(30, 30, initialiser=nn.initialisers.He(), rng=rng)
        self.activation = activation()

    def forward(self, x):
        """The activation of xW + b."""
        return self.activation(self.affine(x))


def _deep(activation):
    rng = np.random.default_rng(0)
    model = nn.Sequential(*(Layer(activation, rng) for _ in range(8)), nn.Affine(30, 3, rng=rng))
    x, t = rng.normal(size=(50, 30)), rng.integers(0, 3, 50)
    return nn.SoftmaxCE()(model(x), t)


def vanishing_gradients():
    """A deep sigmoid network and a deep ReLU network, coloured by the size of the gradient."""
    return viz.backward_flow(
        [_deep(nn.Sigmoid), _deep(nn.ReLU)],
        detail="module",
        depth=1,
        color="gradient",
        fold=False,
        title="Sigmoid and ReLU",
        direction="TB",
    )


FIGURES: Final[dict[str, Callable[[], viz.Diagram]]] = {
    figure.__name__: figure
    for figure in (
        addition,
        multiplication,
        line,
        one_number_forward,
        one_number_half_way,
        one_number_back,
        parabola,
        sigmoid_in_primitives,
        sigmoid_at_once,
        relu_flow,
        softmax_with_cross_entropy,
        softmax_in_primitives,
        affine_with_shapes,
        reuse,
        neuron,
        two_layers_by_module,
        two_layers_by_operation,
        two_layers_backward,
        vanishing_gradients,
    )
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw all, or those named."""
    parser = argparse.ArgumentParser(
        prog="figures",
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which ones, of {', '.join(FIGURES)}; all if none"
    )
    parser.add_argument("--out", type=Path, default=Path("out/figures"), help="the folder")
    parser.add_argument("--format", choices=("svg", "png", "pdf", "dot", "tex"), default="svg")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in FIGURES]
    if unknown:
        sys.exit(f"figures: {', '.join(unknown)}: expected names of {', '.join(FIGURES)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or FIGURES:
        path = options.out / f"{name}.{options.format}"
        FIGURES[name]().save(path)
        print(path)


if __name__ == "__main__":
    main()
