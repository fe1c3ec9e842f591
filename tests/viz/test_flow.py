"""What flows back along each edge, and that looking at it changes nothing."""

import copy
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

import autodiff as ad
import nn
import viz
from autodiff import Tensor
from autodiff.reverse import reachable
from tests.viz.graphs import edges, gradients, operations, programs
from viz.labels import number
from viz.tracing.expansion import expand
from viz.tracing.flow import differentiate
from viz.tracing.trace import trace


def sums(made):
    """What the edges out of each quantity send back to it, summed."""
    total = {root: np.ones(root.shape) for root in made.roots}
    for call in made.calls:
        for operand in call.operands:
            if operand.cotangent is not None:
                before = total.get(operand.quantity, 0)
                total[operand.quantity] = before + operand.cotangent
    return total


def differentiated(root):
    made = trace([root])
    differentiate(made, [np.ones(root.shape)])
    return made


def expected_gradients(program):
    """By the place of a tensor in the program, from an equal graph of its own."""
    leaves, results, root = program.run()
    return ad.gradients(root, [*leaves, *results])


@settings(max_examples=60)
@given(programs())
def test_edges_out_of_a_tensor_sum_to_its_gradient(program):
    leaves, results, root = program.run()
    made = differentiated(root)
    total = sums(made)
    for tensor, gradient in zip([*leaves, *results], expected_gradients(program), strict=True):
        quantity = made.quantities.get(tensor.node)
        if gradient is None:
            assert quantity is None or quantity.cotangent is None
        else:
            assert_allclose(quantity.cotangent, gradient, rtol=1e-12, atol=1e-12)
            assert_allclose(total[quantity], gradient, rtol=1e-12, atol=1e-12)
            assert quantity.cotangent.dtype == tensor.dtype


@settings(max_examples=60)
@given(programs())
def test_edges_sum_to_gradients_in_primitives(program):
    leaves, results, root = program.run()
    made = differentiated(root)
    by_node = dict(made.quantities)
    primitive = expand(made)
    total = sums(primitive)
    drawn = set(primitive.all_quantities())
    for tensor, gradient in zip([*leaves, *results], expected_gradients(program), strict=True):
        quantity = by_node.get(tensor.node)
        if gradient is not None and quantity in drawn:
            assert_allclose(total[quantity], gradient, rtol=1e-9, atol=1e-12)
    for quantity in drawn:
        if quantity in total:
            assert_allclose(quantity.cotangent, total[quantity], rtol=1e-9, atol=1e-12)
    for leaf in leaves:
        assert (by_node.get(leaf.node) in drawn) == (leaf.node in by_node)


@settings(max_examples=40)
@given(programs())
def test_one_edge_for_each_use(program):
    root = program.run()[2]
    uses = sum(len(node.parents) for node in operations(root))
    flows = sum(parent is not None for node in operations(root) for parent in node.parents)
    source = viz.backward_flow(root, expressions=False).source
    assert len(edges(source, backward=False)) == uses + 1
    assert len(edges(source, backward=True)) == flows + 1
    bare = viz.backward_flow(root, expressions=False, constants=False).source
    assert len(edges(bare, backward=False)) == len(edges(bare, backward=True)) == flows + 1


@settings(max_examples=25)
@given(programs())
def test_a_graph_has_no_arrows_back(program):
    root = program.run()[2]
    root.backward()
    source = viz.graph(root).source
    assert not edges(source, backward=True)
    assert "#d62728" not in source
    assert len(edges(source, False)) == len(edges(viz.backward_flow(root).source, False))


@pytest.mark.parametrize("detail", ["operation", "primitive"])
def test_x_times_x_has_two_edges(detail):
    x = Tensor(3.0, requires_grad=True, name="x")
    diagram = viz.backward_flow(x * x, detail=detail)
    assert len(edges(diagram.source, backward=False)) == 3
    assert len(edges(diagram.source, backward=True)) == 3
    (wire,) = (wire for wire in diagram.structure.wires if wire.tail == "x")
    assert [str(use.gradient) for use in wire.uses] == ["x = 3", "x = 3"]
    assert str(wire.gradient).endswith("= 6")


@settings(max_examples=25)
@given(programs(max_steps=4))
def test_numbers_beside_the_arrows_are_the_gradients(program):
    leaves, _, root = program.run()
    names = {f"a{i}": leaf for i, leaf in enumerate(leaves)}
    diagram = viz.backward_flow(root, expressions=False, names=names)
    shown = {wire.tail: wire.gradient for wire in diagram.structure.wires}
    for i, gradient in enumerate(expected_gradients(program)[: len(leaves)]):
        if gradient is not None and not gradient.ndim:
            assert str(shown[f"a{i}"]) == number(gradient)
        elif gradient is not None:
            rows = gradient.reshape(-1, gradient.shape[-1]).tolist()
            assert shown[f"a{i}"].table == tuple(tuple(map(number, row)) for row in rows)


# -- where nothing flows --------------------------------------------------------------------------


