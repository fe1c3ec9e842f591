"""What is known of a recorded graph: values, names, kinds."""

import numpy as np
import pytest
from hypothesis import given, settings

import autodiff as ad
import nn
import viz
from autodiff import Tensor
from autodiff.graph import SMALL
from tests.viz.graphs import edges, operations, programs, texts, values, vertices
from viz.labels import number
from viz.tracing.trace import trace


def leaf(data, name=None, dtype=None):
    return Tensor(data, requires_grad=True, name=name, dtype=dtype)


# -- structure ------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(programs())
def test_calls_are_what_was_recorded(program):
    leaves, results, root = program.run()
    made = trace([root])
    nodes = sorted(operations(root), key=lambda node: node.number)
    assert [call.node for call in made.calls] == nodes
    for call, node in zip(made.calls, nodes, strict=True):
        assert len(call.operands) == len(node.parents)
        for operand, parent in zip(call.operands, node.parents, strict=True):
            assert operand.flows == (parent is not None)
            assert parent is None or operand.quantity is made.quantities[parent]
    for tensor in [*leaves, *results]:
        quantity = made.quantities.get(tensor.node)
        if quantity is not None:
            assert (quantity.shape, quantity.dtype) == (tensor.shape, tensor.dtype)
            np.testing.assert_array_equal(quantity.array, tensor.numpy())


def test_one_array_used_twice_is_one_constant_and_a_number_is_another_each_time():
    x = leaf(2.0)
    c = np.array([1.0, 2.0])
    diagram = viz.graph(((x * c + c) * 3 + 3).sum(), names={"c": c})
    assert sorted(texts(diagram, "constant")) == ["3", "3", "c"]
    assert len(edges(diagram.source, backward=False)) == 10


def test_equal_arrays_that_are_not_one_stay_two():
    x = leaf(2.0)
    diagram = viz.graph((x * np.array([1.0, 2.0]) + np.array([1.0, 2.0])).sum())
    assert len(vertices(diagram, "constant")) == 2


# -- values ---------------------------------------------------------------------------------------


def test_values_are_those_that_numpy_computes():
    x = leaf([0.5, -1.5], "x")
    w = leaf([[1.0, 2.0], [3.0, 4.0]], "w")
    diagram = viz.graph(np.tanh(x @ w).sum())
    a = np.array([0.5, -1.5]) @ np.array([[1.0, 2.0], [3.0, 4.0]])
    assert values(diagram)["matmul"] == [f"[{', '.join(map(number, a))}]"]
    assert values(diagram)["tanh"] == [f"[{', '.join(map(number, np.tanh(a)))}]"]
    assert values(diagram)["sum"] == [number(np.tanh(a).sum())]
    assert values(diagram)["w"] == ["[[1, 2], [3, 4]]"]


def test_large_arrays_show_shape_dtype_mean_and_range():
    x = leaf(np.arange(100.0).reshape(10, 10), "x")
    diagram = viz.graph((x * x).sum())
    assert values(diagram)["x"] == ["10 × 10 float64, mean 49.5, from 0 to 99"]


def test_large_arrays_that_are_gone_show_shape_and_dtype_alone():
    x = leaf(np.ones((10, 10)), "x", np.float32)
    assert values(viz.graph((x + 1).sum()))["add"] == ["10 × 10 float32"]


def test_the_largest_small_array_stays():
    for size in (SMALL, SMALL + 1):
        made = trace([(leaf(np.ones(size)) + 1).sum()])
        assert (made.calls[0].results[0].array is not None) == (size == SMALL)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_dtypes_are_said(dtype):
    x = leaf(np.ones((9, 9)), "x", dtype)
    assert np.dtype(dtype).name in values(viz.graph((x * x).sum()))["x"][0]


def test_numbers_without_axes():
    x = leaf(np.float32(1.5), "x", np.float32)
    diagram = viz.graph(x * x)
    assert values(diagram)["x"] == ["1.5"] * 1
    assert values(diagram)["multiply"] == ["2.25"]


def test_empty_arrays():
    x = leaf(np.zeros((0, 3)), "x")
    for detail in ("operation", "primitive", "module"):
        diagram = viz.backward_flow((x * 2).sum(), detail=detail)
        assert "0 × 3" in str(diagram)
        assert "NaN" not in str(diagram)
        assert diagram.source


