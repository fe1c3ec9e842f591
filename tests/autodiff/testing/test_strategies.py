"""The strategies give what they say, in the proportions that they promise."""

import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff import Op, Tensor
from autodiff.domain import NONZERO, POSITIVE, REALS, UNIT, Reals
from autodiff.extra import import_extra
from autodiff.ops.arithmetic import Divide
from autodiff.ops.reduction import Sum
from autodiff.testing.strategies import (
    LAYOUTS,
    arguments,
    arrays,
    broadcastable,
    calls,
    laid_out,
    register_profiles,
    shapes,
    tensors,
)
from autodiff.testing.strategies.operations import has_domain
from tests.autodiff.testing.drawn import sampled, share
from tests.operations import OPERATIONS

DOMAINS = [REALS, NONZERO, POSITIVE, UNIT, Reals(gap=0.2, around=(-1.0, 1.0)), Reals(0.9, 1.1)]


def inside(x, domain):
    near = [np.abs(x - point) < domain.gap for point in domain.around if domain.gap]
    return not np.any(near) and np.all((domain.low <= x) & (x <= domain.high))


def number_of_ties(x):
    return x.size - len(np.unique(x))


class TestShapes:
    def test_most_have_two_or_three_dimensions_and_half_of_those_equal_sides(self):
        drawn = sampled(shapes(max_side=5), 300)
        assert {len(shape) for shape in drawn} == {0, 1, 2, 3}
        assert share(lambda shape: len(shape) >= 2, drawn) > 0.6
        several = [shape for shape in drawn if len(shape) >= 2]
        assert 0.4 < share(lambda shape: len(set(shape)) == 1, several) < 0.9

    def test_empty_ones_come_now_and_then_where_a_side_may_be_0(self):
        assert 0.02 < share(lambda shape: 0 in shape, sampled(shapes(min_side=0), 400)) < 0.25
        assert share(lambda shape: 0 in shape, sampled(shapes(), 400)) == 0

    def test_bounds_hold(self):
        drawn = sampled(shapes(min_dims=1, max_dims=2, min_side=2, max_side=3))
        assert {len(shape) for shape in drawn} == {1, 2}
        assert {n for shape in drawn for n in shape} == {2, 3}


