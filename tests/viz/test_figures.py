"""The figures of the lectures, in all themes and both directions."""

import numpy as np
import pytest

import autodiff as ad
import nn
import viz
from nn import functional as F
from tests.viz.programs import arrow_faults, faults, laid_out, wobble
from viz.rendering.render import render


def leaf(value, name):
    return ad.Tensor(value, requires_grad=True, name=name)


def named(tensor, name):
    tensor.name = name
    return tensor


def neuron():
    return leaf(-2.0, "w"), leaf(5.0, "x"), leaf(3.0, "b")


def add():
    return named(leaf(2.0, "x") + leaf(3.0, "y"), "z"), {}


def multiply():
    return named(leaf(2.0, "x") * leaf(3.0, "y"), "z"), {}


def linear():
    w, x, b = neuron()
    return named(w * x + b, "f"), {}


def quadratic():
    w, x, b = neuron()
    return named(w * x**2 + b, "f"), {}


def parallel():
    w, x, b = neuron()
    return named(w * (x * x) + b, "f"), {}


def skip():
    w, x, b = neuron()
    return named(w * x * x + b, "f"), {}


def sigmoid():
    y = named(F.sigmoid(leaf(1.0, "x")), "y")
    return y, {"detail": "primitive", "values": False, "gradients": False}


def relu():
    y = named(F.relu(leaf(np.array([1.0, -2.0, 3.0]), "x")), "y")
    return y, {"gradient": np.array([1.0, 2.0, 3.0])}


def softmax():
    a = leaf(np.array([[0.3, 2.9, 4.0]]), "a")
    return named(F.softmax_cross_entropy(a, np.array([0])), "J"), {}


def softmax_in_primitives():
    return softmax()[0], {"detail": "primitive"}


def affine():
    rng = np.random.default_rng(0)
    arrays = rng.normal(size=(2, 3)).round(1), rng.normal(size=(3, 2)).round(1), np.ones(2)
    x, w, b = (leaf(array, name) for array, name in zip(arrays, "XWb", strict=True))
    return named(F.affine(x, w, b), "Y"), {"shapes": True, "gradient": np.ones((2, 2))}


def _network(layers):
    nn.seed(0)
    x = ad.Tensor(np.random.default_rng(0).normal(size=(5, 3)), name="x")
    model = nn.Sequential(*layers)
    return named(F.softmax_cross_entropy(model(x), np.array([0, 1, 0, 1, 1])), "loss")


def two_layers():
    return _network([nn.Affine(3, 4), nn.ReLU(), nn.Affine(4, 2)])


def two_layers_by_module():
    return two_layers(), {"detail": "module"}


def two_layers_by_operation():
    return two_layers(), {"title": "두 층: by operation"}


def deep():
    layers = [layer for _ in range(8) for layer in (nn.Affine(3, 3), nn.Sigmoid())]
    return _network(layers), {"detail": "module", "fold": False, "color": "gradient"}


FIGURES = [
    add,
    multiply,
    linear,
    quadratic,
    parallel,
    skip,
    sigmoid,
    relu,
    softmax,
    softmax_in_primitives,
    affine,
    two_layers_by_module,
    two_layers_by_operation,
    deep,
]


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("figure", FIGURES)
def test_nothing_touches_anything_and_the_main_chain_is_straight(figure, direction):
    y, options = figure()
    diagram = viz.backward_flow(y, direction=direction, **options)
    layout = laid_out(diagram)
    assert faults(diagram, layout) == []
    assert list(arrow_faults(diagram, layout)) == []
    assert wobble(diagram.structure, layout, direction) < 0.5
    assert len(layout.frames) == len(diagram.structure.groups)


def test_the_sigmoid_is_a_straight_line_with_its_constants_below():
    y, options = sigmoid()
    diagram = viz.backward_flow(y, **options)
    layout = laid_out(diagram)
    kinds = {vertex.id: vertex.kind for vertex in diagram.structure.vertices}
    line = {layout.boxes[n].center[1] for n, kind in kinds.items() if kind != "constant"}
    assert max(line) - min(line) < 0.5
    for name, kind in kinds.items():
        if kind == "constant":
            assert layout.boxes[name].center[1] < min(line)
    flowing = [str(run.gradient) for run in layout.runs if run.gradient]
    assert len(flowing) == 5
    # The order of the picture: from left to right as computed.
    x = layout.boxes
    assert x["x"].center[0] < x["exp"].center[0] < x["y"].center[0]


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_all_themes_are_drawn(theme):
    for figure in (linear, two_layers_by_module, deep):
        y, options = figure()
        assert viz.backward_flow(y, theme=theme, **options).svg().startswith("<")


def test_parallel_edges_are_two_arrows():
    y, options = parallel()
    layout = laid_out(viz.backward_flow(y, **options))
    (fan,) = layout.fans
    assert sum(run.tail == fan for run in layout.runs) == 2
    lines = [tuple(run.forward) for run in layout.runs]
    assert len(set(lines)) == len(lines)


def test_a_skip_edge_keeps_off_what_it_skips():
    w, x, _ = neuron()
    y = ad.exp(ad.sin(ad.cos(x * w))) + x
    diagram = viz.backward_flow(named(y, "y"))
    layout = laid_out(diagram)
    assert faults(diagram, layout) == []
    source = diagram.source
    assert render(source, "json0")
