"""What of NumPy does not take Tensors says so, and what to write: nothing is detached silently."""

import re
import warnings

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor
from autodiff.graph import Recorded
from autodiff.numpy_protocol.functions import numpy_functions, numpy_methods
from autodiff.numpy_protocol.plain import PLAIN
from autodiff.numpy_protocol.refusals import HINTS, refusal, supported
from tests.numpy_calls import resolve
from tests.numpy_table import is_known, public_names


def leaf(values):
    return Tensor(values, requires_grad=True, dtype=float)


PUBLIC = {
    name: value
    for name, value in public_names()
    if isinstance(value, np.ufunc) or hasattr(value, "_implementation")
}
"""What NumPy dispatches by its protocols."""

MATRIX = [[2.0, 1.0], [1.0, 3.0]]


def plausible(t, a):
    """Arguments with a Tensor in the first place, in another, in a list."""
    i = np.array([[0, 1], [1, 0]])
    yield from ((t,), (t, t), (t, a), (a, t), (t, 1), (1, t), (t, 0, 1), (t, a, a), (a, a, t))
    yield from (([t, t],), ([t, a],), ((t, a),), (t, [t]), ([a], [t]), (t, i), (i, t), (i, [t, t]))
    yield from ((a > 1, t), (a > 1, t, a), (t, a > 1), (t, i, t), (t, 0, t), (t, [a > 1], [1.0]))
    yield from ((t, np.float32), (t, (2, 2)), (t, (1, 1, 2, 2)), ("ij,jk->ik", t, a))
    yield from ((t[0], t[1]), (t[0],), (t[0], a), (a[0], t[0]), ([a > 1], [t]))
    yield from ((np.sum, 0, t), (np.sum, t, [0]), (t, i, t, 0), ("name", t), (2, t), (t, [0], t))


ONE_BY_ONE = {"atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays", "meshgrid"}
"""What gives a result for each argument, a Tensor for a Tensor."""

WITHOUT_SLOPE = {"where", "compress", "extract", "select", "take_along_axis", "delete", "astype"}
"""What may have a Tensor as a condition, for places or a dtype alone, and is plain then."""

UNMET = {"interp", "choose", "take_along_axis", "bincount", "cross", "linalg.cross", "dsplit"}
"""What takes none of the plausible arguments."""


def parts_of(y):
    return y if isinstance(y, (tuple, list)) else (y,)


@pytest.fixture
def dispatched(monkeypatch):
    """The functions that NumPy hands over to Tensors."""
    seen = []
    of_function, of_ufunc = Tensor.__array_function__, Tensor.__array_ufunc__

    def array_function(self, function, types, args, kwargs):
        seen.append(function)
        return of_function(self, function, types, args, kwargs)

    def array_ufunc(self, ufunc, method, *inputs, **kwargs):
        seen.append(ufunc)
        return of_ufunc(self, ufunc, method, *inputs, **kwargs)

    monkeypatch.setattr(Tensor, "__array_function__", array_function)
    monkeypatch.setattr(Tensor, "__array_ufunc__", array_ufunc)
    return seen


@pytest.mark.parametrize("name", PUBLIC)
def test_a_tensor_gives_a_tensor_or_a_plain_answer_or_an_error(name, dispatched):
    function = PUBLIC[name]
    differentiates, is_plain = is_known(function, numpy_functions), is_known(function, PLAIN)
    refusals = successes = 0
    for args in plausible(leaf(MATRIX), np.array(MATRIX)):
        dispatched.clear()
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                y = function(*args)
        except Exception as error:
            refusals += "does not take Tensors" in str(error)
            continue
        if function not in dispatched[:1]:
            continue  # NumPy has not looked at the Tensor, as at a flag; test_numpy_floats has more
        successes += 1
        parts = parts_of(y)
        assert not any(isinstance(p, np.ndarray) and p.dtype.kind == "O" for p in parts)
        if is_plain:
            assert not any(isinstance(part, Recorded) for part in parts)
        elif name in ONE_BY_ONE | {"linalg.lstsq"}:  # which gives the rank, too
            assert any(isinstance(part, Tensor) for part in parts)
        elif name not in WITHOUT_SLOPE | {"full_like"} and (name, len(args)) != ("bincount", 1):
            assert all(isinstance(part, Tensor) for part in parts)
    if function in (np.remainder, np.floor_divide):
        assert not successes
    elif differentiates or is_plain:
        assert successes or name in UNMET
    else:
        assert refusals
        assert not successes


