"""Corners that are easy to get wrong."""

import asyncio
import contextlib
import functools
import gc
import warnings

import numpy as np
import pytest

import autodiff as ad
import nn
from autodiff import OUTPUT, RESIDUAL, Op, Tensor, gradients, no_grad, numerical_gradient, writes
from autodiff.ops.selection import keep
from autodiff.ops.sinc import Sinc
from tests.duck import Duck
from tests.operations import reference


def leaf(data, **options):
    return Tensor(data, requires_grad=True, **options)


def slopes(f, *values):
    xs = [leaf(v) for v in values]
    return gradients(f(*xs).sum(), xs)


# -- values that rounding hides ------------------------------------------------------------


@pytest.mark.parametrize("shape", [(3,), (7,), (2, 7), (3, 4)])
@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, np.float32(0.7)])
def test_std_of_equal_elements_whose_mean_is_rounded(value, shape):
    for axis in (None, 0, -1):
        (g,) = slopes(lambda x, axis=axis: x.std(axis=axis), np.full(shape, value))
        assert not g.any()


def test_std_of_rows_each_of_equal_elements_whose_mean_is_rounded():
    (g,) = slopes(lambda x: x.std(axis=1), [[0.1] * 7, [0.3] * 7, [0.7] * 7])
    assert not g.any()


def test_statistics_of_nothing_and_of_one_element():
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        for ddof in (1, 1.5):  # the divisor is never below 0
            assert np.isnan(slopes(lambda x, ddof=ddof: x.var(ddof=ddof), [2.0])[0]).all()
        assert leaf([1.0, 3.0]).std(ddof=2).item() == np.inf
        assert slopes(lambda x: x.var(), np.zeros(0))[0].shape == (0,)
        assert slopes(lambda x: x.std(axis=0), np.zeros((0, 3)))[0].shape == (0, 3)
        with ad.primitives():
            assert np.isnan(leaf(np.zeros(0)).mean().item())
    with np.errstate(divide="raise", invalid="raise"):
        assert ad.logsumexp(leaf(np.zeros(0))).item() == -np.inf
        assert ad.logsumexp(leaf([-np.inf, -np.inf])).item() == -np.inf


@pytest.mark.parametrize("axis", [0, 1])
def test_logsumexp_of_rows_far_apart(axis):
    """log(eᵃ + eᵇ) = a + log(1 + eᵇ⁻ᵃ): each row is shifted by its own largest element."""
    rows = np.array([[1000.0, 0.0], [-1000.0, -1001.0]])
    with np.errstate(all="raise", under="ignore"):
        y = ad.logsumexp(leaf(rows if axis == 1 else rows.T), axis=axis)
    np.testing.assert_allclose(y.numpy(), [1000, -1000 + np.log1p(np.exp(-1))], rtol=1e-15)


def test_logsumexp_drops_its_axes_alone():
    assert ad.logsumexp(leaf([[1.0, 2.0, 3.0]]), axis=1).shape == (1,)


def test_sinc_far_out():
    """Its slope cos(πx)/x − sin(πx)/(πx²), where a power of x would overflow."""
    with np.errstate(all="raise", under="ignore"):
        (g,) = slopes(ad.sinc, [1e30, -1e30])
    assert np.all(np.abs(g) <= 1e-29)


def test_high_derivatives_of_sinc():
    x = np.linspace(-1.5, 1.5, 13)
    for order in (6, 10):
        op = Sinc(order)
        np.testing.assert_allclose(op(x), *reference(op, (x,)), rtol=1e-9)


def test_clip_with_crossed_bounds_is_the_upper_one():
    values = [0.0, 2.0, 5.0], [3.0, 3.0, 3.0], [1.0, 1.0, 1.0]
    np.testing.assert_array_equal(ad.clip(*map(leaf, values)).numpy(), np.clip(*values))
    for fused in (True, False):
        if fused:
            found = slopes(ad.clip, *values)
        else:
            with ad.primitives():
                found = slopes(ad.clip, *values)
        np.testing.assert_array_equal(found, [[0, 0, 0], [0, 0, 0], [1, 1, 1]])


