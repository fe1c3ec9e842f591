"""Writes between recording and walking: noticed or harmless, never a silently wrong gradient."""

import gc
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
import nn
from autodiff import Op, Tensor, gradients, no_grad, writes


def refused():
    return pytest.raises(RuntimeError, match="was written after it was recorded")


def leaf(data, **options):
    return Tensor(data, requires_grad=True, **options)


@pytest.fixture(autouse=True)
def _nothing_stays_exposed():
    gc.collect()
    before = set(writes.exposures)
    yield
    gc.collect()
    assert set(writes.exposures) <= before


# -- noticed -------------------------------------------------------------------------------


def write_in_place(w):
    w.data -= 1.0


def write_an_element(w):
    w.data[0] = 5.0


def write_all(w):
    w.data[...] = 7.0


def write_through_a_view(w):
    w.data[1:][...] = 7.0


def write_through_a_transposed_view(w):
    w.data.T.reshape(-1)[0] = 7.0


def write_with_out(w):
    np.add(w.data, 1, out=w.data)


def write_through_detached(w):
    w.detach().data[0] = 3.0


def write_as_an_optimizer(w):
    w.written()[...] = 2.0


WRITES = [value for name, value in sorted(globals().items()) if name.startswith("write_")]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("elements", [3, 100])
def test_a_write_is_noticed(write, elements):
    w = leaf(np.arange(1.0, elements + 1))
    loss = (w * w).sum()
    write(w)
    for _ in range(2):
        with refused():
            loss.backward()
    assert w.grad is None
    with refused():
        gradients(loss, [w])
    again = (w * w).sum()  # recorded after the write: no alarm
    again.backward()
    np.testing.assert_array_equal(w.grad, 2 * w.numpy())


def test_the_error_names_the_operation():
    w = leaf([1.0, 2.0])
    with ad.scope("layer"):
        loss = (w * w).sum()
    w.data += 1
    with pytest.raises(RuntimeError, match=r"multiply in layer.*\(2,\)"):
        loss.backward()


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_noticed_through_a_view_of_the_leaf(write):
    w = leaf([1.0, 2.0, 3.0])
    view = w.reshape(3, 1)[1:].T
    loss = (view * view).sum()
    write(w)
    with refused():
        loss.backward()


@pytest.mark.parametrize("write", WRITES)
def test_a_write_into_a_tensor_without_a_node_is_noticed(write):
    x, w = Tensor([1.0, 2.0, 3.0]), leaf([1.0, 1.0, 1.0])
    loss = (x * w).sum()
    write(x)
    with refused():
        loss.backward()


def test_an_array_that_is_held_is_compared_at_the_walk():
    w = leaf([1.0, 2.0])
    held = w.data
    loss = (w * w).sum()
    held[0] = 9.0
    with refused():
        loss.backward()


def test_an_array_that_is_held_is_compared_when_recording():
    """What was recorded before the write refuses, what was recorded after it does not."""
    w = leaf([1.0, 2.0])
    held = w.data
    before = (w * w).sum()
    held[0] = 9.0
    after = (w * w).sum()
    after.backward()
    np.testing.assert_array_equal(w.grad, [18, 4])
    with refused():
        before.backward()


def test_a_view_of_what_was_handed_out_is_followed():
    w = leaf([1.0, 2.0])
    part = w.data[1:]
    loss = (w * w).sum()
    part[0] = 9.0
    with refused():
        loss.backward()


def test_nan_and_signed_zero_are_compared_by_bits():
    w = leaf([np.nan, 0.0])
    held = w.data
    loss = (w * w).sum()
    held[0] = np.nan
    loss.backward()  # the same bits
    held[1] = -0.0
    with refused():
        loss.backward()


def test_an_array_taken_from_data_is_followed_as_a_constant():
    w, x = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    loss = (x * w.data).sum()
    w.data += 1
    with refused():
        loss.backward()


def test_optimizer_step_and_load_state_dict_are_noticed():
    model = nn.Sequential(nn.Affine(3, 2, dtype=float), nn.Sigmoid(), nn.Affine(2, 2, dtype=float))
    optimizer = nn.SGD(model, 0.1)
    state = model.state_dict()
    x, labels = np.ones((4, 3)), np.array([0, 1, 0, 1])

    loss = nn.SoftmaxCE()(model(x), labels)
    loss.backward(retain_graph=True)
    optimizer.step()
    with refused():
        loss.backward()

    loss = nn.SoftmaxCE()(model(x), labels)
    model.load_state_dict(state)
    with refused():
        loss.backward()


# -- harmless ------------------------------------------------------------------------------


def test_rebinding_keeps_the_old_array_in_old_graphs():
    w = leaf([1.0, 2.0])
    loss = (w * w).sum()
    new = np.array([10.0, 20.0])
    w.data = new
    new[...] = 0
    loss.backward()
    np.testing.assert_array_equal(w.grad, [2, 4])
    np.testing.assert_array_equal(w.numpy(), [10, 20])


def test_rebinding_refuses_another_shape_and_casts():
    w = leaf([1.0, 2.0], dtype=np.float32)
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
        w.data = np.ones(3)
    w.data = np.array([1, 2])
    assert w.dtype == np.float32


