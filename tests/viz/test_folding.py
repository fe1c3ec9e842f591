"""Equal layers in a row are drawn once."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
import nn
import viz
from autodiff import Tensor
from tests.viz.graphs import edges, vertices


def titles(diagram):
    return [group.title for group in diagram.structure.groups]


def types(diagram):
    return [
        str(v.label).split(",")[0].rpartition(": ")[2]
        for v in vertices(diagram, "module", "operation")
    ]


def is_whole(diagram):
    """Whether every edge ends at vertices that are drawn, and every group has a place."""
    structure = diagram.structure
    ids = {v.id for v in structure.vertices}
    wires = all(w.tail in ids and all(use.head in ids for use in w.uses) for w in structure.wires)
    main = all(tail in ids and head in ids for tail, head in structure.main.items())
    for number, group in enumerate(structure.groups):
        assert group.parent is None or group.parent < len(structure.groups)
        seen, parent = {number}, group.parent
        while parent is not None:
            assert parent not in seen, "a group within itself"
            seen.add(parent)
            parent = structure.groups[parent].parent
    return wires and main


def run(layers, size=4):
    return nn.Sequential(*layers)(np.ones((2, size))).sum()


def plain(count):
    return [layer for _ in range(count) for layer in (nn.Affine(4, 4), nn.ReLU())]


@pytest.mark.parametrize("count", [3, 4, 7])
def test_equal_blocks_are_drawn_once(count):
    y = run([nn.Affine(3, 4), *plain(count), nn.Affine(4, 2)], 3)
    diagram = viz.backward_flow(y, detail="module")
    assert types(diagram) == ["Affine", "Affine", "ReLU", "Affine", "Σ"]
    assert f"× {count}" in titles(diagram)
    assert is_whole(diagram)
    steps = sorted({use.step for w in diagram.structure.wires for use in w.uses if use.flows})
    assert steps == list(range(1, diagram.steps + 1))


@pytest.mark.parametrize("count", [1, 2])
def test_two_are_drawn_as_they_are(count):
    y = run([nn.Affine(3, 4), *plain(count), nn.Affine(4, 2)], 3)
    diagram = viz.graph(y, detail="module")
    assert len(types(diagram)) == 2 * count + 3
    assert not any("×" in title for title in titles(diagram))


def test_not_where_it_is_not_wanted():
    y = run(plain(5))
    assert len(types(viz.graph(y, detail="module", fold=False))) == 11


def test_not_where_operations_are_drawn():
    assert len(types(viz.graph(run(plain(5))))) == 11


def test_not_where_shapes_differ():
    sizes = [4, 5, 6, 7, 8, 9]
    layers = [nn.Affine(a, b) for a, b in itertools.pairwise(sizes)]
    diagram = viz.graph(run(layers), detail="module")
    assert len(types(diagram)) == len(layers) + 1


def test_not_where_kinds_differ():
    layers = [nn.Affine(4, 4), nn.ReLU(), nn.Affine(4, 4), nn.Tanh(), nn.Affine(4, 4), nn.Sigmoid()]
    assert len(types(viz.graph(run(layers), detail="module"))) == 7


class Parallel(nn.Module):
    """Three equal layers beside each other: none is fed by another."""

    def __init__(self):
        self.a, self.b, self.c = nn.Affine(4, 4), nn.Affine(4, 4), nn.Affine(4, 4)

    def forward(self, x):
        return self.a(x) + self.b(x) + self.c(x)


def test_not_side_by_side():
    diagram = viz.graph(Parallel()(np.ones((2, 4))).sum(), detail="module")
    assert types(diagram).count("Affine") == 3


class Taps(nn.Module):
    """A chain of equal layers, all of which are used again at the end."""

    def __init__(self):
        self.layers = nn.ModuleList(nn.Affine(4, 4) for _ in range(4))

    def forward(self, x):
        results = []
        for layer in self.layers:
            x = layer(x)
            results.append(x)
        return sum(results[1:], start=results[0])


def test_not_where_the_middle_is_used_elsewhere():
    diagram = viz.graph(Taps()(np.ones((2, 4))).sum(), detail="module")
    assert types(diagram).count("Affine") == 4
    assert is_whole(diagram)


class Residual(nn.Module):
    def __init__(self, size=4):
        self.affine, self.relu = nn.Affine(size, size), nn.ReLU()

    def forward(self, x):
        return x + self.relu(self.affine(x))


@pytest.mark.parametrize("depth", [None, 1, 2])
def test_residual_blocks(depth):
    x = Tensor(np.ones((2, 4)), requires_grad=True, name="x")
    y = nn.Sequential(*[Residual() for _ in range(5)], nn.Affine(4, 1))(x).sum()
    diagram = viz.backward_flow(y, detail="module", depth=depth)
    assert is_whole(diagram)
    block = ["Residual"] if depth == 1 else ["Affine", "ReLU", "+"]
    assert types(diagram) == [*block, "Affine", "Σ"]
    assert "× 5" in titles(diagram)
    assert diagram.source


def test_residual_blocks_fold_with_each_other_alone():
    layers = [Residual(), Residual(), Residual(), nn.Tanh(), Residual(), Residual(), Residual()]
    y = nn.Sequential(*layers)(Tensor(np.ones((2, 4)), requires_grad=True, name="x")).sum()
    diagram = viz.backward_flow(y, detail="module")
    assert is_whole(diagram)
    assert titles(diagram).count("× 3") == 2


class Dense(nn.Module):
    """Each layer adds what all before it gave: connections that differ from layer to layer."""

    def __init__(self):
        self.layers = nn.ModuleList(nn.Affine(4, 4) for _ in range(4))

    def forward(self, x):
        for count, layer in enumerate(self.layers):
            y = layer(x)
            x = y if count % 2 else x + y
        return x


def test_not_where_connections_differ():
    x = Tensor(np.ones((2, 4)), requires_grad=True, name="x")
    diagram = viz.backward_flow(Dense()(x).sum(), detail="module")
    assert types(diagram) == ["Affine", "+", "Affine", "Affine", "+", "Affine", "Σ"]


class Skip(nn.Module):
    """A chain of equal layers whose input is added at the end."""

    def __init__(self, count):
        self.layers = nn.ModuleList(nn.Affine(4, 4) for _ in range(count))

    def forward(self, x):
        start = ad.tanh(x)
        y = start
        for layer in self.layers:
            y = layer(y)
        return y * start


def test_an_edge_around_all_blocks_stays():
    x = Tensor(np.ones((2, 4)), requires_grad=True, name="x")
    diagram = viz.backward_flow(Skip(5)(x).sum(), detail="module")
    assert is_whole(diagram)
    heads = {(w.tail, use.head) for w in diagram.structure.wires for use in w.uses}
    assert ("tanh", "multiply") in heads
    assert types(diagram).count("Affine") == 1


def test_what_left_the_last_block_leaves_the_one_that_is_kept():
    diagram = viz.graph(run(plain(4)), detail="module")
    kept = [v.id for v in vertices(diagram, "module")]
    assert [(w.tail, w.uses[0].head) for w in diagram.structure.wires] == [
        ("x", kept[0]),
        (kept[0], kept[1]),
        (kept[1], "sum"),
        ("sum", diagram.structure.vertices[-1].id),
    ]


def test_text_and_edges_agree():
    diagram = viz.backward_flow(run(plain(6)), detail="module")
    assert is_whole(diagram)
    assert str(diagram).count("\n") == len(edges(diagram.source, backward=True)) + 1


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([nn.ReLU, nn.Tanh, lambda: nn.Affine(4, 4)]), min_size=1, max_size=12)
)
def test_any_row_of_layers_stays_whole(kinds):
    y = run([nn.Affine(4, 4), *(kind() for kind in kinds)])
    diagram = viz.backward_flow(y, detail="module")
    assert is_whole(diagram)
    unfolded = viz.backward_flow(y, detail="module", fold=False)
    assert len(diagram.structure.vertices) <= len(unfolded.structure.vertices)
    for step in range(diagram.steps + 1):
        viz.backward_flow(y, detail="module", step=step)


def test_what_is_written_is_true_of_all_blocks():
    rng = np.random.default_rng(0)
    layers = [part for _ in range(5) for part in (nn.Affine(4, 4, rng=rng), nn.Sigmoid())]
    y = run(layers)
    folded = viz.backward_flow(y, detail="module")
    (inside,) = (
        str(use.gradient)
        for wire in folded.structure.wires
        if wire.tail.endswith("Affine")
        for use in wire.uses
    )
    whole = viz.backward_flow(y, detail="module", fold=False)
    sizes = [use.size for w in whole.structure.wires if w.tail.endswith("Affine") for use in w.uses]
    assert len(sizes) == 5
    assert inside == f"rms {min(sizes):.4g} to {max(sizes):.4g}".replace("e-0", "e−")


def test_values_that_differ_from_block_to_block_are_left_out():
    rng = np.random.default_rng(0)
    layers = [part for _ in range(3) for part in (nn.Affine(4, 4, rng=rng), nn.Sigmoid())]
    diagram = viz.graph(run(layers), detail="module", values=True)
    (value,) = (w.value for w in diagram.structure.wires if w.tail.endswith("Affine"))
    assert not value


def residual(count):
    class Block(nn.Module):
        def __init__(self, rng):
            self.affine = nn.Affine(2, 2, rng=rng)

        def forward(self, x):
            h = self.affine(x)
            return h + ad.tanh(h)

    rng = np.random.default_rng(0)
    return nn.Sequential(*(Block(rng) for _ in range(count)))(np.ones((1, 2))).sum()


def labels_within(diagram, belongs):
    """Everything written on edges between the vertices that `belongs` says."""
    for wire in diagram.structure.wires:
        inner = [use for use in wire.uses if belongs(use.head)]
        if belongs(wire.tail) and inner:
            yield "value", wire.value
            yield "total", wire.gradient
            yield from (("sent", use.gradient) for use in inner)


@pytest.mark.parametrize("options", [{}, {"values": True}, {"values": True, "shapes": False}])
def test_a_label_in_a_folded_block_is_that_of_every_block_or_a_range(options):
    y = residual(4)
    folded = viz.backward_flow(y, detail="module", **options)
    whole = viz.backward_flow(y, detail="module", fold=False, **options)
    assert any(title == "× 4" for title in titles(folded))
    ids = {v.id for v in vertices(folded, "module", "operation") if v.id != "sum"}
    several = [
        {v.id for v in vertices(whole, "module", "operation") if v.group == group}
        for group in range(1, 5)
    ]
    all_blocks = [list(labels_within(whole, block.__contains__)) for block in several]
    for i, (kind, label) in enumerate(labels_within(folded, ids.__contains__)):
        theirs = {str(block[i][1]) for block in all_blocks}
        assert all(block[i][0] == kind for block in all_blocks)
        is_range = str(label).startswith("rms ") and " to " in str(label)
        assert theirs == {str(label)} or (len(theirs) > 1 and (not label or is_range))


def test_what_enters_the_first_block_is_its_own():
    y = residual(4)
    x = Tensor(np.ones((1, 2)), requires_grad=True, name="x")
    model = nn.Sequential(*(nn.Affine(2, 2, rng=np.random.default_rng(i)) for i in range(4)))
    y = model(x).sum()
    entering = [
        [str(use.gradient) for w in diagram.structure.wires if w.tail == "x" for use in w.uses]
        for diagram in (
            viz.backward_flow(y, detail="module"),
            viz.backward_flow(y, detail="module", fold=False),
        )
    ]
    assert entering[0] == entering[1] != []


def test_blocks_with_other_constants_are_others():
    x = np.ones((1, 2))
    for layer, factor in zip([nn.Affine(2, 2) for _ in range(3)], (2.0, 3.0, 4.0), strict=True):
        x = layer(x) * factor
    assert not any("×" in title for title in titles(viz.graph(x.sum(), detail="module")))


def test_nothing_is_folded_where_expressions_are_written():
    diagram = viz.backward_flow(residual(4), detail="module", expressions=True)
    assert not any("×" in title for title in titles(diagram))