def test_differences_do_not_drown_in_float32():
    np.testing.assert_allclose(
        numerical_gradient(lambda x: (x**2).sum(), np.float32([1000.0])), [2000], rtol=1e-6
    )
    np.testing.assert_allclose(
        ad.directional_derivative(lambda x: (x**2).sum(), np.float32([1000]), [1]), 2000, rtol=1e-6
    )


# -- arguments -----------------------------------------------------------------------------


def test_the_number_of_inputs_is_checked():
    x, y = leaf([0.0, 1.0]), leaf([5.0, 5.0])
    with pytest.raises(TypeError, match="exp: takes 1 inputs, 2 were given"):
        ad.exp(x, y)
    with pytest.raises(TypeError, match="add: takes 2 inputs, 3 were given"):
        ad.add(x, y, y)
    with pytest.raises(TypeError, match="add: takes 2 inputs, 1 were given"):
        ad.add(x)
    np.testing.assert_array_equal(y.numpy(), [5, 5])


@pytest.mark.parametrize("branches", [(), (1.0,), (None, 1.0)])
def test_where_takes_both_branches(branches):
    with pytest.raises(TypeError, match="x and y must both be given"):
        ad.where([True, False], *branches)


def test_parameters_are_copied():
    shift = np.array([1])
    x = leaf([1.0, 2.0, 3.0])
    y = (np.roll(x, shift) * np.array([1.0, 2, 3])).sum()
    shift[:] = 0
    y.backward()
    np.testing.assert_array_equal(x.grad, [2, 3, 1])
    axes = [0]
    z = (ad.flip(leaf([1.0, 2.0]), axes)).sum()
    axes[0] = 7
    z.backward()


@pytest.mark.parametrize("call", [
    lambda t: np.roll(t, [1, 1], axis=[0, 1]),
    lambda t: np.expand_dims(t, np.int64(0)),
    lambda t: np.tile(t, np.int64(2)),
    lambda t: np.tile(t, [2, 1]),
    lambda t: np.broadcast_to(t, [2, 2, 3]),
    lambda t: np.transpose(t, [1, 0]),
    lambda t: np.reshape(t, [3, -1]),
    lambda t: np.sum(t, np.int64(1)),
    lambda t: np.linalg.norm(t, np.int64(1), axis=np.int64(0)),
    lambda t: np.tensordot(t, np.ones((2, 3)), np.int64(2)),
    lambda t: np.tensordot(2.0, t, 0),
    lambda t: np.outer(2.0, t),
    lambda t: np.dot(2.0, t),
    lambda t: np.take(t, [True, False]),
    lambda t: np.take(t, []),
    lambda t: np.take(t, [], axis=1),
    lambda t: np.amax(t, axis=0),
    lambda t: np.amin(t),
    lambda t: np.split(t, np.array([1]))[0],
    lambda t: np.moveaxis(t, [0], [-1]),
    lambda t: np.pad(t, [[1, 0], [0, 2]]),
])  # fmt: skip
def test_numpys_ways_of_giving_arguments(call):
    data = np.arange(1.0, 7.0).reshape(2, 3)
    t = leaf(data)
    y = call(t)
    right = call(data) if np.size(y) else np.empty(y.shape)
    np.testing.assert_allclose(y.numpy(), right)
    assert gradients(y.sum(), [t])[0].shape == (2, 3)


def test_numbers_and_lists_alone():
    assert ad.sum(3.0) == 3
    assert ad.cumsum([1.0, 2.0]).tolist() == [1, 3]
    assert ad.reshape(2.0, (1, 1)).shape == (1, 1)
    assert ad.add(1, 2) == 3
    assert nn.functional.softmax_cross_entropy([[0.0, 0.0]], [0]) == pytest.approx(np.log(2))


