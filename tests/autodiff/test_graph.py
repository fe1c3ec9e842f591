"""What the graph and the walk promise."""

import gc
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff import Op, Tensor, gradients, no_grad
from autodiff.graph import Node
from autodiff.reverse import reverse_pass


def leaf(data, **options):
    return Tensor(data, requires_grad=True, **options)


# -- size ----------------------------------------------------------------------------------


def test_a_million_operations_without_recursion():
    """And in linear time: at 10¹² steps a quadratic walk would not end."""
    assert sys.getrecursionlimit() <= 1000
    x = leaf(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.backward()
    assert x.grad == 1
    assert y.item() == 1_000_001
    del y  # the graph is freed here, and must not recurse either


@given(length=st.integers(1, 50))
def test_each_node_is_visited_once(length):
    x = leaf(1.0)
    y = x
    for _ in range(length):
        y = y * x + x
    visited = [node.number for node, _, _ in reverse_pass(y.node, np.ones(()))]
    assert len(visited) == len(set(visited)) == 2 * length + 1
    assert visited == sorted(visited, reverse=True)


def test_sixty_doublings():
    """The graph is a diamond of diamonds: 2⁶⁰ paths, 61 nodes."""
    x = leaf(1.0)
    y = x
    for _ in range(60):
        y = y + y
    visited = sum(1 for _ in reverse_pass(y.node, np.ones(())))
    y.backward()
    assert x.grad == 2.0**60
    assert visited == 61


# -- accumulation --------------------------------------------------------------------------


def test_backward_twice_is_twice():
    x = leaf([1.0, 3.0])
    y = (x * x).sum()
    y.backward()
    np.testing.assert_array_equal(x.grad, [2, 6])
    y.backward()
    np.testing.assert_array_equal(x.grad, [4, 12])


def test_two_losses_on_one_trunk():
    x = leaf([1.0, 2.0])
    trunk = x * x
    trunk.sum().backward()
    (3 * trunk).sum().backward()
    np.testing.assert_array_equal(x.grad, [8, 16])


def test_large_trunk_needs_retain_graph():
    x = leaf(np.arange(100.0))
    trunk = x * x
    first, second = trunk.sum(), (trunk * trunk).sum()
    first.backward(retain_graph=True)
    before = x.grad.copy()
    second.backward()
    np.testing.assert_allclose(x.grad, before + 4 * np.arange(100.0) ** 3)
    before = x.grad.copy()
    with pytest.raises(RuntimeError, match=r"multiply.*\(100,\).*retain_graph=True"):
        second.backward()
    np.testing.assert_array_equal(x.grad, before)


def test_what_is_small_is_never_released():
    """A sum keeps a shape, not an array: it can be walked again."""
    x = leaf(np.ones(100))
    y = (x + 1).sum()
    y.backward()
    y.backward()
    np.testing.assert_array_equal(x.grad, np.full(100, 2))


def test_gradients_never_releases():
    x = leaf(np.arange(100.0))
    y = (x * x).sum()
    for _ in range(2):
        np.testing.assert_array_equal(gradients(y, [x])[0], 2 * np.arange(100.0))
    assert x.grad is None


@pytest.mark.parametrize("uses", [1, 2, 3, 7])
def test_contributions_add_up_in_any_number(uses):
    x = leaf([2.0, 3.0])
    y = sum((x * k for k in range(1, uses + 1)), start=Tensor([0.0, 0.0]))
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [uses * (uses + 1) / 2] * 2)


def test_square_by_itself_has_two_edges():
    x = leaf(3.0)
    y = x * x
    (_, _, sent), (node, cotangent, _) = reverse_pass(y.node, np.ones(()))
    assert [float(s) for s in sent] == [3, 3]
    assert node is x.node
    assert cotangent == 6


programs = st.lists(
    st.tuples(st.sampled_from("+*-mts"), st.integers(0, 30), st.integers(0, 30)), max_size=25
)


def run(program, leaves):
    """A random graph over the leaves, with fan-out, broadcasting and reductions."""
    values = list(leaves)
    for name, i, j in program:
        x, y = values[i % len(values)], values[j % len(values)]
        values.append(
            {
                "+": lambda x=x, y=y: x + y,
                "-": lambda x=x, y=y: x - y,
                "*": lambda x=x, y=y: ad.tanh(x) * y,
                "m": lambda x=x, y=y: ad.maximum(x, y * 0.9),
                "t": lambda x=x: ad.sin(x),
                "s": lambda x=x, y=y: x.mean() + y,
            }[name]()
        )
    return sum((v.sum() for v in values), start=Tensor(0.0))


