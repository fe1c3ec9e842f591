"""One test over the registry for each thing that every operation promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff import Tensor, gradients, primitives
from tests.differences import assert_gradient, weighted, weights_for
from tests.duck import Duck
from tests.operations import OPERATIONS, calls, reference
from viz.symbolic import Symbol

every = pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.__name__)
fused = pytest.mark.parametrize(
    "cls", [c for c in OPERATIONS if c.definition is not None], ids=lambda cls: cls.__name__
)


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


@every
@given(data=st.data())
def test_value_is_numpys(cls, data):
    op, inputs = data.draw(calls(cls))
    for y, z in zip(arrays(op(*leaves(inputs))), reference(op, inputs), strict=True):
        assert type(y) is np.ndarray
        np.testing.assert_allclose(y, z, rtol=1e-13, atol=1e-14)


@every
@given(data=st.data())
def test_gradient(cls, data):
    op, inputs = data.draw(calls(cls))
    assert_gradient(op, inputs, np.random.default_rng(0))


@every
@settings(max_examples=10)
@given(data=st.data())
def test_second_and_third_order(cls, data):
    op, inputs = data.draw(calls(cls))
    assert_gradient(op, inputs, np.random.default_rng(0), order=1, relative=1e-6)
    assert_gradient(op, inputs, np.random.default_rng(0), order=2, relative=1e-5)


@fused
@given(data=st.data())
def test_definition(cls, data):
    op, inputs = data.draw(calls(cls))
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


def ancestors(node):
    seen, stack = {node}, [node]
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return seen


@every
@given(data=st.data())
def test_float32_stays_float32(cls, data):
    op, inputs = data.draw(calls(cls))
    if cls.__name__ == "Astype":
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


@every
@given(data=st.data())
def test_layout_does_not_matter(cls, data):
    op, inputs = data.draw(calls(cls))
    plain = leaves(inputs)
    strided = leaves(inputs)
    for x in wanted(strided):  # the same values, every other element of a larger array, read-only
        wide = np.zeros((*x.shape, 2))
        wide[..., 0] = x.numpy()
        x._array = wide[..., 0]
        x._array.flags.writeable = False
    y, z = op(*plain), op(*strided)
    weights = weights_for(np.random.default_rng(0), y)
    for a, b in zip(arrays(y), arrays(z), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-14)
    for a, b in zip(
        gradients(weighted(y, weights), wanted(plain)),
        gradients(weighted(z, weights), wanted(strided)),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@every
@given(data=st.data())
def test_exact_properties(cls, data):
    """What holds to the bit, without a tolerance."""
    op, inputs = data.draw(calls(cls))
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


@every
@given(data=st.data())
def test_only_what_is_wanted(cls, data):
    """An input without requires_grad changes no other gradient and gets none."""
    op, inputs = data.draw(calls(cls))
    xs = leaves(inputs)
    y = op(*xs)
    weights = weights_for(np.random.default_rng(0), y)
    slopes = gradients(weighted(y, weights), wanted(xs))
    full = {id(x): g for x, g in zip(wanted(xs), slopes, strict=True)}
    for i in range(len(inputs)):
        if not isinstance(xs[i], Tensor):
            continue
        mixed = list(inputs)
        mixed[i] = Tensor(inputs[i], requires_grad=True)
        (alone,) = gradients(weighted(op(*mixed), weights), [mixed[i]])
        np.testing.assert_array_equal(alone, full[id(xs[i])])
        (pruned,) = gradients(weighted(y, weights), [xs[i]])
        np.testing.assert_array_equal(pruned, full[id(xs[i])])


@every
@given(data=st.data())
def test_rule_reads_on_symbols(cls, data):
    op, inputs = data.draw(calls(cls))
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
        saved.append(Symbol("y", forward))
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


@every
def test_is_described(cls):
    assert cls.__doc__
    assert cls.name.isidentifier()
    assert cls.symbol


@every
@given(data=st.data())
def test_other_arrays_pass_through(cls, data):
    """Arrays that refuse to become NumPy's, as CuPy's do, give the same numbers."""
    op, inputs = data.draw(calls(cls))
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