@pytest.mark.parametrize(("call", "message"), [
    (lambda t: ad.take(t, [0], axis=5), "take: axis 5 is out of bounds"),
    (lambda t: ad.take(t, [0], axis=-3), "take: axis -3 is out of bounds"),
    (lambda t: ad.swapaxes(t, 0, 5), "swapaxes: axis 5 is out of bounds"),
    (lambda t: ad.moveaxis(t, 4, 0), "moveaxis: axis 4 is out of bounds"),
    (lambda t: ad.moveaxis(t, (0, 1), 0), "moveaxis: 2 axes to move and 1 places"),
    (lambda t: ad.diagonal(t[0]), "diagonal: axis 1 is out of bounds"),
    (lambda t: ad.diagonal(t, axis1=0, axis2=0), "repeated axis in `diagonal`"),
    (lambda t: ad.tensordot(t, t, 5), "tensordot: axis -5 is out of bounds"),
    (lambda t: ad.einsum("ij->k", t), "einsum: 'ij->k': 'k' must occur once in the output"),
    (lambda t: ad.einsum("ij->ii", t), "einsum: 'ij->ii': 'i' must occur once in the output"),
    (lambda t: ad.einsum("i1->i", t), "einsum: 'i1->i': '1' is no letter"),
    (lambda t: ad.einsum("i...->i", t), "the output lacks the ... of the terms"),
    (lambda t: ad.einsum(), "einsum: nothing was given; expected subscripts"),
    (lambda t: divmod(t, 2), "floor_divide"),
    (lambda t: gradients(np.ones(2), [t]), "gradients: y is of type ndarray"),
    (lambda t: gradients(t, None), "gradients: xs is None"),
])  # fmt: skip
def test_errors(call, message):
    with pytest.raises((ValueError, TypeError, IndexError)) as caught:
        call(leaf(np.ones((2, 3))))
    assert message in str(caught.value)


def test_complex_is_refused_everywhere():
    x, y = leaf([1.0]), leaf([1.0]) * 2
    model = nn.Affine(1, 1)

    def set_data():
        x.data = [1j]

    def set_grad():
        x.grad = [1j]

    for call in (
        set_data,
        set_grad,
        lambda: y.backward(np.array([1j])),
        lambda: gradients(y, [x], seed=[1j]),
        lambda: Tensor([1j], dtype=float),
        lambda: Tensor([1.0]).astype(complex),
        lambda: Tensor([1.0]).astype(str),
        lambda: model.load_state_dict({"weight": [[1j]], "bias": [1.0]}),
    ):
        with pytest.raises(TypeError, match="real numbers"):
            call()


def test_a_state_that_is_no_array_changes_nothing():
    model = nn.Affine(1, 2)
    before = model.state_dict()
    with pytest.raises((TypeError, ValueError)):
        model.load_state_dict({"weight": [[7.0, 7.0]], "bias": ["a", "b"]})
    np.testing.assert_array_equal(model.weight.numpy(), before["weight"])


def test_an_assigned_value_may_have_more_axes_of_length_one():
    x, v = leaf([1.0, 2.0, 3.0]), leaf([[4.0, 5.0, 6.0]])
    y = ad.index_update(x, slice(None), v) * np.array([1.0, 2, 3])
    y.sum().backward()
    np.testing.assert_array_equal(v.grad, [[1, 2, 3]])
    w = leaf([[[4.0]]])
    ad.index_update(x, [0, 2], w).sum().backward()
    np.testing.assert_array_equal(w.grad, [[[2]]])


# -- writes --------------------------------------------------------------------------------


