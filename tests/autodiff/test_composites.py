"""Functions that are made of operations: value against NumPy, gradient against differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autodiff as ad
from autodiff.ops.sinc import Sinc
from tests.differences import assert_gradient
from tests.operations import reference


def case(name, *shapes, **arguments):
    text = ", ".join([str(s) for s in shapes] + [f"{k}={v}" for k, v in arguments.items()])
    return pytest.param(name, shapes, arguments, id=f"{name}: {text}")


CASES = [
    case("dot", (), (3,)),
    case("dot", (2, 2), ()),
    case("dot", (3,), (3,)),
    case("dot", (2, 3), (3,)),
    case("dot", (2, 3), (3, 2)),
    case("dot", (2, 2, 3), (3,)),
    case("dot", (2, 2, 3), (3, 2)),
    case("dot", (3,), (2, 3, 2)),
    case("dot", (2, 3), (2, 3, 2)),
    case("outer", (3,), (2,)),
    case("outer", (2, 2), (3,)),
    case("outer", (0,), (3,)),
    case("tensordot", (2, 3), (2, 3)),
    case("tensordot", (2, 3), (3, 4), axes=1),
    case("tensordot", (2,), (3,), axes=0),
    case("tensordot", (2, 3, 4), (4, 3, 2), axes=([1, 0], [1, 2])),
    case("tensordot", (2, 3), (4, 3), axes=(-1, -1)),
    case("tensordot", (0, 3), (3, 2), axes=1),
    case("trace", (3, 3)),
    case("trace", (2, 3), offset=1),
    case("trace", (2, 3, 3), axis1=1, axis2=-1),
    case("diagonal", (3, 3)),
    case("diagonal", (2, 4), offset=2),
    case("diagonal", (4, 2), offset=-1),
    case("diagonal", (2, 3), offset=5),
    case("diagonal", (3, 2, 3), axis1=2, axis2=0),
    case("ravel", (2, 3)),
    case("swapaxes", (2, 3, 4), axis1=0, axis2=-1),
    case("moveaxis", (2, 3, 4), source=0, destination=-1),
    case("moveaxis", (2, 3, 4, 5), source=(0, 2), destination=(-1, 0)),
    case("squeeze", (1, 3, 1)),
    case("squeeze", (1, 3, 1), axis=-1),
    case("squeeze", (1, 3, 1), axis=(0, 2)),
    case("expand_dims", (2, 3), axis=0),
    case("expand_dims", (2, 3), axis=(-1, 1)),
    case("tile", (2, 3), reps=2),
    case("tile", (3,), reps=(2, 2)),
    case("tile", (2, 1, 3), reps=(2, 3)),
    case("tile", (), reps=3),
    case("tile", (2,), reps=0),
    case("repeat", (2, 3), repeats=2),
    case("repeat", (2, 3), repeats=2, axis=-1),
    case("repeat", (3,), repeats=[1, 0, 2], axis=0),
    case("pad", (2, 3), pad_width=1),
    case("pad", (2, 3), pad_width=(1, 2)),
    case("pad", (3,), pad_width=2, constant_values=0.5),
    case("pad", (3, 2), pad_width=((2, 1), (0, 1)), mode="edge"),
    case("pad", (3, 4), pad_width=((5, 1), (0, 2)), mode="reflect"),
    case("take", (4,), indices=[0, 0, 3]),
    case("take", (2, 3), indices=[[1, -1], [0, 1]], axis=-1),
    case("take", (2, 3), indices=4),
    case("cumsum", (2, 3)),
    case("cumprod", (2, 3)),
    case("concatenate", (2, 2)),
    case("split", (4, 3), indices_or_sections=[1, 3]),
    case("split", (4, 3), indices_or_sections=3, axis=-1),
    case("astype", (2,), dtype=float),
    case("clip", (2, 3), a_min=-0.3, a_max=None),
    case("clip", (2, 3), max=0.4),
    case("norm", (4,)),
    case("norm", (2, 3)),
    case("norm", (2, 3), axis=(0, 1)),
    case("norm", (2, 3, 2)),
    case("norm", (4,), ord=1),
    case("norm", (4,), ord=-2),
    case("norm", (4,), ord=0.5),
    case("norm", (4,), ord=0),
    case("norm", (2, 3), ord=np.inf, axis=1),
    case("norm", (2, 3), ord=-np.inf, axis=0, keepdims=True),
    case("norm", (2, 3), ord="fro"),
    case("norm", (2, 3), ord=1),
    case("norm", (2, 3), ord=-1),
    case("norm", (2, 3), ord=np.inf),
    case("norm", (2, 4, 3), ord=-np.inf, axis=(2, 0)),
    case("norm", (2, 4, 3), ord=1, axis=(-1, 0), keepdims=True),
    case("norm", (2, 3), ord=3, axis=-1, keepdims=True),
]

NUMPY = {"norm": np.linalg.norm, "astype": lambda x, dtype: x.astype(dtype)}
SPECIAL = {"concatenate": lambda f, x: f([x, 2 * x], axis=None)}


@pytest.mark.parametrize(("name", "shapes", "arguments"), CASES)
def test_composite(name, shapes, arguments):
    rng = np.random.default_rng(0)
    inputs = tuple(rng.normal(size=shape) for shape in shapes)

    def call(function):
        if name in SPECIAL:
            return lambda *xs: SPECIAL[name](function, *xs)
        return lambda *xs: function(*xs, **arguments)

    ours = call(getattr(ad, name))
    xs = [ad.Tensor(x, requires_grad=True) for x in inputs]
    y = ours(*xs)
    expected = call(NUMPY.get(name, getattr(np, name, None)))(*inputs)
    if isinstance(y, tuple):
        for a, b in zip(y, expected, strict=True):
            np.testing.assert_allclose(a.numpy(), b, rtol=1e-13)
    else:
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-13, atol=1e-15)
        assert y.shape == np.shape(expected)
    for order in range(3):
        assert_gradient(ours, inputs, rng, order, relative=(1e-7, 1e-6, 1e-5)[order])


INDEX = st.shared(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4), key="shape")


@given(
    shape=INDEX,
    index=INDEX.flatmap(
        lambda shape: st.one_of(
            hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True),
            hnp.integer_array_indices(shape),
            hnp.arrays(bool, shape),
            st.tuples(st.lists(st.integers(-shape[0], shape[0] - 1), min_size=1, max_size=4)),
        )
    ),
)
def test_any_index(shape, index):
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape)
    t = ad.Tensor(x, requires_grad=True)
    part = np.asarray(x[index])
    np.testing.assert_array_equal(t[index].numpy(), part)
    assert_gradient(lambda x: x[index] if isinstance(x, ad.Tensor) else part, (x,), rng)
    value = rng.normal(size=part.shape)
    assert_gradient(lambda x, v: ad.index_update(x, index, v), (x, value), rng)
    assert_gradient(lambda x, v: ad.index_update(x, index, v), (x, np.array(2.0)), rng)


@given(data=st.data())
def test_any_matmul(data):
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, max_side=3)
    ).input_shapes
    rng = np.random.default_rng(0)
    inputs = tuple(rng.normal(size=shape) for shape in shapes)
    np.testing.assert_allclose(
        ad.matmul(*map(ad.Tensor, inputs)).numpy(), np.matmul(*inputs), rtol=1e-13
    )
    assert_gradient(ad.matmul, inputs, rng)


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ij,jk", ((2, 3), (3, 2))),
        ("ba", ((2, 3),)),
        ("ii", ((3, 3),)),
        ("...ij,...jk->...ik", ((2, 2, 3), (3, 2))),
        ("i...->...", ((2, 3),)),
        ("...,...", ((2, 3), (1, 3))),
        ("i...j,j->i...", ((2, 4, 3), (3,))),
        (" i j -> j i ", ((2, 3),)),
        ("i,i->", ((2,), (1,))),
    ],
)
def test_einsum_subscripts(subscripts, shapes):
    rng = np.random.default_rng(0)
    inputs = tuple(rng.normal(size=shape) for shape in shapes)

    def ours(*xs):
        return ad.einsum(subscripts, *xs)

    tensors = [ad.Tensor(x, requires_grad=True) for x in inputs]
    np.testing.assert_allclose(ours(*tensors).numpy(), np.einsum(subscripts, *inputs), rtol=1e-13)
    for order in range(3):
        assert_gradient(ours, inputs, rng, order, relative=1e-6)


@pytest.mark.parametrize("name", ["nanmedian", "nanquantile", "nanvar", "nanstd", "nan_to_num"])
def test_a_nan_that_is_passed_over_meets_nothing(name):
    more = (0.3,) if name == "nanquantile" else ()
    x = ad.Tensor([1.0, np.nan, 3], requires_grad=True)
    with ad.detect_anomaly():
        y = getattr(np, name)(x, *more)
        (slope,) = ad.gradients(y.sum(), [x])
    assert np.all(np.isfinite(slope))
    assert slope[1] == 0


@pytest.mark.parametrize("order", range(9))
def test_sinc_of_any_order(order):
    """On both sides of 1, where the series ends and the recurrence starts, and far away."""
    sinc = Sinc(order)
    x = np.array([0.0, 0.3, -0.9, 0.999, 1.0, -1.001, 1.5, 2.8])
    scale = np.pi**order / (order + 1)  # how large it can get
    np.testing.assert_allclose(sinc(x), *reference(sinc, [x]), rtol=0, atol=1e-12 * scale)
    assert abs(sinc(np.array(1e30))) < 1e-29 * scale