class TestArrays:
    @pytest.mark.parametrize("domain", DOMAINS, ids=repr)
    @pytest.mark.parametrize("values", ["random", "spread"])
    def test_values_lie_in_the_domain_without_ties_and_zeros(self, domain, values):
        for x in sampled(arrays((4, 6), domain=domain, values=values), 40):
            assert inside(x, domain)
            assert number_of_ties(x) == 0
            assert np.all(x != 0)

    @pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
    def test_of_every_floating_dtype(self, dtype):
        for x in sampled(arrays((3, 5), dtype=dtype), 40):
            assert x.dtype == dtype
            assert number_of_ties(x) == 0

    def test_spread_values_have_a_known_gap(self):
        for x in sampled(arrays((4, 6), values="spread"), 40):
            gaps = np.diff(np.sort(x, axis=None))
            assert gaps.min() >= 0.9 * 6 / 24
            assert gaps.max() <= 1.1 * 6 / 24

    def test_spread_values_stand_in_random_order(self):
        drawn = sampled(arrays((24,), values="spread"), 40)
        assert share(lambda x: np.all(np.diff(x) > 0), drawn) < 0.1

    def test_random_values_differ_from_draw_to_draw(self):
        drawn = sampled(arrays((2, 2)), 60)
        assert len({x.tobytes() for x in drawn}) > 30
        assert share(lambda x: np.mean(x) < 0, drawn) > 0.2

    def test_ties_are_there_when_asked_for(self):
        drawn = sampled(arrays((4, 6), ties=True), 60)
        assert all(number_of_ties(x) == 8 for x in drawn)
        assert all(np.all(x != 0) for x in drawn)
        assert number_of_ties(find(arrays((2,), ties=True), lambda x: True)) == 1

    def test_zeros_are_there_when_asked_for(self):
        for x in sampled(arrays((4, 6), zeros=True), 60):
            assert np.sum(x == 0) == 1
            assert number_of_ties(x) == 0
        several = sampled(arrays((4, 6), zeros=True, ties=True), 60)
        assert all(np.sum(x == 0) >= 1 for x in several)
        assert share(lambda x: np.sum(x == 0) > 3, several) > 0.5

    def test_what_is_a_parameter_may_be_drawn(self):
        strategy = arrays(st.sampled_from([(2,), (3, 3)]), ties=st.booleans())
        drawn = sampled(strategy, 100)
        assert {x.shape for x in drawn} == {(2,), (3, 3)}
        assert 0.2 < share(number_of_ties, drawn) < 0.8

    def test_layouts_and_read_only_come_about_equally_often(self):
        drawn = sampled(arrays((3, 4)), 400)
        assert 0.3 < share(lambda x: x.flags.writeable, drawn) < 0.7
        assert share(lambda x: x.strides == (32, 8), drawn) > 0.1
        assert share(lambda x: x.strides == (8, 24), drawn) > 0.1
        assert share(lambda x: x.strides == (64, 16), drawn) > 0.1
        assert share(lambda x: x.strides == (-32, -8), drawn) > 0.1

    def test_one_layout(self):
        assert all(x.flags.f_contiguous for x in sampled(arrays((3, 4), layout="F"), 20))
        repeated = sampled(arrays((3, 4), layout="broadcast", ties=True), 20)
        assert all(x.strides[0] == 0 and not x.flags.writeable for x in repeated)

    @pytest.mark.parametrize("shape", [(), (1,), (0, 3), 4])
    def test_of_any_shape(self, shape):
        for layout in LAYOUTS:
            x = find(arrays(shape, layout=layout, ties=True, zeros=True), lambda x: True)
            assert x.shape == (shape if isinstance(shape, tuple) else (shape,))

    def test_refusals(self):
        with pytest.raises(ValueError, match="0 is not in the domain"):
            find(arrays(zeros=True, domain=POSITIVE), lambda x: True)
        with pytest.raises(ValueError, match="repeats elements; give ties=True"):
            find(arrays(layout="broadcast"), lambda x: True)
        with pytest.raises(TypeError, match="int64; expected a floating one"):
            find(arrays(dtype=int), lambda x: True)
        with pytest.raises(ValueError, match="there are only"):
            find(arrays((100, 100), dtype=np.float16), lambda x: True)
        with pytest.raises(ValueError, match="'Z'; expected one of C, F"):
            find(arrays(layout="Z"), lambda x: True)

    def test_large_ones_take_no_time(self):
        assert find(arrays((100, 100)), lambda x: True).shape == (100, 100)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4)])
def test_a_layout_keeps_the_values(layout, shape):
    x = np.random.default_rng(0).normal(size=shape)
    y = laid_out(x, layout)
    np.testing.assert_array_equal(x, y)
    assert y.flags.writeable
    assert not np.may_share_memory(x, y)
    assert not laid_out(x, layout, read_only=True).flags.writeable


class TestTensors:
    def test_they_are_leaves_that_want_gradients(self):
        for x in sampled(tensors(dtype=np.float32), 50):
            assert x.requires_grad
            assert x.dtype == np.float32
            x.sum().backward()
            np.testing.assert_array_equal(x.grad, np.ones(x.shape))
        assert not any(x.requires_grad for x in sampled(tensors(requires_grad=False), 20))

    def test_their_arrays_have_the_layouts(self):
        drawn = sampled(tensors((3, 4)), 300)
        assert share(lambda x: x._array.strides == (-32, -8), drawn) > 0.1
        assert 0.3 < share(lambda x: x._array.flags.writeable, drawn) < 0.7


class TestBroadcastable:
    def test_groups_broadcast(self):
        drawn = sampled(broadcastable(3, of=arrays), 200)
        results = [np.broadcast_shapes(*(x.shape for x in group)) for group in drawn]
        assert share(lambda group: len({x.shape for x in group}) > 1, drawn) > 0.4
        assert share(lambda shape: len(shape) >= 2, results) > 0.5

    def test_each_in_its_domain(self):
        for x, y in sampled(broadcastable(2, shape=(3, 3), domain=(POSITIVE, UNIT)), 30):
            assert inside(x.numpy(), POSITIVE)
            assert inside(y.numpy(), UNIT)
        with pytest.raises(ValueError, match="1 domains for 2"):
            find(broadcastable(2, domain=(REALS,)), lambda x: True)


@pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.__name__)
def test_arguments_suit_every_operation(cls):
    for op, inputs in sampled(calls(cls), 8):
        assert type(op) is cls
        op(*inputs)
        if has_domain(cls):
            assert all(inside(x, domain) for x, domain in zip(inputs, cls.domain, strict=True))