def test_a_write_into_a_saved_tuple_is_noticed():
    class Square(Op):
        saves = RESIDUAL

        def forward(self, x):
            return x * x, (x, 3)

        def vjp(self, g, residual):
            return (2 * g * residual[0],)

    class Several(Op):
        saves = OUTPUT

        def forward(self, x):
            return np.exp(x), np.sin(x)

        def vjp(self, g, outputs):
            return (g[0] * outputs[0],)

    x = leaf([1.0, 2.0])
    y = Square()(x).sum()
    x.data[...] = 0
    with pytest.raises(RuntimeError, match="was written"):
        y.backward()
    a, _ = Several()(x)
    total = a.sum()
    a.detach().data[...] = 0
    with pytest.raises(RuntimeError, match="was written"):
        total.backward()


def test_a_gradient_that_a_graph_uses_is_not_added_to_unnoticed():
    x = leaf([3.0, 4.0])
    (x * x).sum().backward()
    y = (x * x.grad).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="was written"):
        y.backward()


def test_memory_that_no_array_owns():
    class Constant(Op):
        def forward(self, x):
            return np.frombuffer(bytes(16))

        def vjp(self, g):
            return (None,)

    y = Constant()(leaf([1.0])).detach()
    assert not y.numpy().flags.writeable
    writes.number_write(y.numpy())
    assert writes.last_write(y.numpy()) > 0


def test_assigning_what_is_there_is_no_write():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    x.data = x.data
    y.backward()
    np.testing.assert_array_equal(x.grad, [2, 4])


def test_only_what_the_wanted_gradient_needs_matters():
    x, v = leaf([1.0, 2.0]), leaf([5.0, 6.0])
    y = (x * v).sum()
    x.data[...] = 3
    np.testing.assert_array_equal(gradients(y, [x])[0], [5, 6])
    with pytest.raises(RuntimeError, match="was written"):
        gradients(y, [v])


def test_what_lies_behind_the_wanted_gradient_does_not_matter():
    x = leaf([1.0, 2.0])
    h = ad.square(x)
    y = (h * h).sum()
    x.data[...] = 3
    np.testing.assert_array_equal(gradients(y, [h])[0], [2, 8])
    with pytest.raises(RuntimeError, match="was written"):
        gradients(y, [x])


# -- rules of one's own --------------------------------------------------------------------


def test_constant_gradients_are_tensors_where_a_graph_is_wanted():
    x = leaf([1.0, -2.0])
    (g,) = gradients(ad.sign(x).sum(), [x], create_graph=True)
    assert isinstance(g, Tensor)
    assert gradients(g.sum(), [x]) == [None]


def test_any_function_of_no_arguments_will_do():
    class Twice(Op):
        def forward(self, x, y):
            return x * y

        def vjp(self, g):
            return functools.partial(np.multiply, g, 2), g.__neg__

    x, y = leaf([1.0]), leaf([1.0])
    Twice()(x, y).backward()
    assert x.grad == 2
    assert y.grad == -1


def test_a_rule_that_mixes_in_a_tensor():
    weight = leaf([3.0])

    class Scaled(Op):
        def forward(self, x):
            return x * 3

        def vjp(self, g):
            return (g * weight,)

    x = leaf([1.0])
    for expected in (3, 6):  # set first, then added to
        Scaled()(x).backward()
        assert type(x.grad) is np.ndarray
        assert x.grad == expected


def test_an_error_in_a_rule_names_the_operation():
    class Broken(Op):
        def forward(self, x):
            return x * 1.0

        def vjp(self, g):
            raise KeyError("k")

    with pytest.raises(KeyError) as caught, ad.scope("here"):
        Broken()(leaf([1.0])).backward()
    (note,) = caught.value.__notes__
    assert note.startswith("in the vjp of broken in here, of shape (1,)")


def test_places_among_the_outputs_carry_no_gradient():
    class Sorted(Op):
        saves = OUTPUT

        def forward(self, x):
            return np.sort(x), np.argsort(x)

        def vjp(self, g, outputs):
            back = np.zeros_like(g[0])
            back[outputs[1]] = g[0]
            return (back,)

    x = leaf([3.0, 1.0, 2.0])
    values, places = Sorted()(x)
    assert places.node is None
    (values * np.array([1.0, 10, 100])).sum().backward()
    np.testing.assert_array_equal(x.grad, [100, 1, 10])


