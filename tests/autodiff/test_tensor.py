"""Tensor as a Python object and as an array among NumPy's."""

import copy
import pickle

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients
from autodiff.numpy_protocol.functions import numpy_functions
from autodiff.op import registry


def leaf(data, **options):
    return Tensor(data, requires_grad=True, **options)


# -- making --------------------------------------------------------------------------------


def test_data_are_copied_and_always_an_array():
    source = np.array([1.0, 2.0])
    t = Tensor(source)
    source[0] = 9
    assert t.numpy()[0] == 1
    for value in (1, 2.5, np.float64(3), [1, 2], (1.0,), Tensor(4.0), True):
        assert type(Tensor(value).numpy()) is np.ndarray
    assert Tensor(3.0).shape == ()
    assert (Tensor(1.0) + 1).numpy().shape == ()
    assert type((leaf(1.0) + 1).numpy()) is np.ndarray


@pytest.mark.parametrize("data", [1, [1, 2], True, np.zeros(3, dtype=np.int8)])
def test_integer_leaves_are_refused(data):
    with pytest.raises(TypeError, match="dtype=float"):
        leaf(data)
    assert leaf(data, dtype=float).requires_grad
    with pytest.raises(TypeError, match="dtype=float"):
        Tensor(data).requires_grad = True


@pytest.mark.parametrize("data", [1j, [1 + 2j], ["a"], [None], np.array("2020", dtype="M8[D]")])
def test_what_is_not_real_is_refused(data):
    with pytest.raises(TypeError, match="expected real numbers"):
        Tensor(data)
    with pytest.raises(TypeError, match="real"):
        leaf([1.0]) + np.asarray(data)


def test_dtypes():
    assert Tensor([1.0]).dtype == np.float64
    assert Tensor([1]).dtype == np.int64
    assert Tensor([1.0], dtype=np.float32).dtype == np.float32
    t = leaf([1.0], dtype=np.float32)
    assert (2 * t + 1.5).dtype == np.float32
    assert (t * np.float64(2)).dtype == np.float64
    assert (t * np.ones(1)).dtype == np.float64
    half = leaf([1.0], dtype=np.float16)
    (half * t).sum().backward()
    assert half.grad.dtype == np.float16
    assert t.grad.dtype == np.float32


def test_astype():
    t = leaf([1.0, 2.0], dtype=np.float32)
    wide = t.astype(float)
    (wide * wide).sum().backward()
    np.testing.assert_array_equal(t.grad, [2, 4])
    assert t.grad.dtype == np.float32
    with pytest.raises(TypeError, match=r"int64.*detach"):
        t.astype(int)
    assert t.detach().astype(int).dtype == np.int64


def test_requires_grad_is_having_a_node():
    t = Tensor([1.0], name="t")
    assert t.node is None
    assert not t.requires_grad
    t.requires_grad = True
    assert t.node is not None
    assert t.name == "t"
    t.requires_grad = False
    assert t.node is None
    assert t.name == "t"
    y = leaf([1.0]) * 2
    y.requires_grad = True  # it does already
    with pytest.raises(TypeError, match="detach"):
        y.requires_grad = False


def test_names():
    t = leaf(1.0, name="a")
    assert t.name == "a"
    t.name = "b"
    assert t.node.name == "b"
    y = t * 2
    assert y.name is None
    y.name = "y"
    assert y.node.name == "y"
    assert Tensor(1.0, name="c").name == "c"
    assert Tensor(1.0).detach().name is None


# -- Python --------------------------------------------------------------------------------


def test_repr_shows_values_dtype_and_operation():
    x = leaf([1.0, 2.0], name="x")
    assert repr(x) == "Tensor([1., 2.], dtype=float64, requires_grad=True, name='x')"
    assert repr(x * 2) == "Tensor([2., 4.], dtype=float64, operation=multiply)"
    assert repr(Tensor(1.5, dtype=np.float32)) == "Tensor(1.5, dtype=float32)"


def test_numbers():
    t = leaf(2.5)
    assert float(t) == 2.5
    assert int(t) == 2
    assert t.item() == 2.5
    assert f"{t:.2f}" == "2.50"
    assert f"{t}" == repr(t)
    with pytest.raises(TypeError):
        f"{leaf([1.0, 2.0]):.2f}"
    with pytest.raises(ValueError, match="size 1"):
        float(leaf([1.0, 2.0]))


def test_truth():
    assert Tensor(1.0)
    assert not Tensor([0.0])
    with pytest.raises(ValueError, match="ambiguous"):
        bool(Tensor([1.0, 2.0]))


