"""Modules as boxes, to any depth."""

import numpy as np
import pytest

import autodiff as ad
import nn
import viz
from autodiff import Tensor
from tests.viz.graphs import edges, texts, vertices


def boxes(diagram):
    return texts(diagram, "module")


def titles(diagram):
    return [group.title for group in diagram.structure.groups]


@pytest.fixture(scope="module")
def mnist():
    model = nn.Sequential(nn.Affine(784, 50), nn.Sigmoid(), nn.Affine(50, 10))
    images = np.zeros((100, 784), np.float32)
    return nn.SoftmaxCE()(model(images), np.zeros(100, int))


LAYERS = [
    "0: Affine, 100 × 784 → 100 × 50, 39,250 parameters",
    "1: Sigmoid, 100 × 50 → 100 × 50",
    "2: Affine, 100 × 50 → 100 × 10, 510 parameters",
]
LOSS = "SoftmaxCE, 100 × 10 → scalar"
WHOLE = "Sequential, 100 × 784 → 100 × 10, 39,760 parameters"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"detail": "module"}, [*LAYERS, LOSS]),
        ({"detail": "module", "depth": 0}, [WHOLE, LOSS]),
        ({"detail": "module", "depth": 1}, [*LAYERS, LOSS]),
        ({"detail": "module", "depth": 9}, [*LAYERS, LOSS]),
        ({"depth": 0}, [WHOLE, LOSS]),
        ({"depth": 1}, LAYERS),
        ({"depth": 2}, []),
        ({"depth": 1, "detail": "primitive"}, LAYERS),
    ],
)
def test_layers_with_shapes_and_numbers_of_parameters(mnist, options, expected):
    for diagram in (viz.graph(mnist, **options), viz.backward_flow(mnist, **options)):
        assert boxes(diagram) == expected
        assert diagram.source


def test_what_a_box_holds_is_not_drawn(mnist):
    diagram = viz.graph(mnist, detail="module")
    assert not vertices(diagram, "parameter", "operation")
    assert len(edges(diagram.source, backward=False)) == 6  # x, three layers, labels, loss


def test_clusters_are_nested_as_modules_are(mnist):
    groups = viz.graph(mnist, detail="operation").structure.groups
    assert [(group.title, group.parent) for group in groups] == [
        ("Sequential", None),
        ("0: Affine", 0),
        ("1: Sigmoid", 0),
        ("2: Affine", 0),
        ("SoftmaxCE", None),
    ]


def test_what_is_in_no_module_is_an_operation():
    model = nn.Affine(2, 2)
    y = ad.exp(model(np.ones((1, 2)))).sum()
    diagram = viz.graph(y, detail="module")
    assert boxes(diagram) == ["Affine, 1 × 2 → 1 × 2, 6 parameters"]
    assert texts(diagram, "operation") == ["exp", "Σ"]


class Block(nn.Module):
    def __init__(self, size):
        self.inner = nn.Sequential(nn.Affine(size, size), nn.ReLU())
        self.outer = nn.Affine(size, size)

    def forward(self, x):
        return x + self.outer(self.inner(x))


def test_nested_modules_and_residual_connections():
    y = Block(3)(Tensor(np.ones((2, 3)), requires_grad=True, name="x")).sum()
    diagram = viz.backward_flow(y, detail="module")
    assert [box.split(",")[0] for box in boxes(diagram)] == [
        "0: Affine",
        "1: ReLU",
        "outer: Affine",
    ]
    assert texts(diagram, "operation") == ["+", "Σ"]
    assert titles(diagram) == ["Block", "inner: Sequential"]
    (wire,) = (wire for wire in diagram.structure.wires if wire.tail == "x")
    assert len(wire.uses) == 2
    assert boxes(viz.graph(y, depth=1)) == [
        "inner: Sequential, 2 × 3 → 2 × 3, 12 parameters",
        "outer: Affine, 2 × 3 → 2 × 3, 12 parameters",
    ]
    assert boxes(viz.graph(y, depth=0)) == ["Block, 2 × 3 → 2 × 3, 24 parameters"]


def test_what_flows_back_into_a_box_is_all_that_its_parts_send():
    x = Tensor(np.array([[1.0, 2.0]]), requires_grad=True, name="x")
    y = Block(2)(x).sum()
    (expected,) = ad.gradients(y, [x])
    diagram = viz.backward_flow(y, depth=0, values=True, expressions=False)
    (wire,) = (wire for wire in diagram.structure.wires if wire.tail == "x")
    (use,) = wire.uses
    array = [[float(cell.replace("−", "-")) for cell in row] for row in use.gradient.table]
    np.testing.assert_allclose(array, expected, rtol=1e-3)


def test_a_shared_module_has_a_box_for_each_use():
    shared = nn.Affine(3, 3)
    x = np.ones((2, 3))
    y = shared(ad.tanh(shared(x))).sum()
    diagram = viz.graph(y, detail="module")
    assert boxes(diagram) == ["Affine, 2 × 3 → 2 × 3, 12 parameters"] * 2
    assert len({v.id for v in diagram.structure.vertices}) == len(diagram.structure.vertices)