@pytest.mark.parametrize(("result", "saves", "message"), [
    (None, OUTPUT, "forward gave NoneType; expected an array"),
    ("no", OUTPUT, "forward gave str; expected an array"),
    (np.ones(2), RESIDUAL, r"forward gave ndarray; with RESIDUAL it must return \(output, resi"),
    ((np.ones(2), None), OUTPUT, "forward gave NoneType; expected an array"),
])  # fmt: skip
def test_wrong_results_of_forward(result, saves, message):
    cls = type("Wrong", (Op,), {"forward": lambda self, x: result, "saves": saves})
    with pytest.raises(TypeError, match=f"wrong: {message}"):
        cls()(leaf([1.0]))


def test_wrong_saves_are_refused_at_once():
    with pytest.raises(TypeError, match=r"Pair: saves = .*expected INPUTS"):

        class Pair(Op):
            saves = (OUTPUT, RESIDUAL)


# -- memory, modes, speed ------------------------------------------------------------------


def test_a_failed_operation_leaves_no_cycle():
    class Fails(Op):
        def forward(self, x):
            raise FloatingPointError

    x = leaf(np.ones(10))
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            for call in (lambda: Fails()(x), lambda: x + np.ones(3), lambda: x @ np.ones(3)):
                with contextlib.suppress(FloatingPointError, ValueError):
                    call()
        assert gc.collect() < 10
    finally:
        gc.enable()


def test_one_block_may_be_entered_by_several_tasks():
    x, quiet = leaf(1.0), no_grad()

    async def task(delay):
        with quiet:
            await asyncio.sleep(delay)
            assert (x * 2).node is None
        return (x * 2).node

    async def all_tasks():
        return await asyncio.gather(task(0.02), task(0.01), task(0))

    assert None not in asyncio.run(all_tasks())


def test_deep_scopes_do_not_recurse():
    blocks = [ad.scope("s") for _ in range(3000)]
    for block in blocks:
        block.__enter__()
    y = leaf(1.0) * 2
    for block in reversed(blocks):
        block.__exit__(None, None, None)
    assert y.node.scope.path.count("s") == 3000


def test_a_constant_base_costs_no_slope():
    y = leaf([2.0, 3.0])
    with np.errstate(divide="raise"):
        (np.array([0.0, 2.0]) ** y).sum().backward()
    np.testing.assert_allclose(y.grad, [0, 8 * np.log(2)])


# -- without a node ------------------------------------------------------------------------


def test_several_outputs_without_a_node():
    a, b = ad.split(Tensor([1.0, 2.0]), 2)
    assert isinstance(a, Tensor)
    assert a.node is b.node is None
    with no_grad():
        a, b = ad.split(leaf([1.0, 2.0]), 2)
    assert isinstance(b, Tensor)
    assert all(type(part) is np.ndarray for part in ad.split(np.array([1.0, 2.0]), 2))


def test_numbers_leave_float32_alone_without_a_node_too():
    for x in (np.ones(2, np.float32), Tensor(np.ones(2, np.float32))):
        assert ad.multiply(2.0, x).dtype == np.float32
        assert ad.add(x, 1).dtype == np.float32


def test_errors_without_a_node_are_as_with_one():
    class Careless(Op):
        def forward(self, x):
            return np.ones(3) + np.ones(4)

    with pytest.raises(ValueError, match="broadcast") as caught:
        Careless()(Tensor([1.0]))
    assert caught.value.__notes__ == ["in careless of shapes (1,)"]
    assert caught.traceback[-1].name == "forward"
    with pytest.raises(ValueError, match="matmul: ") as caught:
        Tensor([1.0]) @ Tensor([1.0, 2.0])
    assert caught.value.__suppress_context__


# -- seeds, sizes --------------------------------------------------------------------------