def test_constants_get_nothing():
    x = Tensor(2.0, requires_grad=True, name="x")
    c = np.array([1.0, 2.0])
    frozen = Tensor([3.0, 4.0])
    diagram = viz.backward_flow((x * c + frozen * x).sum(), names={"c": c, "frozen": frozen})
    assert not [edge for edge in gradients(diagram) if edge[0] in ("c", "frozen")]
    assert len([edge for edge in gradients(diagram) if edge[0] == "x"]) == 2


def test_a_detached_branch_is_a_constant():
    x = Tensor(2.0, requires_grad=True, name="x")
    diagram = viz.backward_flow(x * ad.exp(x).detach())
    assert [edge[0] for edge in gradients(diagram)] == ["x", "multiply"]


def test_an_output_that_is_not_used_sends_nothing():
    x = Tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    first, _ = ad.split(x, 2)
    made = differentiated(first.sum())
    (split,) = (call for call in made.calls if call.op.name == "split")
    assert split.operands[0].cotangent.tolist() == [1, 1, 0, 0]


# -- unknown cotangents ---------------------------------------------------------------------------


def test_an_unknown_seed_gives_no_numbers():
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    diagram = viz.backward_flow(x * x, expressions=False)
    assert all(
        label == "(2,) float64" for labels in gradients(diagram).values() for label in labels
    )


def test_a_given_gradient_is_the_seed():
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    diagram = viz.backward_flow(x * 3, [10.0, 100.0], expressions=False)
    assert gradients(diagram)["x", "multiply"] == ["[30, 300]"]


def test_one_unknown_root_of_two_leaves_what_it_reaches_unknown():
    x = Tensor(2.0, requires_grad=True)
    vector = x * np.array([1.0, 2.0])
    made = trace([x * 5, vector])
    differentiate(made, [np.ones(()), None])
    assert made.quantities[x.node].cotangent is None


def test_roots_within_the_graph_of_others_add_up():
    x = Tensor(2.0, requires_grad=True, name="x")
    y = x * 3
    z = y * y
    made = trace([y, z])
    differentiate(made, [np.ones(()), np.ones(())])
    assert made.quantities[y.node].cotangent == 13
    assert made.quantities[x.node].cotangent == 39
    assert sums(made)[made.quantities[y.node]] == 13


# -- step by step ---------------------------------------------------------------------------------


def shown(source):
    return [line for line in edges(source, backward=True) if "style=invis" not in line]


@settings(max_examples=10)
@given(programs(max_steps=4))
def test_each_step_adds_arrows_and_moves_nothing(program):
    root = program.run()[2]
    whole = viz.backward_flow(root, expressions=False)
    counts = []
    for step in range(whole.steps + 1):
        diagram = viz.backward_flow(root, expressions=False, step=step)
        assert diagram.source.replace("style=invis", "style=solid") == whole.source
        assert diagram.steps == whole.steps
        counts.append(len(shown(diagram.source)))
    assert counts[0] == 0
    assert all(before < after for before, after in itertools.pairwise(counts))
    assert counts[-1] == len(edges(whole.source, backward=True))


def test_an_arrow_comes_after_all_that_it_depends_on():
    x = Tensor(0.5, requires_grad=True)
    y = ad.exp(x)
    diagram = viz.backward_flow((y * ad.tanh(y) + x).sum())
    arrived = {}
    for wire in diagram.structure.wires:
        arrived[wire.tail] = max(arrived.get(wire.tail, 0), wire.step)
    for wire in diagram.structure.wires:
        for use in wire.uses:
            assert use.step > arrived.get(use.head, 0)


@pytest.mark.parametrize("step", [-1, 4, 1000])
def test_a_step_that_there_is_not(step):
    x = Tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match=r"step=-?\d+; .* 3 steps: expected a number from 0 to 3"):
        viz.backward_flow(ad.exp(x) * 2, step=step)


# -- nothing is touched ---------------------------------------------------------------------------


def everything(root):
    """All that a user could see of the graph."""
    return [
        (
            node,
            node.name,
            None if node.notes is None or node.notes.grad is None else node.notes.grad.copy(),
            copy.copy(node.saved),
            None if node.output is None else node.output.copy(),
        )
        for node in reachable(root.node)
    ]


def same(before, after):
    for old, new in zip(before, after, strict=True):
        assert old[0] is new[0]
        assert old[1] == new[1]
        np.testing.assert_array_equal(old[2], new[2])
        assert (old[3] is None) == (new[3] is None)
        assert old[3] is None or all(x is y for x, y in zip(old[3], new[3], strict=True))
        np.testing.assert_array_equal(old[4], new[4])