def test_length_and_iteration():
    t = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert len(t) == 2
    first, second = t
    (first * second).sum().backward()
    np.testing.assert_array_equal(t.grad, [[3, 4], [1, 2]])
    with pytest.raises(TypeError):
        len(Tensor(1.0))
    with pytest.raises(TypeError):
        iter(Tensor(1.0))
    assert 3.0 in t
    assert 5.0 not in t


def test_comparisons_are_arrays_and_hash_is_identity():
    t = leaf([1.0, 2.0, 3.0])
    for other in (2.0, np.array([2.0, 2.0, 2.0]), Tensor([2.0, 2.0, 2.0])):
        for result, right in (
            (t < other, [True, False, False]),
            (t <= other, [True, True, False]),
            (t == other, [False, True, False]),
            (t != other, [True, False, True]),
            (t > other, [False, False, True]),
            (t >= other, [False, True, True]),
        ):
            assert type(result) is np.ndarray
            np.testing.assert_array_equal(result, right)
        np.testing.assert_array_equal(other > t, t < other)
    assert {t: 1}[t] == 1
    assert hash(t) != hash(leaf([1.0, 2.0, 3.0]))


def test_in_place_rebinds():
    x = leaf([1.0, 2.0])
    y = x
    y += 1
    y *= 2
    assert y is not x
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 2])


def test_refused_writes_say_what_to_write():
    t = leaf([1.0, 2.0])
    with pytest.raises(TypeError, match=r"index_update\(x, index, value\)"):
        t[0] = 5
    array = np.zeros(2)
    with pytest.raises(TypeError, match="array = array \\+ tensor"):
        array += t
    np.testing.assert_array_equal(array, [0, 0])
    with pytest.raises(TypeError, match="remainder"):
        t % 2
    with pytest.raises(TypeError, match="floor_divide"):
        t // 2
    with pytest.raises(TypeError, match="remainder"):
        2 % t
    with pytest.raises(TypeError, match="floor_divide"):
        np.ones(2) // t


def test_copies():
    t = leaf([1.0, 2.0], name="t")
    (t * t).sum().backward()
    double = copy.deepcopy(t)
    assert double.name == "t"
    np.testing.assert_array_equal(double.grad, [2, 4])
    assert not np.shares_memory(double.grad, t.grad)
    assert not np.shares_memory(double.numpy(), t.numpy())
    (double * 3).sum().backward()
    np.testing.assert_array_equal(t.grad, [2, 4])
    with pytest.raises(TypeError, match="multiply"):
        copy.deepcopy(t * 2)
    with pytest.raises(TypeError, match="deepcopy"):
        copy.copy(t)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(t)


# -- gradients as attributes ---------------------------------------------------------------


def test_grad_is_owned_and_writable():
    t = leaf([1.0, 2.0])
    assert t.grad is None
    (t * 2).sum().backward()
    t.grad[0] = 7
    t.grad /= 7
    np.testing.assert_allclose(t.grad, [1, 2 / 7])
    t.grad = [5, 6]
    assert t.grad.dtype == np.float64
    with pytest.raises(ValueError, match="shape"):
        t.grad = [1.0]
    t.grad = None
    assert t.grad is None
    with pytest.raises(RuntimeError, match="requires_grad"):
        Tensor([1.0]).grad = [1.0]
    assert Tensor([1.0]).grad is None
    t.zero_grad()
    Tensor(1.0).zero_grad()


def test_gradient_of_zero_dimensions_is_an_array():
    t = leaf(3.0)
    (t * t + t).backward()
    assert type(t.grad) is np.ndarray
    t.grad[...] = 1
    assert t.grad == 1


# -- among NumPy's arrays ------------------------------------------------------------------


def test_positive_gives_a_result_of_its_own():
    x = Tensor([1.0], requires_grad=True)
    results = [np.positive(x)]
    with ad.primitives():
        results.append(np.positive(x))
    for y in results:
        assert y is not x
        assert y.node is not x.node


def test_arrays_and_numbers_on_either_side():
    t, a = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    for result in (a + t, t + a, a - t, a * t, a / t, a**t, a @ t, 2 + t, np.float64(2) * t, 2**t):
        assert isinstance(result, Tensor)
        assert result.node is not None
    (a @ t).backward()
    np.testing.assert_array_equal(t.grad, a)
    np.testing.assert_array_equal((np.multiply([3, 4], t)).numpy(), [3, 8])


