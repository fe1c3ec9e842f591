"""One check for each thing that every operation promises, run over the whole registry.

Shapes and values of elementwise operations are drawn from their declared domain; of the others
all declared cases are run, with drawn values.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff import Tensor, gradients, primitives
from autodiff.testing.strategies import calls
from autodiff.testing.strategies.operations import has_domain
from tests.differences import assert_gradient, weighted, weights_for
from tests.duck import Duck
from tests.operations import OPERATIONS, ORDERS, differentiable, reference
from viz.symbolic import Symbol


def outputs(value):
    return value if isinstance(value, tuple) else (value,)


def arrays(value):
    return [y.numpy() for y in outputs(value)]


def leaves(inputs):
    """Tensors that want gradients; integers, which are labels, stay arrays."""
    return [Tensor(x, requires_grad=True) if x.dtype.kind == "f" else x for x in inputs]


def wanted(xs):
    return [x for x in xs if isinstance(x, Tensor)]


def numpys(xs):
    return [x.numpy() if isinstance(x, Tensor) else x for x in xs]


def check_value_is_numpys(op, inputs):
    for y, z in zip(arrays(op(*leaves(inputs))), reference(op, inputs), strict=True):
        assert type(y) is np.ndarray
        np.testing.assert_allclose(y, z, rtol=1e-13, atol=1e-14)


def check_gradient(op, inputs):
    assert_gradient(differentiable(op), inputs, np.random.default_rng(0))


def check_second_and_third_order(op, inputs):
    for order in ORDERS[1:]:
        rng = np.random.default_rng(0)
        assert_gradient(differentiable(op), inputs, rng, order=order - 1, relative=1e-8 * 10**order)


def check_gradient_is_symmetric_where_the_input_is(op, inputs):
    if not op.symmetric:
        return
    (x,) = leaves(inputs)
    for y in outputs(op(x)):
        (slope,) = gradients(y, [x], np.random.default_rng(0).normal(size=y.shape))
        np.testing.assert_allclose(slope, np.swapaxes(slope, -1, -2), rtol=1e-10, atol=1e-12)


def check_definition(op, inputs):
    if op.definition is None:
        return
    xs, zs = leaves(inputs), leaves(inputs)
    y = op(*xs)
    with primitives():
        z = op(*zs)
    kinds = {node.op.name for out in outputs(z) for node in ancestors(out.node) if node.op}
    assert op.name not in kinds
    weights = weights_for(np.random.default_rng(0), y)
    for a, b in zip(arrays(y), arrays(z), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)
    ours = gradients(weighted(y, weights), wanted(xs))
    theirs = gradients(weighted(z, weights), wanted(zs))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-11)
    single = [Tensor(x.astype(np.float32), requires_grad=x.dtype.kind == "f") for x in inputs]
    with primitives():
        assert {out.dtype for out in outputs(op(*single))} == {np.dtype(np.float32)}


def ancestors(node):
    seen, stack = {node}, [node]
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return seen


def check_float32_stays_float32(op, inputs):
    if type(op).__name__ == "Astype":
        return
    xs = leaves([x.astype(np.float32) if x.dtype.kind == "f" else x for x in inputs])
    ys = outputs(op(*xs))
    assert {y.dtype for y in ys} == {np.dtype(np.float32)}
    weights = weights_for(np.random.default_rng(0), ys)
    slopes = gradients(weighted(ys, [w.astype(np.float32) for w in weights]), wanted(xs))
    zs = leaves(inputs)
    expected = gradients(weighted(op(*zs), weights), wanted(zs))
    for x, g, e in zip(wanted(xs), slopes, expected, strict=True):
        assert g.dtype == np.float32
        assert g.shape == x.shape
        scale = np.abs(e).max(initial=1.0)
        np.testing.assert_allclose(g, e, rtol=2e-4, atol=2e-4 * scale)


def check_layout_does_not_matter(op, inputs):
    plain = leaves(inputs)
    y = op(*plain)
    weights = weights_for(np.random.default_rng(0), y)
    expected = gradients(weighted(y, weights), wanted(plain))
    for lay_out in (every_other, columns_first):
        others = leaves(inputs)
        for x in wanted(others):
            x._array = lay_out(x.numpy())
            x._array.flags.writeable = False
        z = op(*others)
        for a, b in zip(arrays(y), arrays(z), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-14)
        for a, b in zip(expected, gradients(weighted(z, weights), wanted(others)), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def columns_first(x):
    """The same values, the first axis fastest."""
    return x.copy(order="F")


def every_other(x):
    """The same values, every other element of a larger array."""
    wide = np.zeros((*x.shape, 2))
    wide[..., 0] = x
    return wide[..., 0]


def check_exact_properties(op, inputs):
    """What holds to the bit, without a tolerance."""
    before = [x.copy() for x in inputs]
    xs = leaves(inputs)
    ys = outputs(op(*xs))
    rng = np.random.default_rng(0)
    weights = weights_for(rng, ys)
    kept = [w.copy() for w in weights]
    y = ys[0] if len(ys) == 1 else weighted(ys, weights)
    seed = weights[0] if len(ys) == 1 else None

    zero = gradients(y, wanted(xs), seed=np.zeros(y.shape))
    assert all(not np.any(g) for g in zero)
    first, again = gradients(y, wanted(xs), seed), gradients(y, wanted(xs), seed)
    for g, h, x in zip(first, again, wanted(xs), strict=True):
        assert g.shape == x.shape
        assert g.dtype == x.dtype
        np.testing.assert_array_equal(g, h)
    everything = [*first, *again, *numpys(xs), *(o.numpy() for o in ys), *weights]
    for i, g in enumerate(first):
        for j, other in enumerate(everything):
            assert i == j or not np.may_share_memory(g, other)
    for a, b in zip([*inputs, *weights], [*before, *kept], strict=True):
        np.testing.assert_array_equal(a, b)


def check_only_what_is_wanted(op, inputs):
    """An input without requires_grad changes no other gradient and gets none."""
    xs = leaves(inputs)
    y = op(*xs)
    weights = weights_for(np.random.default_rng(0), y)
    slopes = gradients(weighted(y, weights), wanted(xs))
    full = {id(x): g for x, g in zip(wanted(xs), slopes, strict=True)}
    places = [i for i, x in enumerate(xs) if isinstance(x, Tensor)]
    for number in range(1, len(places) + 1):
        for some in itertools.combinations(places, number):
            for constant in (np.asarray, Tensor):
                mixed = [x if i in some else constant(x) for i, x in enumerate(inputs)]
                for i in some:
                    mixed[i] = Tensor(inputs[i], requires_grad=True)
                found = gradients(weighted(op(*mixed), weights), [mixed[i] for i in some])
                for i, g in zip(some, found, strict=True):
                    np.testing.assert_array_equal(g, full[id(xs[i])])
            for create_graph in (False, True):
                pruned = gradients(
                    weighted(y, weights), [xs[i] for i in some], create_graph=create_graph
                )
                for i, g in zip(some, pruned, strict=True):
                    array = g.numpy() if create_graph else g
                    np.testing.assert_allclose(array, full[id(xs[i])], rtol=1e-12, atol=1e-14)


def check_rule_reads_on_symbols(op, inputs):
    symbols = [Symbol(f"x{i}", x) for i, x in enumerate(inputs)]
    y = op(*symbols)
    forward = op.forward(*inputs)
    residual = None
    if op.saves.residual:
        forward, residual = forward
        if op.residual is not None:
            residual = op.residual(*symbols)
    several = isinstance(y, tuple)
    g = (
        tuple(Symbol(f"g{i}", o) for i, o in enumerate(forward))
        if several
        else Symbol("∂L/∂y", forward)
    )
    saved = [symbols[i] for i in op.saves.inputs(len(inputs))]
    if op.saves.output:
        ys = tuple(Symbol(f"y[{i}]", y) for i, y in enumerate(forward)) if several else None
        saved.append(ys or Symbol("y", forward))
    if op.saves.residual:
        saved.append(residual)
    entries = op.vjp(g, *saved)
    assert len(entries) == len(inputs)
    for entry, x in zip(entries, inputs, strict=True):
        value = entry() if callable(entry) else entry
        if value is None:
            continue
        assert isinstance(value, (Symbol, np.ndarray))
        if isinstance(value, Symbol):
            assert value.text
        if not op.broadcasts:
            assert value.shape == x.shape


def check_other_arrays_pass_through(op, inputs):
    """Arrays that refuse to become NumPy's, as CuPy's do, give the same numbers."""
    xs = leaves(inputs)
    y = op(*xs)
    weights = weights_for(np.random.default_rng(0), y)
    expected = gradients(weighted(y, weights), wanted(xs))
    ducks = [
        Tensor(Duck(x), requires_grad=True) if x.dtype.kind == "f" else Duck(x) for x in inputs
    ]
    z = op(*ducks)
    for a, b in zip(outputs(z), outputs(y), strict=True):
        assert type(a.numpy()) is Duck
        np.testing.assert_allclose(a.numpy().inner, b.numpy(), rtol=1e-13, atol=1e-14)
    total = weighted(z, [Duck(w) for w in weights])
    for slopes in (
        gradients(total, wanted(ducks)),
        gradients(total, wanted(ducks), create_graph=True),
    ):
        for a, b in zip(slopes, expected, strict=True):
            array = a.numpy() if isinstance(a, Tensor) else a
            assert type(array) is Duck
            np.testing.assert_allclose(array.inner, b, rtol=1e-12, atol=1e-13)


DRAWN = [cls for cls in OPERATIONS if has_domain(cls)]
DECLARED = [cls for cls in OPERATIONS if not has_domain(cls)]
CHECKS = [value for name, value in globals().items() if name.startswith("check_")]
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda f: f.__name__[6:])


@every_check
@pytest.mark.parametrize("cls", DRAWN, ids=lambda cls: cls.__name__)
@given(data=st.data())
def test_drawn(cls, check, data):
    # In order: NumPy's loops over strides may differ in the last bit, which some checks compare.
    check(*data.draw(calls(cls, layout="C")))


@every_check
@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32 - 1))
def test_all_cases(cls, check, seed):
    for op, inputs in cls.cases(np.random.default_rng(seed)):
        check(op, inputs)


@pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.__name__)
def test_is_described(cls):
    assert cls.__doc__
    assert cls.name.isidentifier()
    abstract = {base.__name__.lower() for base in cls.__mro__[1:]}
    assert cls.symbol
    assert cls.symbol not in abstract


def test_symbols():
    symbols = {op.name: op.symbol for op in (ad.exp, ad.add, ad.multiply, ad.reciprocal, ad.matmul)}
    assert symbols == {
        "exp": "exp",
        "add": "+",
        "multiply": "×",
        "reciprocal": "/",
        "matmul": "@",
    }