@given(program=programs, seed=st.integers(0, 1000))
def test_what_the_edges_carry_sums_to_the_gradient(program, seed):
    rng = np.random.default_rng(seed)
    leaves = [leaf(rng.normal(size=shape)) for shape in ((2, 3), (3,), (2, 1), ())]
    y = run(program, leaves)
    arriving = {y.node: np.ones(())}
    for node, cotangent, sent in reverse_pass(y.node, np.ones(())):
        np.testing.assert_allclose(cotangent, arriving[node], rtol=1e-12, atol=1e-13)
        assert np.shape(cotangent) == node.shape
        for parent, value in zip(node.parents, sent, strict=False):
            assert (parent is None) == (value is None)
            if parent is not None:
                arriving[parent] = arriving.get(parent, 0) + value


@given(program=programs, seed=st.integers(0, 1000))
def test_random_programs_against_differences(program, seed):
    rng = np.random.default_rng(seed)
    values = [rng.normal(size=shape) for shape in ((2, 3), (3,), (2, 1), ())]
    leaves = [leaf(v) for v in values]
    slopes = gradients(run(program, leaves), leaves)
    direction = [rng.normal(size=v.shape) for v in values]

    def at(t):
        moved = [Tensor(v + t * d) for v, d in zip(values, direction, strict=True)]
        return run(program, moved).item()

    coarse, fine = ((at(h) - at(-h)) / (2 * h) for h in (1e-4, 1e-5))
    actual = sum(float((g * d).sum()) for g, d in zip(slopes, direction, strict=True))
    if abs(coarse - fine) > 1e-5 * (1 + abs(fine)):
        return  # a kink of maximum lies between the evaluations
    assert actual == pytest.approx(fine, rel=1e-6, abs=1e-6)


# -- leaves and results --------------------------------------------------------------------


def test_backward_on_a_leaf_adds_ones():
    x = leaf(3.0)
    x.backward()
    x.backward()
    assert x.grad == 2


def test_backward_needs_a_gradient_where_there_are_several_elements():
    y = leaf([[1.0, 2.0, 3.0]]) * 2
    with pytest.raises(ValueError, match=r"shape \(1, 3\)"):
        y.backward()
    with pytest.raises(ValueError, match=r"shape \(2,\).*\(1, 3\)"):
        y.backward([1.0, 2.0])


def test_size_one_needs_no_gradient():
    x = leaf([[2.0]])
    (x * x).backward()
    np.testing.assert_array_equal(x.grad, [[4]])


def test_backward_without_a_node_says_so():
    with pytest.raises(RuntimeError, match="requires_grad=True"):
        Tensor([1.0]).backward()


def test_results_keep_a_gradient_only_when_asked():
    x = leaf([1.0, 2.0])
    y, z = x * 2, x * 3
    y.retain_grad()
    (y * z).sum().backward()
    np.testing.assert_array_equal(y.grad, [3, 6])
    assert z.grad is None
    with pytest.raises(RuntimeError, match="nothing was recorded"):
        Tensor(1.0).retain_grad()


def test_an_error_in_a_rule_leaves_every_gradient():
    class Breaks(Op):
        def forward(self, x):
            return x * 1.0

        def vjp(self, g):
            raise ArithmeticError("on purpose")

    x, w = leaf([1.0]), leaf([2.0])
    (x * w).sum().backward()
    before = x.grad, x.grad.copy(), w.grad.copy()
    with pytest.raises(ArithmeticError):
        (Breaks()(x) + w).sum().backward()
    assert x.grad is before[0]
    np.testing.assert_array_equal(x.grad, before[1])
    np.testing.assert_array_equal(w.grad, before[2])