@pytest.mark.parametrize(("call", "message"), [
    (lambda t, a: np.fft.fft(t), "np.fft.fft does not take Tensors: its results are complex"),
    (lambda t, a: np.linalg.eig(t), "write np.linalg.eigh for a symmetric matrix"),
    (lambda t, a: np.modf(t), "write np.trunc(t) and t - np.trunc(t)"),
    (lambda t, a: np.bitwise_and(t, 1), "np.bitwise_and does not take Tensors: it is for integers"),
    (lambda t, a: np.put(t, [0], 1), "autodiff.index_update"),
    (lambda t, a: np.copyto(a, t), "autodiff.index_update"),
    (lambda t, a: np.fill_diagonal(t, 0), "autodiff.index_update"),
    (lambda t, a: np.place(a, a > 0, t), "autodiff.index_update"),
    (lambda t, a: np.unique(t), "which elements are equal has no derivative"),
    (lambda t, a: np.histogram(t), "counts have no derivative"),
    (lambda t, a: np.histogram(a, weights=t), "np.histogram"),
    (lambda t, a: np.i0(t), "give it tensor.numpy(), for its value alone"),
    (lambda t, a: np.nextafter(t, 1), "the grid of floating numbers"),
    (lambda t, a: np.fmod(t, 2), "it jumps at every multiple"),
    (lambda t, a: np.add.at(a, [0], t[0]), "np.add.at does not take Tensors: a Tensor is never"),
    (lambda t, a: np.add.reduceat(t, [0]), "np.add.reduceat does not take Tensors: write np.add"),
    (lambda t, a: np.subtract.reduce(t), "np.subtract.reduce does not take Tensors"),
    (lambda t, a: np.maximum.accumulate(t), "np.maximum has reduce"),
    (lambda t, a: np.exp(t, out=a), "np.exp: out: a Tensor cannot be written into an array"),
    (lambda t, a: np.add(a, a, out=t), "out: a Tensor cannot be written"),
    (lambda t, a: np.isnan(a, out=t), "np.isnan: out is a Tensor, which is never written"),
    (lambda t, a: np.exp(t, where=a > 1), "np.exp on a Tensor: where: what stands where it is"),
    (lambda t, a: np.exp(t, dtype=np.float32), "write .astype(dtype)"),
    (lambda t, a: np.sum(t, dtype=np.float32), "np.sum on a Tensor: dtype:"),
    (lambda t, a: np.sum(t, 0, None, a[0]), "np.sum on a Tensor: out:"),
    (lambda t, a: np.sum(t, out=t), "np.sum on a Tensor: out:"),
    (lambda t, a: np.mean(a, where=t > 1, out=t), "np.mean on a Tensor: out:"),
    (lambda t, a: np.concatenate([t, a], dtype=np.float32), "np.concatenate on a Tensor: dtype:"),
    (lambda t, a: np.add.reduce(t, dtype=np.float32), "np.add on a Tensor: dtype"),
    (lambda t, a: np.logaddexp.reduce(t, initial=1.0), "np.logaddexp on a Tensor: initial"),
    (lambda t, a: np.frompyfunc(abs, 1, 1)(t), "does not take Tensors"),
    (lambda t, a: np.full_like(t, [t[0, 0], 1.0]), "full_like: a list of Tensors; write autodiff."),
    (lambda t, a: np.full_like(a, t[0, 0]), "write autodiff.broadcast_to(tensor, shape)"),
    (lambda t, a: a.clip(0, t), "array.clip does not take Tensors: write np.clip(array"),
    (lambda t, a: np.greater.at(t, [0], 0.0), "np.greater.at does not take Tensors: a Tensor is"),
    (lambda t, a: np.logical_not.at(t, [0]), "np.logical_not.at does not take Tensors"),
    (lambda t, a: np.any(t, None, t), "np.any: out is a Tensor, which is never written"),
    (lambda t, a: np.all(a, 0, t), "np.all: out is a Tensor, which is never written"),
    (lambda t, a: np.argmax(a, None, t), "np.argmax: out is a Tensor, which is never written"),
    (lambda t, a: np.isneginf(a, t), "np.isneginf: out is a Tensor, which is never written"),
    (lambda t, a: np.logical_or.reduce(a, 0, None, t), "out is a Tensor, which is never written"),
    (lambda t, a: np.linalg.vector_norm(t, ord=t[0, 0]), "norm: ord is a Tensor, but no gradient"),
    (lambda t, a: np.var(t, ddof=t[0, 0]), "var: ddof is a Tensor, but no gradient goes to it"),
    (lambda t, a: np.nanstd(t, correction=t[0, 0]), "std: ddof is a Tensor, but no gradient goes"),
    (lambda t, a: np.pad(t, 1, constant_values=t[0, 0]), "pad: constant_values is a Tensor"),
    (lambda t, a: np.vectorize(float)(t), "np.asarray would lose the gradient"),
    (lambda t, a: np.hanning(t), "Tensor"),
    (lambda t, a: np.max(t, where=a > 1), "max: where leaves elements out; give initial"),
    (lambda t, a: np.nanmax(t, where=a > 1), "max: where leaves elements out; give initial"),
    (lambda t, a: np.sum(t, where=np.ones((2, 2, 2), bool)), "must broadcast to that shape"),
    (lambda t, a: np.var(t, ddof=1, correction=1), "var: ddof and correction are the same"),
    (lambda t, a: np.reshape(t, 4, order="A"), "reshape: order 'A'; expected 'C' or 'F'"),
    (lambda t, a: np.matrix_transpose(t[0]), "matrix_transpose: (2,): at least two axes"),
    (lambda t, a: np.rollaxis(t, 0, 5), "rollaxis: start 5 for 2 axes"),
    (lambda t, a: np.meshgrid(t[0], indexing="yx"), "meshgrid: indexing 'yx'"),
    (lambda t, a: np.diag(ad.stack([t, t])), "diag: (2, 2, 2): expected a vector or a matrix"),
    (lambda t, a: np.block([[t], []]), "block: an empty list holds no block"),
    (lambda t, a: np.block([[t], t]), "block: lists are nested deeper"),
    (lambda t, a: np.array_split(t, 0), "array_split: 0 sections"),
    (lambda t, a: np.dsplit(t, 1), "dsplit: (2, 2): expected at least 3 axes"),
    (lambda t, a: np.take_along_axis(t, np.array([0]), 0), "expected as many axes"),
    (lambda t, a: np.choose(np.array([2]), [t, t]), "choose: there are 2 choices"),
    (lambda t, a: np.choose(np.array([2]), [t, t], mode="x"), "choose: mode 'x'"),
    (lambda t, a: np.take(t, 0, mode="x"), "take: mode 'x'"),
    (lambda t, a: np.select([a > 1], [t, t]), "select: 1 conditions and 2 choices"),
    (lambda t, a: np.piecewise(t, [a > 1], [1, 2, 3]), "piecewise: 1 conditions and 3 functions"),
    (lambda t, a: np.cumulative_sum(t), "cumulative_sum: (2, 2): give the axis"),
    (lambda t, a: np.diff(t, -1), "diff: n = -1"),
    (lambda t, a: np.gradient(t, 1, 2, 3), "gradient: 3 spacings for 2 axes"),
    (lambda t, a: np.gradient(t, edge_order=2), "gradient: 2 samples along axis 0; at least 3"),
    (lambda t, a: np.gradient(t, edge_order=3), "gradient: edge_order 3"),
    (lambda t, a: np.gradient(t, a[0], [1, 2, 3]), "gradient: coordinates of shape (3,) for 2"),
    (lambda t, a: np.vecdot(t, np.ones(3)), "vecdot: vectors of 2 and 3 elements"),
    (lambda t, a: np.linalg.outer(t, t), "linalg.outer: (2, 2) and (2, 2): expected vectors"),
    (lambda t, a: np.linalg.multi_dot([t]), "multi_dot: 1 arrays"),
    (lambda t, a: np.cross(t, t), "cross: vectors of 2 and 2 elements; expected 3"),
    (lambda t, a: np.convolve(t, t), "convolve: (2, 2) and (2, 2): expected vectors"),
    (lambda t, a: np.convolve(t[0], t[0], "x"), "convolve: mode 'x'"),
    (lambda t, a: np.geomspace(t[0, 0], -1.0), "geomspace: start and stop must have the same"),
    (lambda t, a: np.vander(t), "vander: (2, 2): expected a vector"),
    (lambda t, a: np.average(t, weights=np.ones(3)), "average: weights of shape (3,)"),
    (lambda t, a: np.cov(ad.stack([t, t])), "cov: (2, 2, 2): expected one variable"),
    (lambda t, a: np.apply_along_axis(np.sum, 0, t[:, :0]), "there is no vector along axis 0"),
])  # fmt: skip
def test_errors_say_what_to_write(call, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        call(leaf(MATRIX), np.array(MATRIX))
    assert message in str(caught.value)


def test_weights_that_sum_to_nothing():
    with pytest.raises(ZeroDivisionError, match="the weights sum to 0"):
        np.average(leaf([1.0, 2.0]), weights=[1.0, -1.0])


def test_hints_are_of_functions_that_exist_and_are_refused():
    taken = set(supported())
    for name in HINTS:
        assert resolve(name) is not None
        assert name not in taken or name in ("remainder", "floor_divide")
    assert re.search(r"nearest that do are .*np\.sin", refusal(_sine))


def _sine(x):
    """Not one of NumPy's, but named nearly as one."""


_sine.__name__, _sine.__module__ = "sine", "numpy"


def test_arguments_that_change_nothing_may_be_given():
    t, a = leaf(MATRIX), np.array(MATRIX)
    no = np._NoValue
    for y, z in (
        (np.sum(t, 0, None, None, no, no, no), a.sum(0)),
        (np.sum(t, axis=0, keepdims=no), a.sum(0)),
        (np.add(t, 1, where=True, casting="same_kind", order="K", dtype=None, out=None), a + 1),
        (np.add.reduce(t, 0, None, None), a.sum(0)),
        (np.add.reduce(t, keepdims=no, initial=no, where=True), a.sum(0)),
        (np.copy(t, order="K", subok=False), a),
        (np.mean(t, dtype=None, out=None), a.mean()),
        (np.squeeze(a=t), a),
        (np.positive(t, where=np.True_), a),
    ):
        np.testing.assert_array_equal(y.numpy(), z)
    with pytest.raises(TypeError, match="order"):
        np.copy(t, order="F")


def test_secondary_arguments_are_differentiated():
    t = leaf(2.0)
    filled = np.full_like(leaf([1.0, 2.0]), t)
    assert (type(filled), filled.shape, filled.node is not None) == (Tensor, (2,), True)
    with pytest.raises(TypeError, match="copyto"):
        np.full_like(np.zeros(2), t)
    clipped = np.clip(np.zeros(2), t, None)
    assert ad.gradients(clipped.sum(), [t])[0] == 2
    x = leaf([1.0, 2.0])
    slopes = np.gradient(np.array([1.0, 5.0]), x[1] - x[0])
    assert ad.gradients(slopes[0], [x])[0].tolist() == [4, -4]


def test_arrays_are_not_written():
    array, t = np.zeros(2), leaf([1.0, 2.0])
    for write in ("__iadd__", "__imul__", "__imatmul__"):
        with pytest.raises((TypeError, ValueError)):
            getattr(array, write)(t)
    with pytest.raises(TypeError):
        array[:] = t
    np.testing.assert_array_equal(array, [0, 0])


def test_methods_of_ufuncs_that_differentiate():
    names = {(f.__name__, method) for f, method in numpy_methods}
    assert {("add", "reduce"), ("add", "accumulate"), ("logaddexp", "reduce")} <= names


def test_all_nan_is_told():
    t = leaf([[np.nan, np.nan], [1.0, np.nan]])
    with pytest.warns(RuntimeWarning, match="nanmax: all is NaN"):
        y = np.nanmax(t, axis=1)
    np.testing.assert_array_equal(y.numpy(), [np.nan, 1])
    np.testing.assert_array_equal(ad.gradients(y[1], [t])[0], [[0, 0], [1, 0]])
