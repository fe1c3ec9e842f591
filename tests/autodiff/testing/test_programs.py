"""Random programs: valid, varied, printed as Python, and right in their gradients."""

import re
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn  # noqa: F401  # its operations are drawn too
from autodiff import Tensor, gradients, primitives
from autodiff.op import registry
from autodiff.testing.strategies import Program, Statement, programs
from autodiff.testing.strategies.programs import is_well_conditioned
from tests.autodiff.testing.drawn import sampled, share
from tests.differences import assert_gradient

DRAWING = sys.modules[is_well_conditioned.__module__]


@pytest.fixture(scope="module")
def drawn():
    return sampled(programs(), 150)


def tensors(program):
    return [Tensor(x, requires_grad=True) for x in program.inputs]


def slopes(program, seed=None):
    xs = tensors(program)
    y = program(*xs)
    seed = np.random.default_rng(0).normal(size=y.shape) if seed is None else seed
    return gradients(y, xs, seed=seed)


def ancestors(node):
    seen, stack = {node}, [node]
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return seen


class TestVariety:
    def test_of_5_to_50_instructions(self, drawn):
        assert max(map(len, drawn)) >= 35  # what is drawn depends on the modules that are loaded
        assert share(lambda p: len(p) >= 5, drawn) > 0.75
        assert share(lambda p: len(p) >= 20, drawn) > 0.3

    def test_with_fan_out_and_shared_parts(self, drawn):
        def uses(program):
            names = [name for s in program.statements for name in s.operands]
            return max(map(names.count, names), default=0)

        assert share(lambda p: uses(p) >= 2, drawn) > 0.7
        assert share(lambda p: uses(p) >= 4, drawn) > 0.3

    def test_of_nearly_every_operation(self, drawn):
        recorded = {
            type(node.op)
            for program in drawn
            for node in ancestors(program(*tensors(program)).node)
            if node.op is not None
        }
        elementwise = {cls for cls in registry if hasattr(cls, "domain") and len(cls.domain) < 3}
        left_out = {cls.__name__ for cls in elementwise - recorded}
        # What is drawn depends on the modules that are loaded: hypothesis takes numbers from them.
        assert len(left_out) <= 0.1 * len(elementwise)
        names = {cls.__name__ for cls in recorded}
        others = {
            *("Sum", "Mean", "Var", "Std", "Max", "Min", "Prod", "Logsumexp", "Norm", "Clip"),
            *("Reshape", "Transpose", "BroadcastTo", "Flip", "Roll", "Cumsum", "Cumprod"),
            *("Concatenate", "Stack", "Split", "Pad", "GetItem", "IndexUpdate", "Where"),
            *("Matmul", "Einsum", "Softmax", "LogSoftmax", "Sort", "Inv", "Det", "Solve"),
        }
        assert len(others - names) <= 0.1 * len(others)

    def test_without_kinks_if_so_wished(self):
        text = "".join(program.function() for program in sampled(programs(smooth=True), 100))
        kinked = {"max", "min", "maximum", "minimum", "clip", "abs", "sign", "relu", "step", "sort"}
        assert not kinked & set(re.findall(r"\.(\w+)\(", text))
        assert {"exp", "matmul", "reciprocal", "std", "tanh"} <= set(re.findall(r"\.(\w+)\(", text))

    def test_values_are_neither_large_nor_tiny(self, drawn):
        for program in drawn:
            values = np.abs(program(*program.inputs))
            assert values.max() <= 8
            assert values.max() >= 0.01

    def test_few_are_rejected(self, monkeypatch):
        verdicts = []

        def judge(program):
            verdicts.append(is_well_conditioned(program))
            return verdicts[-1]

        monkeypatch.setattr(DRAWING, "is_well_conditioned", judge)
        sampled(programs(), 100)
        assert len(verdicts) >= 100
        assert verdicts.count(False) < 0.2 * len(verdicts)


def test_ill_conditioned_programs_are_seen():
    x = (np.array([0.5, 1.5]),)
    value = Program(x, (Statement("v0", "ad.sin(ad.multiply(x0, 1e6))"),), "v0")
    assert not is_well_conditioned(value)
    kinked = Program(x, (Statement("v0", "ad.abs(ad.subtract(x0, 0.50003))"),), "v0")
    assert not is_well_conditioned(kinked)
    curved = Program(x, (Statement("v0", "ad.sin(ad.multiply(x0, 200.0))"),), "v0")
    assert not is_well_conditioned(curved)
    assert is_well_conditioned(Program(x, (Statement("v0", "ad.sin(x0)"),), "v0"))