def test_a_seed_may_be_a_tensor():
    x, seed = leaf([1.0, 2.0]), leaf([5.0, 7.0])
    (x * x).backward(seed)
    np.testing.assert_array_equal(x.grad, [10, 28])
    assert seed.grad is None
    for create_graph in (False, True):
        with pytest.raises(ValueError, match=r"shape \(3,\), the result \(2,\)"):
            gradients(x * x, [x], seed=leaf([1.0, 1, 1]), create_graph=create_graph)
    (g,) = gradients(x * x, [x], seed=Tensor(np.float32([1, 1])), create_graph=True)
    assert g.dtype == np.float64


@pytest.mark.parametrize(
    ("shape", "index", "of_value"),
    [
        ((3,), (..., 0), (1,)),
        ((3,), (..., 0), (1, 1)),
        ((2, 3), ..., (1, 2, 3)),
        ((2, 3), ..., (1, 1, 3)),
        ((2, 3), 0, (1, 1, 3)),
    ],
)
def test_an_assigned_value_may_have_more_axes(shape, index, of_value):
    value = leaf(np.ones(of_value))
    ad.index_update(np.zeros(shape), index, value).sum().backward()
    times = np.zeros(shape)[index].size / value.size
    np.testing.assert_array_equal(value.grad, np.full(of_value, times))


@pytest.mark.parametrize(("elements", "stays"), [(64, True), (65, False)])
def test_one_array_of_more_than_64_elements_is_enough_to_let_go(elements, stays):
    x, y = leaf(np.ones((elements, 1))), leaf(np.ones((1, 2)))
    z = (x * y).sum()
    z.backward()
    if stays:
        z.backward()
        np.testing.assert_array_equal(x.grad, np.full(x.shape, 4))
    else:
        with pytest.raises(RuntimeError, match="released"):
            z.backward()


@pytest.mark.parametrize(("elements", "stays"), [(64, True), (65, False)])
def test_up_to_64_elements_stay(elements, stays):
    x = leaf(np.ones(elements))
    y = ad.exp(x)
    assert (y.node.output is not None) == stays
    z = y.sum()
    z.backward()
    if stays:
        z.backward()
    else:
        with pytest.raises(RuntimeError, match="released"):
            z.backward()


# -- within primitives ---------------------------------------------------------------------


def test_definitions_take_what_the_operation_takes():
    t = leaf(np.float32([1, 2]))
    with ad.primitives():
        for y in (t / 2, 1 - t, ad.logaddexp(t, 0.0), ad.clip(t, 0, 1.5), t / np.float32([2, 4])):
            assert y.dtype == np.float32
        np.testing.assert_array_equal((leaf(5.0) - [1.0, 2.0]).numpy(), [4, 3])
        np.testing.assert_array_equal((t / 2).numpy(), [0.5, 1])


# -- and some more -------------------------------------------------------------------------


def test_too_few_degrees_of_freedom_give_nan_not_nothing():
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        for f in (lambda x: x.std(ddof=1), lambda x: x.var(ddof=1)):
            assert np.isnan(slopes(f, [2.0])[0]).all()
        assert np.isnan(slopes(lambda x: x.var(ddof=3), [2.0, 3.0])[0]).all()
    assert not slopes(lambda x: x.std(), [0.0, 1e-170])[0].any()


def test_a_class_that_is_out_of_the_question():
    z = leaf([[0.0, 0.0, -np.inf]])
    with np.errstate(invalid="raise", divide="raise"):
        loss = nn.SoftmaxCE()(z, [1])
        loss.backward()
    assert loss.item() == pytest.approx(np.log(2))
    np.testing.assert_allclose(z.grad, [[0.5, -0.5, 0]])


def test_what_a_power_and_a_logarithm_do_not_need_may_be_written():
    w, c = leaf([1.0, 2.0]), Tensor([3.0, 4.0])
    power, log = (2.0**w).sum(), ad.logaddexp(w, c).sum()
    c.data -= 1
    log.backward()
    w.data -= 1
    power.backward()
    weights = 1 / (1 + np.exp([2.0, 2.0])) + np.log(2) * np.array([2, 4])
    np.testing.assert_allclose(w.grad, weights)