def test_what_the_rule_does_not_need_may_be_written():
    w, x = leaf([1.0, 2.0]), Tensor([3.0, 4.0])
    total = (w + 1).sum()
    product = (w * x).sum()  # ∂/∂w is x; x wants nothing, so w is not needed
    power = ad.exp(w).sum()  # keeps its output
    w.data += 1
    for y in (total, product, power):
        y.backward()
    np.testing.assert_allclose(w.grad, 1 + np.array([3, 4]) + np.exp([1, 2]))


def test_a_first_layer_may_be_walked_after_its_update():
    layer = nn.Affine(3, 2, dtype=float)
    optimizer = nn.SGD(layer, 0.1)
    loss = nn.SoftmaxCE()(layer(np.ones((4, 3))), np.array([0, 1, 0, 1]))
    loss.backward()
    first = layer.weight.grad.copy()
    optimizer.step()
    loss.backward()
    np.testing.assert_array_equal(layer.weight.grad, 2 * first)


def test_looking_is_no_write():
    w = leaf([1.0, 2.0])
    loss = (w * w).sum()
    assert w.data.sum() == 3
    held = w.data
    assert held[0] == 1
    str(w)
    loss.backward()
    np.testing.assert_array_equal(w.grad, [2, 4])


def test_another_tensors_write_is_none_of_ours():
    w, other = leaf([1.0, 2.0]), leaf([1.0, 2.0])
    loss = (w * w).sum()
    other.data += 1
    other.data[0] = 4
    loss.backward()


def test_training_raises_no_alarm():
    model = nn.Sequential(nn.Affine(3, 4), nn.ReLU(), nn.Affine(4, 2))
    optimizer, loss = nn.SGD(model, 0.1), nn.SoftmaxCE()
    rng = np.random.default_rng(0)
    seen = []
    for _ in range(20):
        value = loss(model(rng.normal(size=(5, 3))), rng.integers(0, 2, 5))
        value.backward()
        seen.append(model[0].weight.data)  # held, and looked at, while training goes on
        optimizer.step()
        optimizer.zero_grad()
    assert len(seen) == 20


def test_results_cannot_be_written():
    w = leaf([1.0, 2.0])
    y = w * 2
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        w.numpy()[0] = 1
    with pytest.raises(TypeError, match="multiply"):
        y.data = np.ones(2)
    with pytest.raises(TypeError, match="multiply"):
        y.written()


def test_a_copy_is_taken_of_the_data():
    source = np.array([1.0, 2.0])
    w = leaf(source)
    loss = (w * w).sum()
    source[...] = 100
    loss.backward()
    np.testing.assert_array_equal(w.grad, [2, 4])


def test_index_mask_and_labels_are_copied():
    w = leaf([1.0, 2.0, 3.0])
    places, mask = np.array([0, 1]), np.array([True, False, True])
    a, b, c = w[places], w[mask], ad.where(mask, w, 0)
    labels = np.array([0, 1])
    logits = leaf(np.zeros((2, 2)))
    loss = nn.SoftmaxCE()(logits, labels)
    places[...] = 2
    mask[...] = False
    labels[...] = 0
    (a.sum() + 10 * b.sum() + 100 * c.sum()).backward()
    np.testing.assert_array_equal(w.grad, [111, 1, 110])
    loss.backward()
    np.testing.assert_array_equal(logits.grad, [[-0.25, 0.25], [0.25, -0.25]])


def test_exposures_end_with_the_last_view():
    w = leaf([1.0, 2.0])
    count = len(writes.exposures)
    held = w.data[1:]
    assert len(writes.exposures) == count + 1
    del held
    assert len(writes.exposures) == count


def test_gradients_may_be_written():
    """They are the user's: nothing else shares their memory."""
    w, x = leaf([1.0, 2.0]), leaf([1.0, 2.0])
    y = (w + x).sum()
    y.backward()
    w.grad *= 100
    np.testing.assert_array_equal(x.grad, [1, 1])
    y.backward()
    np.testing.assert_array_equal(w.grad, [101, 101])
    np.testing.assert_array_equal(x.grad, [2, 2])


class Giving(Op):
    """x, by a rule that gives what it is told to."""

    def __init__(self, give):
        self.give = give

    def forward(self, x):
        return x.copy()

    def vjp(self, g):
        return (self.give(g),)


def address(array):
    return array.__array_interface__["data"][0]


KEPT = np.arange(6.0)
HELD_BY_OTHERS = {
    "what is kept elsewhere": lambda g: KEPT,
    "a view of it": lambda g: KEPT[:],
    "part of it": lambda g: np.concatenate([KEPT, KEPT])[:6],
    "what arrived": lambda g: g,
    "what cannot be written": lambda g: np.broadcast_to(1.0, 6),
    "a buffer that is no array's": lambda g: np.frombuffer(bytes(48)),
    "steps in memory": lambda g: np.ones(12)[::2],
}