@settings(max_examples=25)
@given(programs())
def test_arrays_and_tensors_alike(program):
    plain = program(*program.inputs)
    assert type(plain) is np.ndarray
    y = program(*tensors(program))
    assert type(y) is Tensor
    np.testing.assert_array_equal(plain, y.numpy())


@settings(max_examples=25)
@given(programs())
def test_the_printed_text_is_the_program(program):
    checked = []
    lines = repr(program).splitlines()
    assert lines[0].startswith("# a program of ")
    text = "\n".join(lines).replace("from autodiff.testing import check_gradients\n", "")
    names = {"check_gradients": lambda function, *inputs: checked.append((function, inputs))}
    exec(text, names)
    ((function, inputs),) = checked
    for x, z in zip(program.inputs, inputs, strict=True):
        np.testing.assert_array_equal(x, z)
        assert x.dtype == z.dtype
    np.testing.assert_array_equal(function(*inputs), program(*program.inputs))


@settings(max_examples=25)
@given(programs())
def test_gradients_are_those_of_differences(program):
    assert_gradient(program, program.inputs, np.random.default_rng(0))


@settings(max_examples=10)
@given(programs(5, 20))
def test_the_printed_text_checks_itself(program):
    exec(program.source(), {})


@settings(max_examples=15)
@given(programs(5, 15, smooth=True))
def test_second_order(program):
    assert_gradient(program, program.inputs, np.random.default_rng(0), order=1, relative=1e-6)


@settings(max_examples=25)
@given(programs())
def test_primitives_give_the_same_gradients(program):
    with primitives():
        apart = slopes(program)
    for g, h in zip(slopes(program), apart, strict=True):
        assert (g is None) == (h is None)
        if g is not None:
            scale = max(1, np.abs(g).max(initial=0))
            np.testing.assert_allclose(g, h, rtol=1e-8, atol=1e-8 * scale)


def reordered(program, rng):
    """The same statements, each after those it needs, in another order."""
    left, done, order = list(program.statements), set(), []
    while left:
        ready = [s for s in left if all(n in done or n[0] == "x" for n in s.operands)]
        chosen = ready[rng.integers(len(ready))]
        left.remove(chosen)
        done.add(chosen.name)
        order.append(chosen)
    return Program(program.inputs, tuple(order), program.result)


@settings(max_examples=25)
@given(programs(), st.integers(0, 2**32 - 1))
def test_the_order_of_independent_statements_changes_nothing(program, seed):
    other = reordered(program, np.random.default_rng(seed))
    np.testing.assert_array_equal(other(*other.inputs), program(*program.inputs))
    for g, h in zip(slopes(program), slopes(other), strict=True):
        assert (g is None) == (h is None)
        if g is not None:
            scale = max(1, np.abs(g).max(initial=0))
            np.testing.assert_allclose(g, h, rtol=1e-10, atol=1e-10 * scale)


@settings(max_examples=25)
@given(programs())
def test_two_runs_agree_to_the_bit(program):
    for g, h in zip(slopes(program), slopes(program), strict=True):
        np.testing.assert_array_equal(g, h)


def test_a_program_by_hand():
    program = Program(
        (np.array([1.0, 2.0]), np.array(3.0)),
        (Statement("v0", "ad.multiply(x0, x1)"), Statement("v1", "ad.add(v0, x0)")),
        "v1",
    )
    assert len(program) == 2
    assert program.statements[1].operands == ("v0", "x0")
    np.testing.assert_array_equal(program(*program.inputs), [4.0, 8.0])
    first, second = slopes(program, np.array([1.0, 10.0]))
    np.testing.assert_array_equal(first, [4.0, 40.0])
    assert second == 21.0
    assert repr(program) == (
        "# a program of 2 instructions:\n"
        "import numpy as np\n"
        "import autodiff as ad\n"
        "from autodiff.testing import check_gradients\n"
        "\n"
        "def program(x0, x1):\n"
        "    v0 = ad.multiply(x0, x1)\n"
        "    v1 = ad.add(v0, x0)\n"
        "    return v1\n"
        "\n"
        "x0 = np.array([1.0, 2.0])\n"
        "x1 = np.array(3.0)\n"
        "check_gradients(program, x0, x1)\n"
    )
