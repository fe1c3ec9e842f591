"""NumPy's own functions on Tensors: value against NumPy, gradient against differences."""

import inspect
import re
import zlib

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients
from autodiff.graph import Recorded
from autodiff.numpy_protocol.functions import numpy_functions, numpy_methods
from autodiff.numpy_protocol.plain import PLAIN
from autodiff.numpy_protocol.refusals import PARAMETERS
from autodiff.numpy_protocol.signatures import _IN_C, translation
from tests.differences import assert_gradient
from tests.numpy_calls import V, case, each, resolve
from tests.numpy_cases import ANSWERED, DIFFERENTIATED, ELSEWHERE, METHODS, ON_ARRAYS_ALONE
from tests.numpy_table import names_of, offered, table
from tests.readme import ROOT


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
    tested = {resolve(name) for name in [*(c.name for c in DIFFERENTIATED), *ELSEWHERE]}
    refused = {np.remainder, np.floor_divide}
    missing = [f.__name__ for f in numpy_functions if f not in tested and f not in refused]
    assert missing == []
    tested = {resolve(c.name) for c in ANSWERED}
    assert [f.__name__ for f in PLAIN if f not in tested] == []
    tested = {c.name for c in METHODS}
    assert {f"{f.__name__}.{method}" for f, method in numpy_methods} <= tested


def test_signatures_of_functions_written_in_c():
    """Where NumPy says the signature, it is ours."""
    said = [f for f in _IN_C if getattr(f, "__text_signature__", None)]
    for function in said:
        assert inspect.signature(_IN_C[function]) == inspect.signature(function)


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
    theirs = translation(function, numpy_functions[function]).signature.parameters.values()
    for i, parameter in enumerate(theirs):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY:
            assert i < len(ours) or "inputs" in ours
            continue
        any_given = any(p.kind is p.VAR_POSITIONAL for p in ours.values())
        if any_given and parameter.default is parameter.empty:
            continue  # an operation, which takes its inputs by position
        taken = parameter.name in ours or any_named
        assert taken or parameter.name in PARAMETERS or name == "einsum", parameter.name


def test_the_page_has_the_table():
    """Row by row, without what only another version of NumPy has."""
    text = (ROOT / "docs" / "numpy.md").read_text(encoding="utf-8")
    written, expected = (
        [re.findall(r"`([^`]+)`", row) for row in t.split("\n| ")[-3:]] for t in (text, table())
    )
    for names, right in zip(written, expected, strict=True):
        assert {n for n in names if " " in n or resolve(n) is not None} == set(right)


HALF = 0.5
EDGES = [
    # -- no axes
    *(case(name, V(HALF)) for name in each("exp2 cbrt floor round sinc nan_to_num copy real")),
    *(case(name, V(HALF)) for name in each("nansum nanmax nanmean nanstd average atleast_3d")),
    *(case(name, V(HALF)) for name in each("diagflat ravel meshgrid atleast_1d")),
    *(case(name, V(HALF), V(2.0)) for name in each("hypot arctan2 inner vdot kron heaviside")),
    case("clip", V(HALF), None, 0.2), case("resize", V(HALF), (2, 2)), case("resize", V(HALF), ()),
    case("sum", V(HALF), where=False), case("sum", V(HALF), where=True, initial=1.0),
    case("var", V(HALF), where=np.array(True)), case("append", V(HALF), V(2.0)),
    case("insert", V(HALF), 0, 2.0), case("piecewise", V(HALF), [True], [np.exp]),
    case("select", [True], [V(HALF)]), case("choose", 1, [1.0, V(HALF)]),
    case("linspace", V(HALF), 2.0, 0), case("polyval", V(1.0, 2.0), V(HALF)),
    case("unwrap", V([HALF])), case("hstack", [V(HALF), V(HALF)]), case("block", V(HALF)),
    case("add.outer", V(HALF), V(1.0, 2.0)), case("take", V(HALF), 0, mode="wrap"),
    case("tile", V(HALF), 2), case("compress", [True], V(HALF)), case("extract", True, V(HALF)),
    # -- no elements
    *(case(name, V([])) for name in each("exp2 sinc nansum nanprod cumulative_sum flipud diff")),
    *(case(name, V([])) for name in each("ediff1d diag tril floor fft.ifftshift unwrap nancumsum")),
    *(case(name, V([]), V([])) for name in each("hypot vdot append")),
    case("sum", V([]), where=[]), case("max", V([]), initial=2.0), case("trapezoid", V([])),
    case("delete", V([]), []), case("insert", V([]), 0, V(2.0)), case("polyval", V([]), V(1.0)),
    case("array_split", V(1.0, 2.0), 3), case("take_along_axis", V([]), np.zeros(2, int)[:0], 0),
    case("where", np.zeros(0, bool), V([]), 1.0), case("logspace", V(1.0), V(2.0), 0),
    case("vander", V(1.0, 2.0), 0), case("resize", V([]), (2,)), case("compress", [], V(1.0, 2.0)),
]  # fmt: skip