def test_gradients_arguments():
    x, w, other = leaf([1.0, 2.0]), leaf([3.0, 4.0]), leaf([1.0])
    middle = x * w
    y = (middle * w).sum()
    found = gradients(y, [w, other, x, x, middle, y])
    np.testing.assert_array_equal(found[0], [6, 16])
    assert found[1] is None
    np.testing.assert_array_equal(found[2], [9, 16])
    np.testing.assert_array_equal(found[3], [9, 16])
    assert not np.shares_memory(found[2], found[3])
    np.testing.assert_array_equal(found[4], [3, 4])
    assert found[5] == 1
    assert gradients(y, [Tensor([1.0])]) == [None]
    with pytest.raises(TypeError, match=r"gradients\(y, \[x\]\)"):
        gradients(y, x)
    with pytest.raises(TypeError, match="expected Tensors"):
        gradients(y, [1.0])
    assert gradients(Tensor(1.0), [x]) == [None]
    with no_grad(), pytest.raises(ValueError, match="no_grad"):
        gradients(y, [x], create_graph=True)
    (g,) = gradients(middle, [x], seed=[1.0, 10.0])
    np.testing.assert_array_equal(g, [3, 40])


def test_gradients_walks_only_where_it_leads():
    """A rule off the way to what is asked is not called."""

    class Untouchable(Op):
        def forward(self, x):
            return x * 1.0

        def vjp(self, g):
            raise AssertionError("walked")

    x, w = leaf([1.0]), leaf([2.0])
    y = (Untouchable()(x) * w).sum()
    np.testing.assert_array_equal(gradients(y, [w])[0], [1])


def test_what_no_input_wants_is_not_computed():
    """The input of a first layer costs nothing: its entry is never called."""
    called = []

    class Lazy(Op):
        def forward(self, x, w):
            return x * w

        def vjp(self, g):
            return lambda: called.append("x"), lambda: g

    w = leaf([1.0])
    Lazy()(Tensor([5.0]), w).sum().backward()
    assert called == []


def test_create_graph_gives_tensors_that_share_nothing():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    a, b, again = gradients((x + w).sum(), [x, w, x], create_graph=True)
    assert all(isinstance(g, Tensor) for g in (a, b, again))
    assert not np.shares_memory(a.numpy(), b.numpy())
    assert not np.shares_memory(a.numpy(), again.numpy())


def test_mixed_partial_derivatives():
    x, w = leaf(2.0), leaf(3.0)
    (gx,) = gradients(x**2 * w**3, [x], create_graph=True)
    (gxw,) = gradients(gx, [w], create_graph=True)
    (gxwx,) = gradients(gxw, [x], create_graph=True)
    assert gx.item() == 2 * 2 * 27
    assert gxw.item() == 2 * 2 * 3 * 9
    assert gxwx.item() == 2 * 3 * 9


def test_seed_that_is_recorded():
    x, v = leaf([1.0, 2.0]), leaf([5.0, 7.0])
    (g,) = gradients(x * x, [x], seed=v, create_graph=True)
    np.testing.assert_array_equal(gradients(g.sum(), [v])[0], [2, 4])


# -- several outputs -----------------------------------------------------------------------


def test_only_some_outputs_are_used():
    x = leaf(np.arange(6.0))
    a, _, c = ad.split(x, 3)
    (a.sum() + (c * c).sum() + a[0]).backward()
    np.testing.assert_array_equal(x.grad, [2, 1, 0, 0, 8, 10])


def test_edges_of_several_outputs():
    x = leaf([1.0, 2.0, 3.0, 4.0])
    a, b = ad.split(x, 2)
    y = (a * b).sum()
    sent_by = {}
    arrived_at = {}
    for node, cotangent, sent in reverse_pass(y.node, np.ones(())):
        assert len(sent) == len(node.parents)
        sent_by[node], arrived_at[node] = sent, cotangent
    np.testing.assert_array_equal(sent_by[a.node][0], [3, 4])
    np.testing.assert_array_equal(sent_by[b.node][0], [1, 2])
    (split,) = a.node.parents
    assert b.node.parents == (split,)
    np.testing.assert_array_equal(arrived_at[split], [[3, 4], [1, 2]])
    np.testing.assert_array_equal(sent_by[split][0], [3, 4, 1, 2])


def test_several_outputs_at_second_order():
    x = leaf(np.arange(1.0, 5.0))
    a, b = ad.split(x, 2)
    (g,) = gradients((a * b * b).sum(), [x], create_graph=True)
    np.testing.assert_array_equal(g.numpy(), [9, 16, 6, 16])
    np.testing.assert_array_equal(gradients(g.sum(), [x])[0], [6, 8, 6 + 2, 8 + 4])


