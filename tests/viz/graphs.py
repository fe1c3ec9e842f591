"""Random recorded graphs, and what can be said of them without viz."""

from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from hypothesis import strategies as st

import autodiff as ad
from autodiff.op import Output
from autodiff.reverse import reachable
from nn.functional import relu, sigmoid, softmax, softplus
from viz.rendering.render import render

SVG = "{http://www.w3.org/2000/svg}"

SHAPES = ((), (3,), (2, 1), (1, 3), (2, 3))
"""They broadcast with one another."""

ONE = {
    "tanh": ad.tanh,
    "exp": lambda x: ad.exp(ad.tanh(x)),
    "sigmoid": sigmoid,
    "softplus": softplus,
    "relu": lambda x: relu(x + 0.01),
    "softmax": lambda x: softmax(x, axis=-1) if x.ndim else sigmoid(x),
    "square": lambda x: ad.tanh(x * x),
    "subtract": lambda x: x - x,
    "number": lambda x: 0.5 * x + 2,
    "constant": lambda x: ad.tanh(x * np.array([0.3, -0.7, 1.1])),
    "mask": lambda x: ad.where(np.array([True, False, True]), x, 0.25),
    "mean": lambda x: x.mean(axis=-1, keepdims=True) if x.ndim else x.mean(),
    "split": lambda x: (
        ad.multiply(*ad.split(ad.tanh(ad.broadcast_to(x, (2, 3))), 2)) if x.ndim else x
    ),
    "second": lambda x: ad.split(ad.broadcast_to(x, (2, 3)), 2)[1] if x.ndim else x,
}
TWO = {
    "add": lambda x, y: ad.tanh(x + y),
    "multiply": lambda x, y: ad.tanh(x * y),
    "divide": lambda x, y: ad.tanh(x / (2 + ad.tanh(y))),
    "maximum": ad.maximum,
    "matmul": lambda x, y: ad.tanh(ad.broadcast_to(x, (2, 3)) @ ad.broadcast_to(y, (2, 3)).T).sum(
        axis=1
    )[:1],
}


@dataclass(frozen=True)
class Program:
    """A computation that can be run again and again: each time it records an equal graph."""

    leaves: tuple[np.ndarray, ...]
    steps: tuple[tuple[str, int, int], ...]

    def run(self):
        """The leaves, the intermediate results and the last one, which is a number."""
        tensors = [ad.Tensor(leaf, requires_grad=True) for leaf in self.leaves]
        for name, first, second in self.steps:
            x, y = tensors[first % len(tensors)], tensors[-1 - second % len(tensors)]
            tensors.append(ONE[name](x) if name in ONE else TWO[name](x, y))
        count = len(self.leaves)
        root = sum((t.sum() for t in tensors[count:]), start=tensors[0].sum() * 0.5)
        return tensors[:count], tensors[count:], root


@st.composite
def programs(draw, max_steps=7):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    indices = st.integers(0, 20)
    steps = st.tuples(st.sampled_from([*ONE, *TWO]), indices, indices)
    return Program(
        tuple(rng.uniform(-1.5, 1.5, size=shape) for shape in shapes),
        tuple(draw(st.lists(steps, min_size=1, max_size=max_steps))),
    )


def operations(root):
    """The nodes of operations; the outputs of one that has several are not among them."""
    return [n for n in reachable(root.node) if n.op is not None and not isinstance(n.op, Output)]


def edges(source, backward):
    """The lines of DOT text that are edges forward, or back."""
    return [
        line for line in source.splitlines() if " -> " in line and ("dir=back" in line) == backward
    ]


def drawn_texts(source):
    """What Graphviz writes, line by line: per vertex and cluster by its name, and the title.

    That of the whole graph is under its name, ``diagram``. (JSON would double backslashes.)
    """
    texts = {}
    for group in ElementTree.fromstring(render(source, "svg")).iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if title is not None and group.get("class") != "edge":
            lines = [line for text in group.iter(f"{SVG}text") for line in text.itertext()]
            if group.get("class") == "graph":  # the others are within it
                lines = [line for text in group.findall(f"{SVG}text") for line in text.itertext()]
            texts[title.text] = [line.replace("\xa0", " ") for line in lines]
    return texts


def vertices(diagram, *kinds):
    return [v for v in diagram.structure.vertices if v.kind in kinds]


def texts(diagram, *kinds):
    """The labels of the vertices of these kinds, each in one line."""
    return [str(v.label) for v in vertices(diagram, *kinds)]


def values(diagram):
    """Per vertex the labels of the values that leave it, each in one line."""
    labels = {}
    for wire in diagram.structure.wires:
        labels.setdefault(wire.tail, []).append(str(wire.value))
    return labels


def gradients(diagram):
    """Per edge the label of what flows back along it: (tail, head) to a list."""
    labels = {}
    for wire in diagram.structure.wires:
        for use in wire.uses:
            if use.flows:
                labels.setdefault((wire.tail, use.head), []).append(str(use.gradient))
    return labels