def test_asarray():
    np.testing.assert_array_equal(np.asarray(Tensor([1.0, 2.0])), [1, 2])
    assert np.asarray(Tensor([1.0]), dtype=np.float32).dtype == np.float32
    with pytest.raises(TypeError, match=r"\.numpy\(\)"):
        np.asarray(leaf([1.0]))
    with pytest.raises(TypeError, match=r"\.numpy\(\)|stack"):
        np.array([leaf(1.0), leaf(2.0)])


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.exp(t),
        lambda t: np.sum(t, axis=0, keepdims=True),
        lambda t: np.concatenate([t, np.ones((1, 2))]),
        lambda t: np.linalg.norm(t, axis=1),
        lambda t: np.where(t > 1, t, 0),
        lambda t: np.einsum("ij,kj->ik", t, t),
        lambda t: np.clip(t, 0, 1),
        lambda t: np.clip(t, min=0, max=1),
        lambda t: np.stack([t, t], axis=-1),
        lambda t: np.matmul(t, t),
        lambda t: np.reshape(t, -1),
        lambda t: np.pad(t, 1),
        lambda t: np.cumprod(t),
        lambda t: np.trace(t),
        lambda t: np.take(t, [0, 1]),
        lambda t: np.max(t, 0),
    ],
)
def test_numpys_functions(call):
    data = np.array([[1.0, 2.0], [0.5, 3.0]])
    result = call(leaf(data))
    assert isinstance(result, Tensor)
    assert result.node is not None
    np.testing.assert_allclose(result.numpy(), call(data))


def test_numpys_answers_without_derivative():
    t = leaf([3.0, 1.0, 2.0])
    assert np.argmax(t) == t.argmax() == 0
    assert np.argmin(t) == t.argmin() == 1
    assert np.shape(t) == (3,)
    assert np.allclose(t, [3, 1, 2])
    assert type(np.isfinite(t)) is np.ndarray
    assert type(np.zeros_like(t)) is np.ndarray
    np.testing.assert_array_equal(np.argsort(t), [1, 2, 0])


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.fft.fft(t),
        lambda t: np.subtract.reduce(t),
        lambda t: np.add(t, 1, out=np.zeros(2)),
        lambda t: np.add(t, 1, where=[True, False]),
        lambda t: np.sum(t, dtype=np.float32),
        lambda t: np.nextafter(t, 1),
        lambda t: np.i0(t),
    ],
)
def test_what_is_not_known_is_refused(call):
    with pytest.raises(TypeError):
        call(leaf([1.0, 2.0]))


def test_an_operation_on_arrays_alone_gives_an_array():
    assert type(ad.exp(np.zeros(2))) is np.ndarray
    assert type(ad.sum(np.zeros(2))) is np.ndarray
    assert isinstance(ad.exp(Tensor([0.0])), Tensor)


def test_every_operation_of_numpy_is_known_to_its_protocol():
    for cls in registry:
        if cls.numpy is not None:
            assert cls.numpy in numpy_functions, cls.__name__


NOT_METHODS = {
    "writes into the array": "byteswap fill put resize setfield sort partition",
    "answers in plain arrays, as NumPy's function or .numpy() does": "argpartition searchsorted",
    "is for arrays of places": "choose",
    "is always zero": "imag",
    "is gone, or going": "itemset newbyteorder ptp tostring",
    "belongs to the array in memory": "base ctypes data device dump dumps flags flat getfield "
    "itemsize nbytes setflags strides to_device tobytes tofile view",
}
"""What ndarray has and a Tensor does not, and why."""


def test_every_method_of_ndarray_is_a_method_or_left_out_for_a_reason():
    names = {name for name in dir(np.ndarray) if not name.startswith("_")}
    left_out = {name for text in NOT_METHODS.values() for name in text.split()} - {"data"}
    assert sorted(n for n in names if not hasattr(Tensor, n) and n not in left_out) == []
    assert sorted(n for n in left_out & names if hasattr(Tensor, n)) == []


def test_plain_methods():
    data = np.array([[3.0, 0.0], [1.0, 2.0]])
    t = leaf(data)
    np.testing.assert_array_equal(t.argsort(0), data.argsort(0))
    np.testing.assert_array_equal(t.argmax(1, keepdims=True), [[0], [1]])
    np.testing.assert_array_equal(t.argmin(1, keepdims=True), [[1], [0]])
    np.testing.assert_array_equal(t.nonzero(), data.nonzero())
    np.testing.assert_array_equal(t.any(axis=0), [True, True])
    np.testing.assert_array_equal(t.all(axis=0, keepdims=True), [[True, False]])
    assert t.tolist() == data.tolist()