@pytest.mark.parametrize("case", EDGES, ids=repr)
def test_no_axes_and_no_elements(case):
    inputs = numbers(case)
    expected = outputs(case.call(inputs))
    xs = [Tensor(x, requires_grad=True) for x in inputs]
    ys = outputs(case.call(xs))
    for y, z in zip(ys, expected, strict=True):
        assert y.shape == np.shape(z)
        np.testing.assert_allclose(y.numpy(), z, rtol=1e-12)
    total = sum(y.sum() for y in ys)
    for x, g in zip(xs, gradients(total, xs), strict=True):
        assert g is None or g.shape == x.shape


INTEGERS = np.array([[3, 1, 2], [0, 5, 4]])


@pytest.mark.parametrize("name", each(
    "sum prod max var nansum average cumsum diff ediff1d gradient trapezoid cov corrcoef fliplr "
    "rot90 tril diagflat copy real vander hstack vstack dstack unstack ravel kron inner convolve "
    "floor exp2 cbrt hypot arctan2 float_power linspace nan_to_num resize insert delete compress"
))  # fmt: skip
def test_integers(name):
    """Of integers the result is NumPy's, the dtype too; beside a Tensor they are constants."""
    function = resolve(name)
    more = {
        "kron": (INTEGERS,), "inner": (INTEGERS,), "hypot": (INTEGERS,), "arctan2": (INTEGERS,),
        "float_power": (2,), "linspace": (7, 4), "resize": (4,), "insert": (1, 7), "delete": (1,),
    }.get(name, ())  # fmt: skip
    data = INTEGERS[0] if name in ("vander", "convolve") else INTEGERS
    more = (np.array([1, 2]),) if name == "convolve" else more
    leading = ([True, False],) if name == "compress" else ()
    actual = outputs(function(*leading, Tensor(data), *more))
    parts = function(*leading, data, *more)
    expected = tuple(parts) if isinstance(parts, (list, tuple)) else (parts,)
    for y, z in zip(actual, expected, strict=True):
        assert isinstance(y, Tensor)
        np.testing.assert_allclose(y.numpy(), z, rtol=1e-12)
        assert y.dtype == z.dtype


def test_layouts():
    """Columns first, every other element, read-only: the same numbers."""
    for c in CALLS:
        inputs = numbers(c)
        plain = outputs(c.call([Tensor(x) for x in inputs]))
        odd = [Tensor(0.0) for _ in inputs]
        for t, x in zip(odd, inputs, strict=True):
            t._array = np.repeat(x[..., None], 2, axis=-1)[..., 0].T.copy().T
            t._array.flags.writeable = False
        for y, z in zip(plain, outputs(c.call(odd)), strict=True):
            np.testing.assert_allclose(np.asarray(y), np.asarray(z), rtol=1e-12, atol=1e-14)
