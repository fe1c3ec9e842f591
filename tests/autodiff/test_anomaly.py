"""detect_anomaly(): the first NaN or infinity, and the line that it comes from."""

import inspect

import numpy as np
import pytest

import autodiff as ad
import nn
from autodiff import NOTHING, Op, Tensor, detect_anomaly, gradients, primitives, scope


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def leaf(*values, name=None):
    return Tensor(values, requires_grad=True, name=name)


def line():
    """The number of the line that calls."""
    return inspect.currentframe().f_back.f_lineno


def found(caught):
    return str(caught.value)


def test_forward():
    x = leaf(1.0, 0.0)
    with detect_anomaly(), scope("encoder"), scope("first"):
        y = x * 2
        at = line() + 2
        with pytest.raises(FloatingPointError) as caught:
            ad.log(y)
    text = found(caught)
    assert text.startswith("log in encoder.first: gave infinity (1 of 2 elements, shape (2,)), ")
    assert "from inputs of shapes (2,)" in text
    assert f'File "{__file__}", line {at}, in test_forward: ad.log(y)' in text


def test_what_was_there_already_is_said():
    x = leaf(1.0, np.nan)
    with detect_anomaly(), pytest.raises(FloatingPointError, match="its input 0 held NaN") as _:
        x * 2


def test_the_users_line_not_ours():
    model = nn.Sequential(nn.Affine(2, 2, rng=np.random.default_rng(0)), nn.Sigmoid())
    x = np.full((1, 2), np.inf, np.float32)
    with detect_anomaly(), pytest.raises(FloatingPointError) as caught:
        model(x)
    assert "affine in Sequential.0:Affine: gave " in found(caught)
    assert "in test_the_users_line_not_ours: model(x)" in found(caught)


def test_the_scope_is_known_without_recording():
    model = nn.Sequential(nn.Affine(2, 2, rng=np.random.default_rng(0)), nn.Sigmoid())
    x = np.full((1, 2), np.inf, np.float32)
    with ad.no_grad(), detect_anomaly(), pytest.raises(FloatingPointError) as caught:
        model(x)
    assert "affine in Sequential.0:Affine: gave " in found(caught)


def test_results_without_a_node():
    with detect_anomaly(), pytest.raises(FloatingPointError, match="log: gave infinity"):
        ad.log(Tensor([0.0]))


def test_in_primitives_the_first_part():
    x = leaf(-1000.0)
    with detect_anomaly(), primitives(), pytest.raises(FloatingPointError, match="exp: gave inf"):
        nn.functional.sigmoid(x)


def test_backward():
    x = leaf(4.0, 0.0)
    with detect_anomaly():
        at = line() + 1
        y = ad.sqrt(x)
        z = y.sum()
        with pytest.raises(FloatingPointError) as caught:
            z.backward()
    text = found(caught)
    assert text.startswith("sqrt, of shape (2,): what its vjp gave for its input of shape (2,) is ")
    assert "infinity (1 of 2 elements, shape (2,))" in text
    assert f"line {at}, in test_backward: y = ad.sqrt(x)" in text
    assert x.grad is None


def test_backward_of_what_was_recorded_before():
    y = ad.sqrt(leaf(0.0)).sum()
    with (
        detect_anomaly(),
        pytest.raises(FloatingPointError, match="record it under"),
    ):
        y.backward()


def test_sum_that_overflows():
    with detect_anomaly():
        y = leaf(0.0) * 1
        total = (y * 1e308 + y * 1e308).sum()
        with pytest.raises(FloatingPointError, match=r"multiply, .*that arrived, summed, is inf"):
            total.backward()


def test_what_a_hook_makes():
    x = leaf(1.0)
    x.register_hook(lambda g: g * np.nan)
    with detect_anomaly(), pytest.raises(FloatingPointError, match="what a hook of it gave is NaN"):
        (x * 2).sum().backward()
    assert x.grad is None


def test_infinities_that_are_meant():
    x = leaf(1.0, 2.0)
    with detect_anomaly():
        masked = ad.where([True, False], x, -np.inf)
        nn.functional.softmax(masked - 1)[0].backward()
        np.nanmax(Tensor([1.0, np.nan, 3.0], requires_grad=True)).backward()
        with pytest.raises(FloatingPointError, match="subtract: gave NaN"):
            masked - masked
        with pytest.raises(FloatingPointError, match=r"multiply: gave infinity.*its input 0 held"):
            leaf(np.inf) * 2


def test_several_outputs():
    with detect_anomaly():
        at = line() + 1
        a, b = ad.split(leaf(0.0, 1.0), 2)
    assert a.node.notes.origin.line == b.node.parents[0].notes.origin.line == at


def test_higher_orders():
    x = leaf(0.0)
    with detect_anomaly():
        (g,) = gradients((x**1.5).sum(), [x], create_graph=True)
        with pytest.raises(FloatingPointError, match="power"):
            gradients(g.sum(), [x], create_graph=True)


def test_outside_nothing_is_watched():
    x = leaf(0.0)
    with detect_anomaly():
        y = x + 0
    z = ad.log(y)
    assert y.node.notes.origin is not None
    assert z.node.notes is None
    z.sum().backward()
    assert np.isinf(x.grad)


def test_good_programs_are_left_alone():
    x = leaf(1.0, 2.0)
    with detect_anomaly():
        y = nn.functional.softmax(ad.exp(x) @ np.eye(2))
        (y * [1.0, 2.0]).sum().backward()
        np.isinf(x)
    plain = leaf(1.0, 2.0)
    y = nn.functional.softmax(ad.exp(plain) @ np.eye(2))
    (y * [1.0, 2.0]).sum().backward()
    np.testing.assert_array_equal(x.grad, plain.grad)


class Broken(Op):
    saves = NOTHING

    def forward(self, x):
        return x + 1

    def vjp(self, g):
        raise ZeroDivisionError("broken")


class BrokenLater(Broken):
    def vjp(self, g):
        def later():
            raise ZeroDivisionError("broken")

        return (later,)


class Misshapen(Broken):
    def vjp(self, g):
        return (g[:1],)


@pytest.mark.parametrize("cls", [Broken, BrokenLater, Misshapen])
def test_line_of_an_error_in_a_rule(cls):
    x = leaf(1.0, 2.0)
    with detect_anomaly(), scope("here"):
        at = line() + 1
        y = cls()(x)
    with pytest.raises((ZeroDivisionError, ValueError)) as caught:
        y.sum().backward()
    (note,) = caught.value.__notes__
    assert note.startswith(f"in the vjp of {cls.name} in here, of shape (2,)\n")
    assert f"line {at}, in test_line_of_an_error_in_a_rule: y = cls()(x)" in note
    with pytest.raises((ZeroDivisionError, ValueError)) as caught:
        cls()(x).sum().backward()
    assert "record it under autodiff.detect_anomaly()" in caught.value.__notes__[0]


def test_in_a_checkpoint():
    x = leaf(0.0)
    with detect_anomaly():
        y = ad.checkpoint(lambda h: ad.sqrt(h) * 1, x).sum()
        with pytest.raises(FloatingPointError, match="sqrt"):
            y.backward()