def test_arguments_of_one_operation():
    for (x,) in sampled(arguments(Sum(0, True)), 20):
        assert x.ndim > 0
    assert all(np.all(np.abs(y) >= 0.3) for _, y in sampled(arguments(ad.divide), 20))
    assert {x.dtype for x, _ in sampled(arguments(Divide, dtype=np.float32), 5)} == {
        np.dtype(np.float32)
    }
    with pytest.raises(ValueError, match="none of the cases of Sum"):
        find(arguments(Sum(17)), lambda x: True)


def reported(strategy):
    """What is drawn, and what hypothesis says of it if a test fails then."""
    drawn = []

    @settings(max_examples=1, database=None, derandomize=True)
    @given(strategy)
    def fail(x):
        drawn.append(x)
        raise AssertionError

    with pytest.raises(AssertionError) as caught:
        fail()
    return drawn[-1], "\n".join(caught.value.__notes__)


def between(text, start, end):
    return text[text.index(start) + len(start) : text.index(end, text.index(start))]


NAMES = {"array": np.array, "laid_out": laid_out, "Tensor": Tensor}
NAMES |= {"float32": np.float32, "float64": np.float64}


def test_examples_print_as_python():
    x, text = reported(arrays((2, 2), dtype=np.float32, layout="C", read_only=False))
    y = eval(between(text, "x=", ",  #"), NAMES)
    np.testing.assert_array_equal(y, x)
    assert y.dtype == np.float32
    x, text = reported(tensors((2, 3), layout="C", read_only=False))
    y = eval(between(text, "x=", ",  #"), NAMES)
    np.testing.assert_array_equal(y.numpy(), x.numpy())
    assert y.requires_grad


def test_layouts_are_noted_as_python():
    x, text = reported(arrays((2, 2), layout="strided", read_only=True))
    y = eval("laid_out" + between(text, "laid_out", "Failing"), NAMES)
    np.testing.assert_array_equal(y, x)
    assert y.strides == x.strides == (32, 16)
    assert not y.flags.writeable
    x, text = reported(tensors((2, 3), layout="F", read_only=False))
    y = eval("laid_out" + between(text, "laid_out", "Failing"), NAMES)
    np.testing.assert_array_equal(y.numpy(), x.numpy())
    assert y.requires_grad
    assert y._array.strides == x._array.strides == (8, 16)


def test_profiles():
    register_profiles(fixed=7, search=70)
    fixed, search = settings.get_profile("fixed"), settings.get_profile("search")
    register_profiles()
    assert (fixed.max_examples, search.max_examples) == (7, 70)
    assert fixed.derandomize
    assert not search.derandomize
    assert fixed.database is None
    assert fixed.deadline is search.deadline is None
    assert fixed.print_blob
    assert search.print_blob
    assert HealthCheck.too_slow in search.suppress_health_check


def test_a_missing_hypothesis_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "chainrule\[testing\]"'):
        import_extra("hypothesis", "testing", "autodiff.testing.strategies")


def test_wide_domains_take_no_memory():
    tracemalloc.start()
    try:
        drawn = sampled(arrays((5,), domain=Reals(-1e8, 1e8, gap=10.0)), 20)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1e7
    assert all((np.abs(x) >= 10).all() and len(set(x)) == 5 for x in drawn)
    assert max(np.abs(x).max() for x in drawn) > 1e7


def test_groups_broadcast_to_the_shape_given():
    for group in sampled(broadcastable(2, of=arrays, shape=st.just((2, 3))), 100):
        assert np.broadcast_shapes(*(x.shape for x in group)) == (2, 3)


def test_unknown_values():
    with pytest.raises(ValueError, match="sprad"):
        sampled(arrays(values="sprad"), 1)


def test_a_number_laid_out_as_broadcast():
    for x in sampled(arrays((), layout="broadcast", ties=True), 3):
        assert x.shape == ()


class Undeclared(Op):
    def forward(self, x):
        return x


@pytest.mark.parametrize(
    ("op", "says"), [(ad.sum, "no operation"), (Undeclared(), "cases"), (Undeclared, "cases")]
)
def test_what_has_no_arguments(op, says):
    with pytest.raises(TypeError, match=says):
        sampled(arguments(op), 1)
