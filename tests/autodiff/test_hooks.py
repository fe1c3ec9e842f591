"""Hooks see the gradient of a Tensor, and may replace it."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import Tensor, gradients


def leaf(*values):
    return Tensor(values, requires_grad=True)


def test_sees_the_whole_gradient_once():
    x, seen = leaf(1.0, 2.0), []
    y = x * 3
    y.register_hook(lambda g: seen.append(g.copy()))
    (y * y + y).sum().backward()
    np.testing.assert_array_equal(seen, [2 * 3 * x.numpy() + 1])
    np.testing.assert_array_equal(x.grad, 3 * seen[0])


def test_what_it_gives_goes_on():
    x = leaf(1.0, 2.0)
    y = x * 3
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: g + 1)
    y.sum().backward()
    np.testing.assert_array_equal(y.grad, [11, 11])
    np.testing.assert_array_equal(x.grad, [33, 33])


def test_of_a_leaf_before_it_is_added_to_grad():
    x = leaf(1.0, 2.0)
    x.register_hook(lambda g: np.clip(g, -1, 1))
    for _ in range(2):
        (5 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [2, 2])
    np.testing.assert_array_equal(gradients((5 * x).sum(), [x])[0], [1, 1])


def test_other_ways_back_are_not_changed():
    x = leaf(1.0, 2.0)
    a, b = x * 2, x * 3
    a.register_hook(lambda g: 0 * g)
    (a + b).sum().backward()
    np.testing.assert_array_equal(x.grad, [3, 3])


def test_remove():
    x, seen = leaf(1.0), []

    def hook(g):
        seen.append(g)

    first, _ = x.register_hook(hook), x.register_hook(hook)
    x.sum().backward()
    assert len(seen) == 2
    first.remove()
    first.remove()
    x.sum().backward()
    assert len(seen) == 3


def test_may_remove_itself():
    x, seen = leaf(1.0), []
    handle = x.register_hook(lambda g: (seen.append(g), handle.remove())[1])
    x.register_hook(seen.append)
    x.sum().backward()
    x.sum().backward()
    assert len(seen) == 3


def test_cannot_write_what_others_hold():
    x = leaf(1.0, 2.0)
    y, z = x * 1, x * 1

    def write(g):
        g *= 2

    y.register_hook(write)
    with pytest.raises(ValueError, match="read-only"):
        (y + z).sum().backward()
    assert x.grad is None


def test_gradient_does_not_alias_what_the_hook_gave():
    x, kept = leaf(1.0, 2.0), np.ones(2)
    x.register_hook(lambda g: kept)
    x.sum().backward()
    assert not np.shares_memory(x.grad, kept)


def test_in_a_graph_of_gradients():
    x = leaf(2.0)
    x.register_hook(lambda g: g * g)
    (g,) = gradients((x * x).sum(), [x], create_graph=True)  # (2x)²
    np.testing.assert_array_equal(g.numpy(), [16])
    (h,) = gradients(g.sum(), [x])
    np.testing.assert_array_equal(h, [(8 * 2) ** 2])


def test_only_on_the_way():
    x, seen = leaf(1.0), []
    y = ad.exp(x)
    y.register_hook(seen.append)
    gradients((y * x).sum(), [y])
    assert len(seen) == 1
    gradients((x * 2).sum(), [x])
    assert len(seen) == 1


def test_dtype_stays():
    x = Tensor(np.ones(2, np.float32), requires_grad=True)
    x.register_hook(lambda g: g.astype(np.float64) * 2)
    x.sum().backward()
    assert x.grad.dtype == np.float32
    x.zero_grad()
    x.register_hook(lambda g: [1, 2])
    x.sum().backward()
    np.testing.assert_array_equal(x.grad, [1, 2])


@pytest.mark.parametrize(
    ("hook", "error", "message"),
    [
        (lambda g: g[:1], ValueError, r"a hook of leaf 'x', of shape \(2,\) gave shape \(1,\)"),
        (lambda g: "no", TypeError, "gave str; expected a gradient, or None"),
        (lambda g: g * 1j, TypeError, "gave ndarray"),
    ],
)
def test_refuses_what_is_no_gradient(hook, error, message):
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    x.register_hook(hook)
    with pytest.raises(error, match=message):
        x.sum().backward()
    assert x.grad is None


def test_refuses_what_cannot_be_hooked():
    with pytest.raises(RuntimeError, match="requires_grad=True"):
        Tensor([1.0]).register_hook(print)
    with pytest.raises(TypeError, match="float was given; expected a function"):
        leaf(1.0).register_hook(3.0)
