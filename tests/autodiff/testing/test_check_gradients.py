"""What check_gradients accepts, refuses, says of kinks, and leaves as it was."""

import contextlib
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import autodiff as ad
import nn
from autodiff import INPUTS, Op, Tensor, testing
from autodiff.testing import (
    GradientError,
    KinkWarning,
    UncheckableError,
    UncheckedWarning,
    check_gradients,
)
from autodiff.testing.strategies import laid_out
from tests.autodiff.testing.wrong_rules import Half, Square, Transposed


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


# -- what it takes ------------------------------------------------------------------------


def plain(x, w):
    return ad.tanh(x @ w)


def several(parameters, xs):
    y = parameters["w"] * xs[0]
    return {"y": y, "rest": (y.sum(), [xs[1] ** 2])}


RIGHT = {
    "a function": (plain, draw(2, 3), draw(3, 3)),
    "NumPy's functions": (lambda x: np.sin(x).sum(), draw(5)),
    "numbers": (lambda x, y: x * y, 2.0, 3.0),
    "Tensors": (plain, Tensor(draw(2, 3), requires_grad=True), Tensor(draw(3, 3))),
    "containers": (several, {"w": draw(3)}, [draw(3), 2.0]),
    "labels": (nn.SoftmaxCE(), draw(4, 3), np.array([0, 2, 1, 1])),
    "an operation": (Square(), draw(3, 2)),
    "an operation of the engine": (ad.matmul, draw(2, 3), draw(3, 2)),
    "a module": (nn.Affine(3, 2, dtype=np.float64), draw(4, 3)),
    "a module in float32": (nn.Sequential(nn.Affine(3, 4), nn.Tanh()), draw(4, 3)),
    "running statistics": (nn.BatchNorm(2), draw(5, 2)),
    "a gradient that cancels": (nn.Sequential(nn.Affine(3, 2), nn.BatchNorm(2)), draw(5, 3)),
    "float32": (plain, draw(2, 3).astype(np.float32), draw(3, 3).astype(np.float32)),
    "an inner derivative": (ad.grad(lambda x: (x**3).sum()), draw(3)),
    "an unused input": (lambda x, y: 2 * x, draw(2), draw(2)),
    "no elements": (lambda x: 2 * x, np.zeros((0, 3))),
    "many elements": (plain, draw(20, 10), draw(10, 3)),
    "very different sizes": (lambda x: x * x, np.array([1e6, 1e-6, 1.0, -1e-6, -1e6])),
    "far out": (ad.sin, np.array([1e6, -1e6])),
    "near a pole": (ad.log, np.array([1e-6, 1e-3, 1.0, 1e6])),
    "a small slope at a large value": (lambda x: x + 1e8, draw(3)),
    "next to a kink": (abs, np.array([1e-9, 1.0, -2.0])),
    "a quotient of sizes": (lambda x, y: x / y, 1e6 * draw(4), 1e-6 * draw(4, seed=1)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    function, *inputs = RIGHT[name]
    assert check_gradients(function, *inputs) is None


@pytest.mark.parametrize("name", ["a function", "containers", "a module", "an operation"])
def test_right_at_the_second_order(name):
    function, *inputs = RIGHT[name]
    check_gradients(function, *inputs, order=2)


def test_also_under_no_grad():
    with ad.no_grad():
        check_gradients(plain, draw(2, 3), draw(3, 3))


# -- what it refuses ----------------------------------------------------------------------

UNCHECKABLE = {
    "no floating input": (lambda x: x * 2, [1], "no input that wants a gradient"),
    "labels alone": (lambda x: x * 2, [np.arange(3)], "no input that wants a gradient"),
    "a Tensor that wants none": (lambda x: x * 2, [Tensor([1.0])], "requires_grad=True"),
    "detached": (lambda x: x.detach() * 2, [1.0], "no node"),
    "a constant": (lambda x: Tensor([1.0], requires_grad=True) * 2, [1.0], "none of its inputs"),
    "an array": (lambda x: x.numpy() * 2, [1.0], "taken out by .numpy"),
    "nothing": (lambda x: None, [1.0], "gave NoneType"),
    "random": (lambda x: x * np.random.default_rng().normal(), [1.0], "not deterministic"),
    "dropout": (nn.Dropout(0.5), [draw(5, 5)], "not deterministic"),
    "an input that is not finite": (lambda x: x * 2, [np.nan], "not finite"),
    "a result that is not finite": (lambda x: x * np.inf, [1.0], "not finite"),
}


@pytest.mark.parametrize("name", UNCHECKABLE)
def test_uncheckable(name):
    function, inputs, says = UNCHECKABLE[name]
    with pytest.raises(UncheckableError, match=says):
        check_gradients(function, *inputs)


@pytest.mark.parametrize(
    ("error", "options"),
    [
        (ValueError, {"order": 0}),
        (ValueError, {"order": True}),
        (ValueError, {"directions": 0}),
        (ValueError, {"seed": -1}),
        (ValueError, {"modes": ()}),
        (ValueError, {"modes": ("backward",)}),
        (ValueError, {"modes": "reverse"}),
        (ValueError, {"rtol": 0.0}),
    ],
    ids=str,
)
def test_arguments(error, options):
    with pytest.raises(error, match="check_gradients"):
        check_gradients(ad.exp, 1.0, **options)


def test_integers_of_numpy():
    check_gradients(ad.exp, 1.0, order=np.int64(2), directions=np.int8(1))


@pytest.mark.parametrize("f", [Square, 3.0])
def test_what_is_no_function(f):
    with pytest.raises(TypeError, match="instance"):
        check_gradients(f, 1.0)


def test_complex():
    with pytest.raises(TypeError, match="real numbers"):
        check_gradients(ad.exp, 1j)


def test_an_error_of_the_function_is_its_own():
    with pytest.raises(ZeroDivisionError):
        check_gradients(lambda x: 1 / 0, 1.0)


# -- kinks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "x", "place"),
    [
        (lambda x: ad.maximum(x, 0.0), np.array([0.0, 1.0, -2.0]), r"element \(0,\)"),
        (abs, np.array([1.0, 0.0, -2.0]), r"element \(1,\)"),
        (ad.max, np.array([1.0, 1.0, 0.0]), r"element \(0,\)"),
        (lambda x: np.maximum(x, 0.0).sum(), np.array([0.0, 1.0, -2.0]), r"element \(0,\)"),
        (lambda x: ad.clip(x, 0.0, 1.0), np.array([0.5, 1.0]), r"element \(1,\)"),
        (lambda x: ad.maximum(x, 0.0), np.where(np.arange(500) == 7, 0, draw(500)), "random"),
    ],
)
def test_kinks_are_said(function, x, place):
    with pytest.warns(KinkWarning, match=place):
        check_gradients(function, x)


def test_what_is_wrong_beside_a_kink_is_found():
    class Wrong(Op):
        saves = INPUTS

        def forward(self, x):
            return np.maximum(x, 0)

        def vjp(self, g, x):
            return (1.001 * g * ad.where(np.asarray([0.0, 1.0, -2.0]) > 0, 1.0, 0.0 * x),)

    with pytest.raises(GradientError, match=r"index \(1,\)"):
        check_gradients(Wrong(), np.array([0.0, 1.0, -2.0]))


@pytest.mark.parametrize(
    "function",
    [abs, lambda x: 1e8 * (ad.sin(x + 1e4) - ad.sin(x + (1e4 + 1e-8)))],
    ids=["a kink", "ill-conditioned"],
)
def test_where_nothing_can_be_told(function):
    with pytest.raises(UncheckableError, match="nothing could be checked"):
        check_gradients(function, 0.0)


def test_hypothesis_rejects_what_cannot_be_told():
    checked = []

    @settings(max_examples=20, deadline=None, database=None)
    @given(st.sampled_from([0.0, 1.0, 2.0]))
    def run(x):
        check_gradients(abs, x)
        checked.append(x)

    run()
    assert set(checked) == {1.0, 2.0}


# -- what it leaves as it was -------------------------------------------------------------


class Wrong(nn.Module):
    def forward(self, x):
        return Half()(x)


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_the_callers_is_changed(fails):
    model = nn.Sequential(nn.Affine(3, 4), nn.Tanh(), *([Wrong()] if fails else []))
    first = next(model.parameters())
    x, t = draw(5, 3), Tensor(draw(4), requires_grad=True)
    first.grad = np.ones(first.shape, np.float32)
    t.grad = np.ones(4)
    before, x_before, nodes = model.state_dict(), x.copy(), [p.node for p in model.parameters()]
    closure = (lambda x, t: model(x) * t), (x, t), UncheckedWarning
    for function, inputs, *said in ((model, (x,)), closure):
        if fails:
            with pytest.raises(GradientError):
                check_gradients(function, *inputs)
        else:
            with pytest.warns(said[0]) if said else contextlib.nullcontext():
                check_gradients(function, *inputs)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
        assert array.dtype == np.float32
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(t.grad, np.ones(4))
    np.testing.assert_array_equal(first.grad, np.ones(first.shape))
    assert [p.grad is None for p in model.parameters()] == [False, True]
    assert [p.node for p in model.parameters()] == nodes
    assert model.training


def test_running_statistics_do_not_move():
    layer = nn.BatchNorm(2)
    before = layer.state_dict()
    check_gradients(layer, draw(5, 2))
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_parameters_are_checked():
    class Layer(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(draw(3))

        def forward(self, x):
            return x + Half()(self.weight)

    with pytest.raises(GradientError, match="parameter weight"):
        check_gradients(Layer(), draw(3))
    check_gradients(Layer().freeze(), draw(3))


def test_the_parameters_of_a_bound_method_are_checked():
    class Layer(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(draw(3))

        def forward(self, x):
            return self.penalty(x) + x

        def penalty(self, x):
            return x + Half()(self.weight)

    layer = Layer()
    for method in (layer.forward, layer.penalty):
        with pytest.raises(GradientError, match="parameter weight"):
            check_gradients(method, draw(3))


def test_what_is_not_checked_is_said():
    w = Tensor(draw(3), requires_grad=True)
    with pytest.warns(UncheckedWarning, match=r"shape \(3,\)"):
        check_gradients(lambda x: x * Half()(w), draw(3))
    model = nn.Affine(3, 2)
    with pytest.warns(UncheckedWarning, match="weight"):
        check_gradients(lambda x: model(x).sum(), draw(2, 3))


@pytest.mark.parametrize("layout", ["F", "strided", "reversed", "transposed", "broadcast"])
def test_operations_see_the_layout_given(layout):
    class Seen(Square):
        def forward(self, x):
            seen.add((x.strides, x.flags.writeable))
            return x * x

    seen = set()
    x = laid_out(draw(3, 4), layout, read_only=True)
    check_gradients(Seen(), x)
    assert (x.strides, False) in seen


def test_a_rule_that_is_wrong_in_one_layout_of_its_input():
    class Contiguous(Square):
        def vjp(self, g, x):
            fault = isinstance(x, np.ndarray) and x.strides != (32, 8)
            return ((2.1 if fault else 2.0) * g * x,)

    check_gradients(Contiguous(), draw(3, 4))
    with pytest.raises(GradientError):
        check_gradients(Contiguous(), laid_out(draw(3, 4), "strided"))


def test_within_hypothesis_it_leaves_the_shrinking_to_it():
    said = []

    @settings(max_examples=1, deadline=None, database=None)
    @given(st.just(np.ones(3)))
    def run(x):
        with pytest.raises(GradientError) as caught:
            check_gradients(Half(), x)
        said.append(str(caught.value))

    run()
    assert said
    assert not any("smallest" in text for text in said)


def test_the_work_on_a_large_input_is_bounded():
    calls = []

    def sort(x):
        calls.append(x.size)
        return ad.sort(x)

    with pytest.warns(KinkWarning):  # its elements are too close to each other
        check_gradients(sort, draw(20_000))
    assert len(calls) < 1000


def test_the_same_seed_gives_the_same_report():
    texts = set()
    for _ in range(2):
        with pytest.raises(GradientError) as caught:
            check_gradients(Half(), draw(10, 10), seed=3)
        texts.add(str(caught.value))
    assert len(texts) == 1


# -- the report ---------------------------------------------------------------------------


def test_report():
    with pytest.raises(GradientError) as caught:
        check_gradients(Half(), np.array([[3.0, 0.0], [0.0, 0.0]]), modes=("reverse",))
    text = str(caught.value)
    for part in ("half: ", "input 0 (x)", "index (0, 0)", "order 1, reverse", "ratio", "0.5"):
        assert part in text
    rules, differences = (
        float(line.split()[-1])
        for line in text.splitlines()
        if line.split()[:2] in (["the", "rules"], ["differences", "give"])
    )
    assert abs(rules / differences - 0.5) < 1e-6


def test_a_small_wrong_entry_is_not_called_all_but_right():
    with pytest.raises(GradientError) as caught:
        check_gradients(SmallEntry(), np.array([1e9, 1.0]))
    assert "all but right" not in str(caught.value)
    assert "small beside the largest" in str(caught.value)


class SmallEntry(Square):
    def vjp(self, g, x):
        return (2 * g * x * np.array([1.0, 0.4]),)


def test_a_rule_for_arrays_alone_is_told_of():
    class Writes(Square):
        def vjp(self, g, x):
            slopes = np.zeros(x.shape)
            slopes[:] = 2 * g * x
            return (slopes,)

    check_gradients(Writes(), draw(3), modes=("reverse",))
    with pytest.raises(TypeError) as caught:
        check_gradients(Writes(), draw(3))
    assert 'modes=("reverse",)' in caught.value.__notes__[-1]


def test_smallest_failing_inputs_fail_too():
    with pytest.raises(GradientError) as caught:
        check_gradients(Transposed(), draw(6, 6), draw(6, 6, seed=1))
    found = str(caught.value).split("smallest failing inputs found:")[1]
    shown = [eval(part.split("\n    input 1")[0]) for part in found.split(" = ")[1:]]
    x, w = map(np.array, shown)
    assert x.shape == w.shape == (2, 2)
    with pytest.raises(GradientError):
        check_gradients(Transposed(), x.astype(float), w.astype(float))


def test_forward_alone():
    with pytest.raises(GradientError, match="forward"):
        check_gradients(Half(), draw(3), modes=("forward",))


# -- the kit itself -----------------------------------------------------------------------


def test_hypothesis_is_not_imported():
    code = "import sys, autodiff.testing; assert not {'hypothesis', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_unknown_name():
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = testing.nothing_such


def test_no_warnings_besides():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_gradients(ad.log, np.array([1e-5, 1.0]))  # steps that leave the domain


def test_fails_under_hypothesis_and_shrinks():
    def fails(n):
        try:
            check_gradients(Half(), np.ones(n))
        except GradientError:
            return True
        return False

    assert find(st.integers(0, 9), fails, settings=settings(database=None)) == 1