@pytest.mark.parametrize("give", HELD_BY_OTHERS.values(), ids=HELD_BY_OTHERS.keys())
def test_what_others_hold_becomes_a_gradient_by_copy(give):
    x, seed, before = leaf(np.zeros(6)), np.full(6, 2.0), KEPT.copy()
    expected = np.array(give(seed))
    Giving(give)(x).backward(seed)
    assert x.grad.flags.owndata
    assert x.grad.flags.carray
    x.grad += 7
    np.testing.assert_array_equal(x.grad, expected + 7)
    np.testing.assert_array_equal(KEPT, before)
    np.testing.assert_array_equal(seed, np.full(6, 2.0))


def test_the_order_in_memory_of_a_gradient_is_that_of_rows():
    x = leaf(np.zeros((2, 3)))
    Giving(lambda g: np.asfortranarray(3 * g))(x).backward(np.ones((2, 3)))
    assert x.grad.flags.c_contiguous
    np.testing.assert_array_equal(x.grad, np.full((2, 3), 3.0))


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="references are not counted here")
def test_what_nobody_else_holds_becomes_a_gradient_as_it_is():
    made = []

    def give(g):
        array = 3 * g
        made.append(address(array))
        return array

    x, w = leaf(np.zeros(6)), leaf(np.zeros(6))
    (Giving(give)(x) + Giving(give)(w)).backward(np.ones(6))
    assert sorted(map(address, (x.grad, w.grad))) == sorted(made)


def test_one_gradient_for_two_is_theirs_apart():
    """An addition gives both operands what arrived."""
    x, w = leaf(np.zeros(6)), leaf(np.zeros(6))
    y = x + w
    y.retain_grad()
    (y * 2).backward(np.ones(6))
    gradients_ = [x.grad, w.grad, y.grad]
    for i, gradient in enumerate(gradients_):
        gradient += i
    for i, gradient in enumerate(gradients_):
        np.testing.assert_array_equal(gradient, np.full(6, 2.0 + i))


def test_what_a_hook_keeps_is_not_the_gradient():
    x, seen = leaf(np.zeros(6)), []
    handle = x.register_hook(seen.append)
    (x * 2).backward(np.ones(6))
    x.grad += 1
    np.testing.assert_array_equal(seen[0], np.full(6, 2.0))
    handle.remove()
    x.register_hook(lambda g: KEPT)
    x.zero_grad()
    (x * 2).backward(np.ones(6))
    assert not np.shares_memory(x.grad, KEPT)


def test_a_seed_stays_the_callers():
    x, seed = leaf(np.zeros(6)), np.ones(6)
    x.backward(seed)
    x.grad += 1
    np.testing.assert_array_equal(seed, np.ones(6))


def test_the_last_of_several_writes_counts():
    """The same memory, written before and after something was recorded."""
    w, earlier = leaf([2.0, 3.0]), leaf([1.0])
    earlier.written()[...] = 2.0  # one elsewhere hides none
    w.written()[...] = [1.0, 4.0]
    y = w * w
    y.backward([1.0, 1.0], retain_graph=True)
    np.testing.assert_array_equal(w.grad, [2, 8])
    w.written()[...] = [5.0, 6.0]
    with refused():
        y.backward([1.0, 1.0])
    later = leaf([1.0])
    later.written()[...] = 2.0
    with refused():
        y.backward([1.0, 1.0])


# -- anything goes -------------------------------------------------------------------------

actions = st.lists(
    st.tuples(
        st.sampled_from(["record", "walk", "write", "hold", "hold and write", "rebind", "look"]),
        st.integers(0, 5),
    ),
    max_size=25,
)


@given(actions=actions)
def test_right_or_refused_whatever_the_order(actions):
    """A naive double keeps the values of each recording: a walk agrees with it or refuses,
    and it refuses only where the values that it needs have changed."""
    w = leaf([1.0, 2.0])
    current = np.array([1.0, 2.0])
    graphs, held = [], []
    memories = [0]  # which memory each recording used: rebinding makes a new one
    versions = [0]
    for name, k in actions:
        if name == "record":
            graphs.append(((w * w).sum(), current.copy(), memories[-1], versions[-1]))
        elif name == "write":
            w.data[k % 2] = k + 0.5
            versions[-1] += current[k % 2] != k + 0.5
            current[k % 2] = k + 0.5
        elif name == "hold":
            held.append((w.data, memories[-1]))
        elif name == "hold and write" and held:
            array, memory = held[k % len(held)]
            versions[memory] += array[0] != k
            array[0] = k
            if memory == memories[-1]:
                current[0] = k
        elif name == "rebind":
            w.data = current = np.array([k + 1.0, k + 2.0])
            memories.append(len(memories))
            versions.append(0)
        elif name == "look":
            w.data.sum()
        elif name == "walk" and graphs:
            y, values, memory, version = graphs[k % len(graphs)]
            if versions[memory] == version:
                np.testing.assert_array_equal(gradients(y, [w])[0], 2 * values)
            else:
                with refused():
                    gradients(y, [w])


def test_no_grad_writes_are_noticed_too():
    w = leaf([1.0, 2.0])
    loss = (w * w).sum()
    with no_grad():
        w.data -= 0.1
    with refused():
        loss.backward()
