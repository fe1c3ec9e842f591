"""NumPy's own functions on Tensors: value against NumPy, gradient against differences."""

import inspect
import zlib

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients
from autodiff.graph import Recorded
from autodiff.numpy_functions import numpy_functions, numpy_methods
from autodiff.numpy_plain import PLAIN
from autodiff.numpy_refusals import PARAMETERS
from tests.differences import assert_gradient
from tests.numpy_calls import resolve
from tests.numpy_cases import ANSWERED, DIFFERENTIATED, METHODS, ON_ARRAYS_ALONE
from tests.numpy_table import names_of, offered


def outputs(y):
    return y if isinstance(y, tuple) else (y,)


def numbers(case):
    return case.draw(np.random.default_rng(zlib.crc32(repr(case).encode())))


CALLS = [c for c in [*DIFFERENTIATED, *METHODS] if resolve(c.name) is not None]


@pytest.mark.parametrize("case", CALLS, ids=repr)
def test_value_is_numpys(case):
    inputs = numbers(case)
    with np.errstate(all="ignore"):
        expected = outputs(case.call(inputs))
    actual = outputs(case.call([Tensor(x, requires_grad=True) for x in inputs]))
    for y, z in zip(actual, expected, strict=True):
        if case.name in ON_ARRAYS_ALONE:
            assert type(y) is np.ndarray
            continue
        assert isinstance(y, Tensor)
        assert y.node is not None or case.kwargs.get("returned")
        assert y.shape == np.shape(z)
        assert y.dtype == np.float64
        np.testing.assert_allclose(y.numpy(), z, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("case", CALLS, ids=repr)
@pytest.mark.parametrize("order", [0, 1])
def test_gradient_is_that_of_differences(case, order):
    if case.name in ON_ARRAYS_ALONE:
        return
    inputs = numbers(case)

    def call(*xs):
        y = case.call(xs)
        return outputs(y) if isinstance(y, tuple) else y

    holes = [np.isnan(x) for x in inputs]

    def filled(*xs):
        """NaN stays where it is, since a difference cannot move it."""
        return call(*[ad.where(hole, np.nan, x) for x, hole in zip(xs, holes, strict=True)])

    whole = [np.where(hole, 0, x) for x, hole in zip(inputs, holes, strict=True)]
    assert_gradient(filled, whole, np.random.default_rng(0), order, (1e-7, 1e-6)[order])


def _has_float64(x):
    """Whether there are arrays of float64 in the arguments, or numbers that are joined."""
    if isinstance(x, (list, tuple, dict)):
        parts = x.values() if isinstance(x, dict) else x
        return any(
            _has_float64(part) or (type(part) is float and isinstance(x, list)) for part in parts
        )
    return isinstance(x, np.ndarray) and x.dtype == float


@pytest.mark.parametrize("case", CALLS, ids=repr)
def test_float32_stays_float32(case):
    if case.name in {"float_power", "astype", *ON_ARRAYS_ALONE}:
        return
    inputs = [x.astype(np.float32) for x in numbers(case)]
    xs = [Tensor(x, requires_grad=True) for x in inputs]
    ys = outputs(case.call(xs))
    with np.errstate(all="ignore"):
        numpys = outputs(case.call(inputs))
    for y, z in zip(ys, numpys, strict=True):
        assert y.dtype == np.float32 or _has_float64(case.args) or _has_float64(case.kwargs)
        np.testing.assert_allclose(y.numpy(), z, rtol=2e-5, atol=2e-5)
    total = sum(y.sum() for y in ys if y.node is not None)
    for g in gradients(total, xs):
        assert g is None or g.dtype == np.float32


@pytest.mark.parametrize("case", [c for c in ANSWERED if resolve(c.name)], ids=repr)
def test_plain_answers(case):
    inputs = numbers(case)
    expected = case.call(inputs)
    for requires_grad in (False, True):
        actual = case.call([Tensor(x, requires_grad=requires_grad) for x in inputs])
        assert not any(isinstance(y, Recorded) for y in outputs(actual))
        if case.name in ("shares_memory", "may_share_memory"):
            assert isinstance(actual, bool)
            continue
        for y, z in zip(outputs(actual), outputs(expected), strict=True):
            assert type(y) is type(z)
            assert np.array_equal(y, z) if isinstance(y, np.ndarray) else y == z


def test_every_function_has_a_case():
    tested = {resolve(c.name) for c in DIFFERENTIATED} | {numpy_functions.get(None)}
    refused = {np.remainder, np.floor_divide}
    missing = [f.__name__ for f in numpy_functions if f not in tested and f not in refused]
    assert missing == []
    tested = {resolve(c.name) for c in ANSWERED}
    assert [f.__name__ for f in PLAIN if f not in tested] == []
    tested = {c.name for c in METHODS}
    assert {f"{f.__name__}.{method}" for f, method in numpy_methods} <= tested


def test_at_least_150_functions():
    differentiated, plain = offered()
    assert not set(differentiated) & set(plain)
    assert len(differentiated) >= 150
    assert len(differentiated) + len(plain) >= 200


@pytest.mark.parametrize("name", names_of(set(numpy_functions) - set(PLAIN)))
def test_every_parameter_is_taken_or_refused_by_name(name):
    function = resolve(name)
    if isinstance(function, np.ufunc):
        return
    ours = inspect.signature(numpy_functions[function]).parameters
    any_named = any(p.kind is p.VAR_KEYWORD for p in ours.values())
    theirs = inspect.signature(function).parameters.values()
    for i, parameter in enumerate(theirs):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY:
            assert i < len(ours) or "inputs" in ours
            continue
        taken = parameter.name in ours or any_named
        assert taken or parameter.name in PARAMETERS or name == "einsum", parameter.name