def test_integers_booleans_and_masks_as_constants():
    x = leaf([1.0, 2.0, 3.0], "x")
    counts, flags = np.array([1, 2, 3]), np.array([True, True, False])
    mask = np.array([True, False, True])
    y = (ad.where(mask, x * counts, 0) * flags).sum() * True + 5
    diagram = viz.backward_flow(y, names={"counts": counts, "flags": flags})
    assert {"counts", "flags", "True", "5"} <= set(texts(diagram, "constant"))
    assert values(diagram)["counts"] == ["[1, 2, 3]"]
    assert values(diagram)["flags"] == ["[True, True, False]"]
    assert values(diagram)["where"][0].endswith("[1, 0, 9]")


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-7, "1e−7"), (-0.0, "0"), (123456.0, "123456"), (-2.5, "−2.5"), (np.inf, "∞")],
)
def test_numbers_as_they_are_written(value, text):
    assert values(viz.graph(leaf(value, "x") * 1.0))["x"] == [text]


# -- alarms ---------------------------------------------------------------------------------------


def alarms(diagram):
    vertices = [vertex for vertex in diagram.structure.vertices if vertex.alarm]
    return {vertex.id: vertex.alarm.removesuffix(" first here") for vertex in vertices}


@pytest.fixture
def quiet():
    with np.errstate(all="ignore"):
        yield


@pytest.mark.usefixtures("quiet")
class TestAlarms:
    def test_none_where_all_is_finite(self):
        assert not alarms(viz.backward_flow(ad.exp(leaf(3.0)) * 2))

    def test_at_the_operation_alone(self):
        x = leaf(1000.0)
        assert alarms(viz.graph(ad.tanh(ad.exp(x * 1)) + ad.exp(x) * 2)) == {
            "exp": "∞",
            "exp_2": "∞",
        }

    def test_nan_at_the_operation(self):
        assert alarms(viz.graph(ad.log(leaf(-1.0)) * 3 + 1)) == {"log": "NaN"}

    def test_at_a_leaf(self):
        x = leaf([1.0, np.nan], "x")
        assert alarms(viz.graph((x * 2).sum())) == {"x": "NaN"}

    def test_at_a_constant(self):
        c = np.array([np.inf, 1.0])
        assert alarms(viz.graph((leaf([1.0, 2.0]) * c).sum(), names={"c": c})) == {"c": "∞"}

    def test_on_the_way_back(self):
        assert alarms(viz.backward_flow(ad.sqrt(leaf(0.0)) * 2)) == {"sqrt": "gradient ∞"}
        assert alarms(viz.backward_flow(ad.sqrt(leaf(0.0)) * 0)) == {"sqrt": "gradient NaN"}

    def test_on_the_way_back_where_it_begins(self):
        y = ad.sqrt(ad.sin(leaf(0.0) * 2) * 3) * 4
        assert alarms(viz.backward_flow(y)) == {"sqrt": "gradient ∞"}

    def test_not_on_the_way_back_in_a_graph(self):
        assert not alarms(viz.graph(ad.sqrt(leaf(0.0)) * 2))

    def test_in_the_box_of_a_module(self):
        model = nn.Sequential(nn.Affine(2, 2), nn.Sigmoid())
        y = ad.log(model(np.ones((1, 2))) * 0).sum()
        assert alarms(viz.graph(y, detail="module")) == {"log": "∞"}

    def test_a_leaf_that_is_large(self):
        x = leaf(np.full((9, 9), np.nan), "x")
        assert alarms(viz.graph((x * x).sum())) == {"x": "NaN"}

    def test_not_said_to_be_the_first_where_what_came_before_is_gone(self):
        y = ((ad.log(leaf(np.zeros((9, 9)))) + 1) * 2).sum()
        assert alarms(viz.graph(y)) == {"sum": "∞ here, or before"}

    def test_a_nan_that_comes_of_infinities(self):
        x = leaf([0.0, 1.0])
        assert alarms(viz.graph(ad.log(x) * x)) == {"log": "∞", "multiply": "NaN"}

    def test_said_in_the_text_and_in_the_table(self):
        diagram = viz.graph(ad.log(leaf(-1.0)))
        assert "NaN first here" in diagram.source
        assert "NaN first here" in str(diagram)


# -- names ----------------------------------------------------------------------------------------