METHODS = {
    "exp": (), "log": (), "sqrt": (), "reciprocal": (), "tanh": (), "sin": (), "cos": (),
    "sum": (0,), "mean": (0,), "var": (0,), "std": (0,), "max": (0,), "min": (0,), "prod": (0,),
    "cumsum": (0,), "cumprod": (0,), "logsumexp": (0,), "reshape": (-1,), "ravel": (),
    "transpose": (), "swapaxes": (0, 1), "squeeze": (), "take": ([0],), "repeat": (2,),
    "clip": (0, 1), "dot": (np.ones(2),), "trace": (), "diagonal": (),
    "round": (1,), "copy": (),
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_the_functions(name):
    data = np.array([[0.3, 0.7], [0.2, 0.9]])
    args = METHODS[name]
    x, z = leaf(data), leaf(data)
    y, w = getattr(x, name)(*args), getattr(ad, name)(z, *args)
    np.testing.assert_array_equal(y.numpy(), w.numpy())
    assert y.node.op.name == w.node.op.name
    np.testing.assert_array_equal(gradients(y.sum(), [x])[0], gradients(w.sum(), [z])[0])


def test_methods_that_ndarray_has():
    data = np.array([[0.3, 0.7], [0.2, 0.9]])
    t = leaf(data)
    for name in ("mT", "real"):
        np.testing.assert_array_equal(getattr(t, name).numpy(), getattr(data, name))
    for name in ("conj", "conjugate", "flatten"):
        np.testing.assert_array_equal(getattr(t, name)().numpy(), getattr(data, name)())
    assert t.conj() is t
    np.testing.assert_array_equal(t.compress([False, True], axis=1).numpy(), [[0.7], [0.9]])


def test_shapes_of_methods():
    t = leaf(np.ones((2, 3, 4)))
    assert t.T.shape == (4, 3, 2)
    assert t.reshape(6, 4).shape == t.reshape((6, 4)).shape == (6, 4)
    assert t.transpose(1, 0, 2).shape == t.transpose((1, 0, 2)).shape == (3, 2, 4)
    assert (t.ndim, t.size) == (3, 24)


# -- errors --------------------------------------------------------------------------------


@pytest.mark.parametrize(("call", "message"), [
    (lambda t: t @ np.ones((4, 2)), "matmul: (2, 3) @ (4, 2): inner sizes 3 and 4 differ"),
    (lambda t: t @ np.ones(2), "matmul: (2, 3) @ (2,): inner sizes 3 and 2 differ"),
    (lambda t: t @ 2, "matmul: (2, 3) @ (): an operand is 0-dimensional; write x * y"),
    (lambda t: t + np.ones(2), "add: (2, 3) + (2,): the shapes do not broadcast"),
    (lambda t: t.reshape(4), "reshape: (2, 3) has 6 elements, which 4 cannot hold"),
    (lambda t: ad.einsum("ij,jk->ik", t, np.ones((4, 2))),
     "einsum: ij (2, 3), jk (4, 2) -> ik: axes of one letter must be equally long, or 1"),
    (lambda t: ad.tensordot(t, t, 1), "tensordot: (2, 3) and (2, 3): the axes (1,) and (0,)"),
    (lambda t: t.squeeze(0), "squeeze: (2, 3): axis 0 has length 2, not 1"),
    (lambda t: ad.concatenate([t, np.ones((3, 2))]), "concatenate: (2, 3), (3, 2):"),
    (lambda t: t.sum(axis=5), "sum: (2, 3): axis 5 is out of bounds"),
    (lambda t: t[5], "getitem: (2, 3): index 5 is out of bounds"),
    (lambda t: ad.norm(t, 3), "norm: ord=3 is no norm over 2 axes"),
    (lambda t: ad.pad(t, 1, mode="mean"), "pad: mode 'mean'; expected"),
    (lambda t: ad.einsum("ij", t, t), "einsum: 'ij' has 1 terms, but 2 operands"),
    (lambda t: t.__add__([leaf(1.0)]), "add: a list of Tensors; write autodiff.stack(list)"),
    (lambda t: t + "a", "add: str operand; expected a Tensor, or an array or number"),
    (lambda t: t[t], "index: a Tensor with a gradient cannot be an index"),
    (lambda t: t[[0.5]], "index: float64 values; expected integers, slices or booleans"),
    (lambda t: ad.where(t > 0), "where: x and y must both be given"),
], ids=lambda v: v if isinstance(v, str) else "")  # fmt: skip
def test_errors_name_the_operation_the_shapes_and_what_was_expected(call, message):
    with pytest.raises((ValueError, TypeError, IndexError)) as caught:
        call(leaf(np.ones((2, 3))))
    assert message in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