class Tied(nn.Module):
    def __init__(self):
        self.weight = nn.Parameter(np.eye(3))

    def forward(self, x):
        return ad.tanh(x @ self.weight) @ self.weight


def test_a_parameter_used_twice_is_counted_once():
    y = Tied()(np.ones((2, 3))).sum()
    assert boxes(viz.graph(y, detail="module")) == ["Tied, 2 × 3 → 2 × 3, 9 parameters"]


def test_one_parameter_is_singular():
    class Scale(nn.Module):
        def __init__(self):
            self.factor = nn.Parameter(np.array([2.0]))

        def forward(self, x):
            return x * self.factor

    assert boxes(viz.graph(Scale()(np.ones(3)).sum(), depth=0)) == [
        "Scale, (3,) → (3,), 1 parameter"
    ]


def test_scopes_of_a_users_own_are_groups_and_boxes():
    model = nn.Affine(2, 2)
    with ad.scope("encoder"):
        h = ad.tanh(model(np.ones((1, 2))))
    y = h.sum()
    assert titles(viz.graph(y)) == ["encoder", "Affine"]
    assert boxes(viz.graph(y, depth=0)) == ["encoder, 1 × 2 → 1 × 2, 6 parameters"]
    assert boxes(viz.graph(y, detail="module")) == ["Affine, 1 × 2 → 1 × 2, 6 parameters"]
    assert texts(viz.graph(y, detail="module"), "operation") == ["tanh", "Σ"]


def test_a_module_within_a_scope_within_a_module():
    class Outer(nn.Module):
        def __init__(self):
            self.layer = nn.Affine(2, 2)

        def forward(self, x):
            with ad.scope("middle"):
                return self.layer(x)

    y = Outer()(np.ones((1, 2))).sum()
    assert titles(viz.graph(y)) == ["Outer", "middle", "layer: Affine"]
    assert [box.split(",")[0] for box in boxes(viz.graph(y, depth=1))] == ["middle"]
    assert [box.split(",")[0] for box in boxes(viz.graph(y, depth=2))] == ["layer: Affine"]


def test_a_module_with_several_results():
    class Fork(nn.Module):
        def forward(self, x):
            return x * 2, x + 1

    x = Tensor(np.ones(3), requires_grad=True, name="x")
    double, more = Fork()(x)
    diagram = viz.backward_flow((double * more).sum(), depth=0, values=True, expressions=False)
    assert len(vertices(diagram, "module")) == 1
    leaving = [w for w in diagram.structure.wires if w.tail == "Fork"]
    assert [wire.value.table for wire in leaving] == [(("2", "2", "2"),)] * 2
    (wire,) = (wire for wire in diagram.structure.wires if wire.tail == "x")
    assert wire.gradient.table == (("6", "6", "6"),)


# -- the size of the gradient ---------------------------------------------------------------------


def fills(diagram):
    return {
        vertex.id: diagram.appearance.fill(vertex)
        for vertex in vertices(diagram, "module", "operation")
    }


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_colour_by_the_size_of_the_gradient(theme):
    x = Tensor(1.0, requires_grad=True)
    y = ad.sin(ad.cos(x * 1e-3) * 1e-5 + x) * 1e3
    diagram = viz.backward_flow(y, color="gradient", theme=theme)
    plain = viz.backward_flow(y, theme=theme)
    assert "legend" in diagram.source
    assert "legend" not in plain.source
    assert len(set(fills(diagram).values())) >= 3
    assert len(set(fills(plain).values())) == 1
    sizes = {v.id: v.size for v in vertices(diagram, "operation")}
    assert sizes["sin"] == 1e3
    assert sizes["cos"] == pytest.approx(1e-2 * np.cos(1 + 1e-5 * np.cos(1e-3)))


def test_colour_of_a_layer_is_that_of_its_parameters(mnist):
    diagram = viz.backward_flow(mnist, detail="module", color="gradient")
    sizes = [v.size for v in vertices(diagram, "module")]
    parameters = {}
    for node, gradient in _gradients_of_parameters(mnist).items():
        parameters.setdefault(node.partition(".")[0], []).append(np.sqrt(np.mean(gradient**2)))
    assert sizes[0] == pytest.approx(max(parameters["0"]), rel=1e-4)
    assert sizes[2] == pytest.approx(max(parameters["2"]), rel=1e-4)


def _gradients_of_parameters(y):
    from autodiff.reverse import reverse_pass

    return {
        node.name: cotangent
        for node, cotangent, _ in reverse_pass(y.node, np.ones(y.shape, y.dtype))
        if node.op is None
    }


def test_unknown_gradients_have_no_colour():
    x = Tensor([1.0, 2.0], requires_grad=True)
    diagram = viz.backward_flow(ad.exp(x) * 2, color="gradient")
    assert set(fills(diagram).values()) == {diagram.appearance.colours.circle}