def test_rule_that_reads_its_own_outputs():
    class SinCos(Op):
        saves = ad.OUTPUT

        def forward(self, x):
            return np.sin(x), np.cos(x)

        def vjp(self, g, outputs):
            sine, cosine = outputs
            parts = [p for p in (g[0] and g[0] * cosine, g[1] and -g[1] * sine) if p is not None]
            return (sum(parts[1:], start=parts[0]),)

    x = leaf(0.7)
    sine, cosine = SinCos()(x)
    y = sine * cosine  # = sin(2x) / 2
    for expected in (np.cos(1.4), -2 * np.sin(1.4), -4 * np.cos(1.4)):
        (y,) = gradients(y, [x], create_graph=True)
        assert y.item() == pytest.approx(expected, rel=1e-12)


# -- memory --------------------------------------------------------------------------------


@pytest.fixture
def _without_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def build():
    x = leaf(np.ones(1000))
    y = ad.exp(x) * ad.tanh(x) + ad.concatenate([x, x])[:1000]
    a, b = ad.split(y, 2)
    return (a @ b).sum() + ad.where(y > 0, y, 0).std()


@pytest.mark.usefixtures("_without_collector")
@pytest.mark.parametrize("walk", [False, True, "twice"])
def test_dropped_graphs_come_back_without_the_collector(walk):
    def drop():
        y = build()
        if walk:
            y.backward(retain_graph=True)
        if walk == "twice":
            x = leaf(2.0)
            (g,) = gradients(x**3, [x], create_graph=True)
            gradients(g, [x], create_graph=True)

    drop()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            drop()
        growth = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert growth < 1_000_000  # ten graphs; a thousand that stayed would be 100 MB
    assert gc.collect() < 100


def test_a_training_loop_does_not_hold_two_graphs():
    w = leaf(np.ones(100_000))

    def peak(steps, retain_graph=False):
        tracemalloc.start()
        for _ in range(steps):
            y = w
            for _ in range(20):
                y = ad.sin(y)
            loss = y.sum()  # the loss of the step before was alive until here
            loss.backward(retain_graph=retain_graph)
            w.zero_grad()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak(4) < 1.2 * peak(1)
    assert peak(4, retain_graph=True) > 1.6 * peak(1)  # so this is how two graphs would show


def test_an_array_no_rule_needs_is_freed_with_its_tensor():
    x = leaf(np.ones(1000))
    y = ad.exp(x)
    z = (y + 1) + 2
    array = y._array
    referrers = sys.getrefcount(array)
    del y
    assert sys.getrefcount(array) == referrers - 1
    assert z.node.parents[0].output is None
    assert z.node.saved == ()


def test_small_graphs_stay_after_backward():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = (x * w + 1).sum()
    y.backward()
    node = y.node.parents[0]
    np.testing.assert_array_equal(node.output, [4, 9])
    assert node.inputs[1] == 1
    np.testing.assert_array_equal(node.parents[0].inputs[0], [1, 2])


def test_large_constants_leave_their_shape():
    x = leaf(np.ones((10, 10)))
    node = (x + np.ones(10)).node
    assert node.inputs[0] is None
    np.testing.assert_array_equal(node.inputs[1], np.ones(10))
    dropped = (x + np.ones((10, 10), dtype=np.float32)).node.inputs[1]
    assert (dropped.shape, dropped.dtype) == ((10, 10), np.float32)


def test_a_product_keeps_only_the_factor_it_needs():
    x = leaf(np.ones(1000))
    assert [s is None for s in (x * 2.0).node.saved] == [True, False]
    assert [s is None for s in (Tensor(np.ones(1000)) * x).node.saved] == [False, True]


def test_nodes_know_their_place():
    x = leaf([1.0], name="x")
    with ad.scope("outer"), ad.scope("inner"):
        y = x * 2
    assert isinstance(y.node, Node)
    assert y.node.number > x.node.number
    assert y.node.scope.path == "outer.inner"
    assert repr(y.node).startswith(f"<Node {y.node.number}: multiply in outer.inner")
    assert "leaf 'x'" in repr(x.node)