def test_names_of_locals():
    x, _hidden = leaf(2.0), leaf(3.0)
    constant = np.array([1.0, 2.0])
    nothing, text, function = None, "x", len
    product = x * _hidden
    total = (product * constant).sum()
    diagram = viz.graph(total, names=locals())
    assert "x" in texts(diagram, "input")
    assert texts(diagram, "result") == ["total"]
    assert texts(diagram, "constant") == ["constant"]
    assert values(diagram)["multiply"] == ["product = 6"]
    assert "_hidden" not in diagram.source
    assert nothing is None
    assert text == "x"
    assert function is len


def test_names_given_come_before_names_of_tensors():
    x = leaf(2.0, "own")
    assert texts(viz.graph(x * 2, names={"given": x}), "input") == ["given"]
    assert texts(viz.graph(x * 2), "input") == ["own"]
    assert x.name == "own"


def test_of_several_names_the_first_counts():
    x = leaf(2.0)
    assert texts(viz.graph(x * 2, names={"a": x, "b": x}), "input") == ["a"]


def test_tensors_without_a_gradient_are_named_too():
    x, t = leaf([1.0, 2.0], "x"), Tensor([3.0, 4.0])
    assert texts(viz.graph((x * t).sum(), names={"t": t}), "constant") == ["t"]


def test_large_arrays_that_were_dropped_show_what_they_were():
    x = leaf(np.ones((9, 9)), "x")
    (constant,) = vertices(viz.graph((x + np.zeros((9, 9))).sum()), "constant")
    assert "9 × 9 float64" in constant.tooltip


def test_korean_names():
    x, w = leaf(2.0), leaf(3.0)
    loss = x * w
    diagram = viz.backward_flow(loss, names={"입력": x, "가중치": w, "손실": loss})
    assert texts(diagram, "input") == ["입력", "가중치"]
    assert texts(diagram, "result") == ["손실"]
    assert "∂손실/∂입력 = 가중치 = 3" in diagram.source


@pytest.mark.parametrize("taken", ["x", "y", "v₁", "x₁", "w", "L", "multiply", "constant", "notes"])
def test_names_that_are_those_of_others(taken):
    z, other = leaf([[1.0, 2.0]], taken), leaf([[3.0, 5.0]])
    y = nn.SoftmaxCE()(z * other, np.array([1]))
    diagram = viz.backward_flow(y, expressions=True)
    shown = texts(diagram, "input", "result", "constant")
    assert len(set(shown)) == len(shown)
    assert taken in shown
    ids = [v.id for v in diagram.structure.vertices]
    assert len(set(ids)) == len(ids)
    assert len(edges(diagram.source, False)) == 5  # z, other, logits, labels, loss


def test_the_residual_never_takes_a_name_of_the_users():
    y = leaf([[1.0, 2.0]], "y")
    diagram = viz.backward_flow(nn.SoftmaxCE()(y, np.array([1])))
    assert diagram.structure.notes == ["y′ = softmax(y)"]


def test_parameters_in_two_numbered_modules_keep_their_path():
    blocks = nn.Sequential(*(nn.Sequential(nn.Affine(1, 1)) for _ in range(2)))
    names = texts(viz.graph(blocks(np.ones((1, 1))).sum()), "parameter")
    assert names == ["0.0.weight", "0.0.bias", "1.0.weight", "1.0.bias"]


def test_arrays_of_one_kind_are_numbered_alike():
    x = leaf(np.zeros((2, 3)))
    losses = [nn.SoftmaxCE()(x, [0, 1]), nn.SoftmaxCE()(x, [1, 2])]
    assert texts(viz.graph(losses), "constant") == ["t₁", "t₂"]


def test_parameters_are_called_by_the_last_part_where_that_is_enough():
    affine = nn.Affine(2, 2)
    y = affine(np.ones((1, 2))).sum()
    assert texts(viz.graph(y), "parameter") == ["weight", "bias"]
    deep = nn.Sequential(nn.Affine(2, 2), nn.Affine(2, 2))
    y = deep(np.ones((1, 2))).sum()
    assert texts(viz.graph(y), "parameter") == ["weight₀", "bias₀", "weight₁", "bias₁"]


def test_naming_one_diagram_leaves_the_next_alone():
    x = leaf(2.0)
    y = x * x
    before = viz.graph(y).source
    viz.graph(y, names={"a": x, "b": y})
    assert viz.graph(y).source == before