def test_an_update_keeps_the_dtype():
    x = leaf(np.float32([1, 2]))
    assert ad.index_update(x, 0, np.float64(5)).dtype == np.float32
    assert ad.index_update(np.array([1, 2]), 0, leaf(0.5)).numpy().tolist() == [0.5, 2]


def test_arrays_of_other_classes():
    t = leaf([1.0, 2.0])

    class Quantity(np.ndarray):
        """An array with a meaning of its own."""

    y = t * np.array([3.0, 4.0]).view(Quantity)
    assert type(y.numpy()) is np.ndarray
    with pytest.raises(TypeError, match="multiply: a matrix of np"):
        t * np.array([3.0, 4.0]).view(np.matrix)
    with pytest.raises(TypeError, match="multiply: a masked array"):
        t * np.ma.array([1.0, 2.0], mask=[True, False])


def test_sequences_that_are_no_arrays_of_numpys():
    class Series:
        """What pandas has: a dtype, a method called mask, and a conversion."""

        dtype = np.dtype(float)

        def mask(self):
            raise AssertionError

        def __array__(self, dtype=None, copy=None):
            return np.array([3.0, 4.0])

    y = leaf([1.0, 2.0]) * Series()
    assert type(y.numpy()) is np.ndarray
    np.testing.assert_array_equal(y.numpy(), [3, 8])


def test_outputs_are_named_after_their_operation():
    part, _ = ad.split(leaf([1.0, 2.0]), 2)
    assert "operation=split[0]" in repr(part)
    assert part.node.parents[0].describe() == "split"


def test_only_inputs_have_positions():
    with pytest.raises(TypeError, match="only INPUTS has positions"):
        OUTPUT[0]


@pytest.mark.parametrize("h", [0, -1e-4, np.nan])
def test_steps_are_positive(h):
    with pytest.raises(ValueError, match="expected a positive number"):
        numerical_gradient(np.sum, [1.0], h=h)
    with pytest.raises(ValueError, match="expected a positive number"):
        ad.directional_derivative(np.sum, [1.0], [1.0], h=h)


def test_several_outputs_of_other_arrays():
    x = Tensor(Duck(np.arange(4.0)), requires_grad=True)
    a, _ = ad.split(x, 2)
    (g,) = gradients(a, [x], seed=Duck(np.ones(2)))
    assert g.inner.tolist() == [1, 1, 0, 0]


def test_rows_that_nothing_uses_get_zeros():
    x = Tensor(np.arange(6.0).reshape(3, 2), requires_grad=True)
    rows = list(x)
    (rows[1] * [3.0, 5.0]).sum().backward()
    np.testing.assert_array_equal(x.grad, [[0, 0], [3, 5], [0, 0]])


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", np.longdouble])
@pytest.mark.parametrize("order", ["C", "F"])
def test_keeping_is_selecting(dtype, order):
    """0 where the condition does not hold, whatever stands there."""
    values = [1.5, -2.0, 0.0, -0.0, np.inf, -np.inf, np.nan, 3.0]
    x = np.array([values, values[::-1]], dtype, order=order)[:, ::-1]
    for condition in (x > 0, x != x, np.zeros_like(x, bool), np.array([True] * 4 + [False] * 4)):
        expected = np.where(condition, x, np.zeros((), dtype))
        kept = keep(condition, x)
        assert kept.dtype == dtype
        np.testing.assert_array_equal(kept, expected)
        np.testing.assert_array_equal(np.signbit(kept), np.signbit(expected))
        out = np.full((4, 8), 7, dtype)
        keep(condition, x, out=out[::2])
        np.testing.assert_array_equal(out[::2], expected)
        assert (out[1::2] == 7).all()
    assert keep(np.array(True), np.array(2, dtype)) == 2