@settings(max_examples=15)
@given(programs(max_steps=4))
def test_nothing_is_touched(program):
    leaves, _, root = program.run()
    expected_gradients(program)
    before = everything(root)
    for detail in ("operation", "primitive", "module"):
        viz.graph(root, detail=detail, names={"a": leaves[0]})
        diagram = viz.backward_flow(root, detail=detail, names={"b": leaves[0]})
        assert diagram.source
        assert str(diagram)
    same(before, everything(root))
    assert all(leaf.grad is None and leaf.name is None for leaf in leaves)
    root.backward()
    same_leaves, _, same_root = program.run()
    same_root.backward()
    for leaf, other in zip(leaves, same_leaves, strict=True):
        np.testing.assert_array_equal(leaf.grad, other.grad)


def test_gradients_that_are_there_stay():
    x = Tensor(2.0, requires_grad=True)
    y = x * x
    y.backward()
    assert "= 4" in str(viz.backward_flow(y))
    assert x.grad == 4
    y.backward()
    assert x.grad == 8


def test_large_arrays_are_not_released():
    x = Tensor(np.ones((20, 20)), requires_grad=True)
    y = ad.exp(x * x).sum()
    viz.backward_flow(y).source  # noqa: B018  # building it could release
    y.backward()
    np.testing.assert_allclose(x.grad, 2 * np.e)


def test_a_seed_is_not_written_to():
    x = Tensor([1.0, 2.0], requires_grad=True)
    seed = np.array([3.0, 4.0])
    seed.flags.writeable = False
    viz.backward_flow(x + x + x, seed)
    assert seed.tolist() == [3, 4]


@pytest.mark.parametrize("mode", [ad.no_grad, ad.primitives, lambda: ad.scope("around")])
@pytest.mark.parametrize("detail", ["operation", "primitive", "module"])
def test_modes_around_it_make_no_difference(mode, detail):
    model = nn.Sequential(nn.Affine(2, 3), nn.Sigmoid())
    loss = nn.SoftmaxCE()(model(np.ones((2, 2))), np.array([0, 1]))
    expected = viz.backward_flow(loss, detail=detail)
    with mode():
        diagram = viz.backward_flow(loss, detail=detail)
        assert diagram.source == expected.source
        assert str(diagram) == str(expected)


# -- what is gone ---------------------------------------------------------------------------------


def test_after_backward_no_gradient_is_invented():
    x = Tensor(np.full((9, 9), 2.0), requires_grad=True, name="x")
    h = ad.exp(x)
    y = (h * h).sum()
    y.backward()
    del h
    diagram = viz.backward_flow(y, expressions=False)
    assert gradients(diagram)["exp", "multiply"] == ["9 × 9 float64"] * 2
    assert gradients(diagram)["x", "exp"] == ["9 × 9 float64"]
    # The rule of a sum needs nothing, so this much is known.
    assert gradients(diagram)["multiply", "sum"] == ["9 × 9 float64, all 1"]


def test_half_released():
    x = Tensor(np.full((9, 9), 2.0), requires_grad=True, name="x")
    trunk = ad.exp(x)
    first = (trunk * 2).sum()
    second = ad.sin(trunk).sum()
    first.backward()
    diagram = viz.backward_flow(second, expressions=False)
    assert gradients(diagram)["exp", "sin"] == ["9 × 9 float64, all 0.4484"]  # cos(e²)
    assert gradients(diagram)["x", "exp"] == ["9 × 9 float64"]


def test_after_an_optimizer_has_written_values_are_those_of_the_recording():
    weight = nn.Parameter(np.array([2.0, 5.0]), name="w")
    x = np.array([3.0, 7.0])
    y = (weight * weight * x).sum()
    y.backward()
    nn.SGD([weight], learning_rate=1.0).step()
    new = weight.numpy().tolist()
    assert new == [-10.0, -65.0]
    for diagram in (viz.graph(y), viz.backward_flow(y, names={"weight": weight, "x": x})):
        text = str(diagram) + diagram.source
        assert "−10" not in text
        assert "−65" not in text
        assert "187" in text  # 4 · 3 + 25 · 7


def test_after_a_write_only_what_needs_the_array_is_unknown():
    w = Tensor([2.0], requires_grad=True, name="w")
    y = ad.exp(w * np.array([3.0])).sum()
    w.data[...] = 100.0
    diagram = viz.backward_flow(y, expressions=False)
    assert gradients(diagram)["w", "multiply"] == [f"[{number(3 * np.exp(6))}]"]
    assert "100" not in str(diagram)


@pytest.mark.parametrize("shape", [(), (3,), (9, 9)])
def test_after_rebinding_the_old_values_are_drawn(shape):
    x = Tensor(np.full(shape, 2.0), requires_grad=True, name="x")
    y = (x * x).sum()
    x.data = np.full(shape, 7.0)
    for names in (None, {"x": x}):
        diagram = viz.backward_flow(y, expressions=False, names=names)
        assert "7" not in str(diagram).replace("− 7", "")
        wire = next(w for w in diagram.structure.wires if w.tail == "x")
        assert "4" in str(wire.gradient)


def test_a_walk_that_meets_infinities_gives_no_warning():
    x = Tensor(0.0, requires_grad=True, name="x")
    with np.errstate(all="ignore"):
        y = ad.log(x) * x
    assert "NaN" in str(viz.backward_flow(y))
