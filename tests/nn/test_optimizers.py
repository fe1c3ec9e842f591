"""Optimizers: each one's steps worked out by hand, and what they share."""

import math
import re
from math import sqrt

import numpy as np
import pytest

import nn
from autodiff import Tensor
from nn import schedules

GRADIENTS = (0.5, -0.25)
"""Of the one weight, which begins at 1; η is 0.1."""


def path(make, gradients=GRADIENTS, start=1.0):
    """The weight after each step."""
    w = Tensor([start], requires_grad=True, name="w")
    optimizer = make([w])
    weights = []
    for g in gradients:
        w.grad = np.array([g])
        optimizer.step()
        weights.append(w.item())
    return weights


# Momentum: v = −0.1 · 0.5 = −0.05, then 0.9 · −0.05 + 0.1 · 0.25 = −0.02.
# AdaGrad: h = 0.25, then 0.25 + 0.0625 = 0.3125.
# RMSProp, ρ = 0.5: h = 0.125, then 0.0625 + 0.03125 = 0.09375.
# AdaDelta, ρ = 0.5, ε = 0.01: h as RMSProp's; d = −√0.01 / √0.135 · 0.5 = −0.05 / √0.135, whose
# square is 0.0025 / 0.135, of which half is s.
_D1 = -0.05 / sqrt(0.135)
_D2 = sqrt(0.0025 / 0.135 / 2 + 0.01) / sqrt(0.10375) * 0.25
# Adam, β = (0.5, 0.75): m = 0.25, then 0.125 − 0.125 = 0; h = 0.0625, then 0.046875 + 0.015625
# = 0.0625; corrected by 1 − 0.5 = 0.5 and 1 − 0.25 … With a third gradient 1: m = 0.5 and
# h = 0.046875 + 0.25 = 0.296875, corrected by 0.875 and 1 − 0.421875 = 0.578125.
_ADAM = [1 - 0.1 * 0.5 / 0.5, 0.9 - 0.1 * 0 / sqrt(0.0625 / 0.4375)]
_ADAM.append(_ADAM[1] - 0.1 * (0.5 / 0.875) / sqrt(0.296875 / 0.578125))

BY_HAND = {
    "SGD": (lambda p: nn.SGD(p, 0.1), [0.95, 0.975]),
    "Momentum": (lambda p: nn.Momentum(p, 0.1, 0.9), [0.95, 0.93]),
    # w + 0.9 v − η g: 1 − 0.045 − 0.05, then + 0.9 · −0.02 + 0.025.
    "Nesterov": (lambda p: nn.Nesterov(p, 0.1, 0.9), [0.905, 0.912]),
    "AdaGrad": (
        lambda p: nn.AdaGrad(p, 0.1, epsilon=0.5),
        [1 - 0.05 / 1.0, 0.95 + 0.025 / (sqrt(0.3125) + 0.5)],
    ),
    "RMSProp": (
        lambda p: nn.RMSProp(p, 0.1, decay=0.5, epsilon=0.1),
        [
            1 - 0.05 / (sqrt(0.125) + 0.1),
            1 - 0.05 / (sqrt(0.125) + 0.1) + 0.025 / (sqrt(0.09375) + 0.1),
        ],
    ),
    "AdaDelta": (
        lambda p: nn.AdaDelta(p, decay=0.5, epsilon=0.01),
        [1 + _D1, 1 + _D1 + _D2],
    ),
    "Adam": (lambda p: nn.Adam(p, 0.1, (0.5, 0.75), epsilon=1e-300), _ADAM),
    "Adam, ε outside the root": (
        lambda p: nn.Adam(p, 0.1, (0.5, 0.75), epsilon=0.5),
        [1 - 0.1 * 0.5 / (0.5 + 0.5)],
    ),
    # w (1 − η λ) before Adam's step: 0.99 − 0.1, then 0.89 · 0.99 − 0.
    "AdamW": (
        lambda p: nn.AdamW(p, 0.1, (0.5, 0.75), epsilon=1e-300, weight_decay=0.1),
        [0.89, 0.8811],
    ),
    # λ w joins the gradient: 0.5 + 0.1 · 1, then −0.25 + 0.1 · 0.94.
    "SGD, weight decay": (lambda p: nn.SGD(p, 0.1, weight_decay=0.1), [0.94, 0.9556]),
    "SGD, clipped values": (lambda p: nn.SGD(p, 0.1, clip_value=0.3), [0.97, 0.995]),
    "SGD, clipped norm": (lambda p: nn.SGD(p, 0.1, clip_norm=0.25), [0.975, 1.0]),
    # 0.95² > 0.81 ≥ 0.9²; then 0.925 again.
    "SGD, weight limit": (lambda p: nn.SGD(p, 0.1, weight_limit=0.81), [0.9, 0.9]),
}


@pytest.mark.parametrize(("make", "expected"), BY_HAND.values(), ids=BY_HAND.keys())
def test_steps_by_hand(make, expected):
    gradients = (*GRADIENTS, 1.0)[: len(expected)]
    np.testing.assert_allclose(path(make, gradients), expected, rtol=1e-14)


def test_radam_by_hand():
    """β₂ = 0.9: ρ∞ = 19; ρ passes 4 at the fifth update, by the formula of the paper."""
    beta1, beta2, eta = 0.5, 0.9, 0.1
    gradients = [0.5, -0.25, 1.0, 0.75, -0.5, 0.25]
    w = m = h = 0.0
    expected, lengths = [], []
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        h = beta2 * h + (1 - beta2) * g**2
        corrected = m / (1 - beta1**t)
        length = 19 - 2 * t * beta2**t / (1 - beta2**t)
        lengths.append(length)
        if length > 4:
            adaptive = sqrt((1 - beta2**t) / h)
            r = sqrt((length - 4) * (length - 2) * 19 / ((19 - 4) * (19 - 2) * length))
            w -= eta * r * corrected * adaptive
        else:
            w -= eta * corrected
        expected.append(w)
    assert [length > 4 for length in lengths] == [False] * 4 + [True] * 2
    made = path(lambda p: nn.RAdam(p, 0.1, (0.5, 0.9), epsilon=1e-300), gradients, start=0.0)
    np.testing.assert_allclose(made, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", [nn.AdaGrad, nn.RMSProp, nn.Adam])
def test_steps_do_not_depend_on_the_size_of_gradients(kind):
    """Which is what these are for; ε is small enough not to spoil it."""
    small, large = (
        path(lambda p: kind(p, 0.1), [scale * g for g in (0.5, -0.25, 1.0)]) for scale in (0.1, 1e3)
    )
    np.testing.assert_allclose(small, large, atol=1e-5)


def test_adagrad_with_gradients_of_zero():
    """Without ε this would be 0 / 0."""
    assert path(lambda p: nn.AdaGrad(p, 0.1), [0.0, 0.0]) == [1, 1]


ALL = [
    nn.SGD, nn.Momentum, nn.Nesterov, nn.AdaGrad, nn.RMSProp, nn.AdaDelta, nn.Adam, nn.AdamW,
    nn.RAdam,
]  # fmt: skip
each = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)


def make_model(seed=0):
    rng = np.random.default_rng(seed)
    return nn.Sequential(nn.Affine(3, 4, rng=rng), nn.Sigmoid(), nn.Affine(4, 2, rng=rng))


def train(model, optimizer, steps, seed=0):
    rng = np.random.default_rng(seed)
    loss = nn.SoftmaxCE()
    for _ in range(steps):
        optimizer.zero_grad()
        loss(model(rng.normal(size=(5, 3))), rng.integers(0, 2, 5)).backward()
        optimizer.step()


@each
def test_going_on_from_a_state(kind):
    """The same bits as without the break, in a new model and optimizer."""
    model = make_model()
    optimizer = kind(model, learning_rate=0.05)
    train(model, optimizer, 3)
    other = make_model(seed=1)
    other.load_state_dict(model.state_dict())
    second = kind(other, learning_rate=0.7)
    second.load_state_dict(optimizer.state_dict())
    assert second.learning_rate == 0.05
    train(model, optimizer, 3, seed=1)
    train(other, second, 3, seed=1)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(other.state_dict()[name], array)


@each
def test_a_state_is_a_copy(kind):
    model = make_model()
    optimizer = kind(model, learning_rate=0.05)
    train(model, optimizer, 1)
    state = optimizer.state_dict()
    kept = {
        name: {slot: array.copy() for slot, array in slots.items()}
        for name, slots in state["states"].items()
    }
    train(model, optimizer, 2)
    for name, slots in kept.items():
        for slot, array in slots.items():
            np.testing.assert_array_equal(state["states"][name][slot], array)


@each
def test_the_updates_are_saved_as_arrays(kind):
    model = make_model()
    optimizer = kind(model, learning_rate=0.05)
    train(model, optimizer, 2)
    for state in optimizer.state_dict()["states"].values():
        assert state.keys() == {"updates", *kind.slots}
        assert all(type(array) is np.ndarray for array in state.values())
        assert state["updates"].dtype == np.int64
        assert state["updates"] == 2


@each
def test_one_number_is_updated_as_an_element_is(kind):
    """A 0-d parameter, whose elements NumPy takes out of their arrays."""
    number = Tensor(0.75, requires_grad=True)
    table = Tensor(np.full((2, 3), 0.75), requires_grad=True)
    optimizer = kind([number, table], learning_rate=0.05)
    for gradient in (0.5, -0.25, 1.5, 0.125, 2.0, -1.0):
        number.grad = gradient
        table.grad = np.full((2, 3), gradient)
        optimizer.step()
    assert number.shape == ()
    assert number.item() != 0.75
    np.testing.assert_array_equal(table.numpy(), np.full((2, 3), number.item()))


@each
def test_gradients_stay_and_dtypes_too(kind):
    model = make_model()
    optimizer = kind(
        model, learning_rate=0.05, weight_decay=0.1, clip_value=0.1, clip_norm=0.1, weight_limit=9
    )
    nn.SoftmaxCE()(model(np.ones((5, 3))), np.zeros(5, int)).backward()
    before = [p.grad.copy() for p in model.parameters()]
    optimizer.step()
    for parameter, gradient in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(parameter.grad, gradient)
        assert parameter.dtype == np.float32
    for state in optimizer.states.values():
        assert {array.dtype for slot, array in state.items() if slot != "updates"} <= {
            np.dtype(np.float32)
        }


@each
def test_all_of_them_find_the_minimum(kind):
    """f = x₀² / 20 + x₁², from (−3, 2)."""
    x = Tensor([-3.0, 2.0], requires_grad=True)
    rates = {nn.AdaDelta: 10.0, nn.AdaGrad: 1.0}
    optimizer = kind([x], rates.get(kind, 0.1), **({"weight_decay": 0} if kind is nn.AdamW else {}))
    for _ in range(500):
        optimizer.zero_grad()
        (x[0] ** 2 / 20 + x[1] ** 2).backward()
        optimizer.step()
    assert np.abs(x.numpy()).max() < 0.1


def test_the_states_are_by_name():
    model = make_model()
    optimizer = nn.Adam(model)
    train(model, optimizer, 1)
    names = [name for name, _ in model.named_parameters()]
    assert list(optimizer.state_dict()["states"]) == names
    assert set(optimizer.states["0.weight"]) == {"updates", "mean", "squares"}


@pytest.mark.parametrize(
    "give",
    [
        lambda m: m,
        lambda m: list(m.parameters()),
        lambda m: m.parameters(),
        lambda m: list(m.named_parameters()),
        lambda m: m.named_parameters(),
        lambda m: [{"parameters": m[0]}, {"parameters": m[2].parameters()}],
    ],
)
def test_ways_to_give_parameters(give):
    model = make_model()
    optimizer = nn.SGD(give(model), 0.1)
    before = model.state_dict()
    train(model, optimizer, 1)
    for name, array in model.state_dict().items():
        assert (array != before[name]).any()


def test_names_that_are_taken_get_numbers():
    first, second = nn.Affine(1, 1), nn.Affine(1, 1)
    optimizer = nn.SGD([*first.parameters(), *second.parameters(), Tensor([1.0], True)], 0.1)
    assert list(optimizer.groups[0].parameters) == ["weight", "bias", "2:weight", "3:bias", "4"]
    both = nn.SGD([{"parameters": first}, {"parameters": second}], 0.1)
    assert list(both.groups[1].parameters) == ["2:weight", "3:bias"]


def test_groups_of_modules_keep_the_names_of_the_model():
    model = make_model()
    by_groups = nn.Momentum([{"parameters": model[0]}, {"parameters": model[2]}], 0.1)
    train(model, by_groups, 1)
    assert set(by_groups.states) == {name for name, _ in model.named_parameters()}
    swapped = nn.Momentum([{"parameters": model[2]}, {"parameters": model[0]}], 0.1)
    swapped.load_state_dict(by_groups.state_dict())
    np.testing.assert_array_equal(
        swapped.states["2.bias"]["velocity"], by_groups.states["2.bias"]["velocity"]
    )


def test_groups_have_settings_of_their_own():
    a, b, c = (Tensor([1.0], requires_grad=True, name=n) for n in "abc")
    optimizer = nn.SGD(
        [
            {"parameters": [a], "learning_rate": 0.5},
            {"parameters": [b], "weight_decay": 1.0, "learning_rate": schedules.WarmUp(2, 0.2)},
            {"parameters": [c], "weight_limit": 0.25},
        ],
        0.1,
    )
    for w in (a, b, c):
        w.grad = [1.0]
    optimizer.step()
    # 1 − 0.5; 1 − 0.2 / 2 · (1 + 1); 1 − 0.1, brought back to 0.5² = 0.25.
    np.testing.assert_allclose([a.item(), b.item(), c.item()], [0.5, 0.8, 0.5])
    optimizer.learning_rate = 0.01
    assert [group.learning_rate for group in optimizer.groups] == [0.01] * 3


def test_frozen_parameters_stay_and_learn_again_later():
    model = make_model()
    optimizer = nn.Momentum(model, 0.1)
    model[0].freeze()
    before = model.state_dict()
    train(model, optimizer, 2)
    after = model.state_dict()
    np.testing.assert_array_equal(after["0.weight"], before["0.weight"])
    assert (after["2.weight"] != before["2.weight"]).any()
    model[0].freeze(False)
    train(model, optimizer, 1)
    assert (model.state_dict()["0.weight"] != before["0.weight"]).any()
    assert int(optimizer.states["0.weight"]["updates"]) == 1
    assert int(optimizer.states["2.weight"]["updates"]) == 3


def test_the_norm_of_all_gradients_is_clipped_together():
    a, b = (Tensor([0.0], requires_grad=True) for _ in range(2))
    optimizer = nn.SGD([a, b], 1.0, clip_norm=1.0)
    a.grad, b.grad = [3.0], [-4.0]
    optimizer.step()
    np.testing.assert_allclose([a.item(), b.item()], [-0.6, 0.8])
    a.grad, b.grad = [0.3], [-0.4]  # below the norm: as they are
    optimizer.step()
    np.testing.assert_allclose([a.item(), b.item()], [-0.9, 1.2])


def test_weight_restriction_holds_after_each_step():
    model = make_model()
    optimizer = nn.SGD(model, 5.0, weight_limit=0.5)
    for _ in range(5):
        train(model, optimizer, 1)
        assert all((p.numpy() ** 2).sum() <= 0.5 * (1 + 1e-6) for p in model.parameters())
    assert any((p.numpy() ** 2).sum() > 0.499 for p in model.parameters())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s["states"].update({"9.weight": {}}), "9.weight is unknown"),
        (
            lambda s: s["states"]["0.bias"].pop("mean"),
            "0.bias has ['squares', 'updates'], expected",
        ),
        (
            lambda s: s["states"]["0.bias"].update(mean=np.zeros(3)),
            "0.bias: mean has shape (3,), expected (4,)",
        ),
        (lambda s: s.update(learning_rates=[None]), "group 0 had a schedule of the learning rate"),
        (lambda s: s.update(learning_rates=[-5]), "group 0 has the learning rate -5"),
        (lambda s: s.pop("states"), "Adam: the state lacks states"),
        (lambda s: s["learning_rates"].append(0.1), "there are 2 groups, expected 1"),
    ],
)
def test_a_state_of_other_parameters_changes_nothing(change, message):
    model = make_model()
    optimizer = nn.Adam(model)
    train(model, optimizer, 2)
    state = optimizer.state_dict()
    change(state)
    state["updates"] = 77
    with pytest.raises(ValueError, match=re.escape(message)):
        optimizer.load_state_dict(state)
    assert optimizer.updates == 2
    assert int(optimizer.states["0.bias"]["updates"]) == 2


W = Tensor([1.0], requires_grad=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.Momentum([W], 0.1, 1.0), "Momentum: momentum 1.0; expected a number from 0"),
        (lambda: nn.Adam([W], betas=(0.9, 1)), "Adam: beta 2 1; expected a number from 0"),
        (lambda: nn.Adam([W], betas=0.9), "Adam: betas 0.9; expected two numbers"),
        (lambda: nn.Adam([W], -1), "Adam: learning rate -1; expected a positive number"),
        (lambda: nn.AdaGrad([W], epsilon=0), "AdaGrad: epsilon 0; expected a positive number"),
        (lambda: nn.SGD([W], None), "SGD: learning rate None; expected a positive number"),
        (lambda: nn.SGD([W], 0.1, weight_decay=-1), "weight_decay -1; expected a number, at least"),
        (lambda: nn.SGD([W], 0.1, weight_limit=0), "weight_limit 0; expected a positive number"),
        (lambda: nn.SGD([W], 0.1, clip_norm=math.nan), "clip_norm nan; expected a positive"),
        (lambda: nn.SGD([W], 0.1, clip_value="a"), "clip_value 'a'; expected a positive"),
        (lambda: nn.SGD([], 0.1), "SGD: no parameters were given"),
        (lambda: nn.SGD([{"parameters": []}], 0.1), "SGD: no parameters were given"),
        (lambda: nn.SGD([W, W], 0.1), "SGD: a parameter was given twice"),
        (
            lambda: nn.SGD([{"parameters": [W]}, {"parameters": [W]}], 0.1),
            "SGD: a parameter was given twice",
        ),
        (
            lambda: nn.SGD([{"parameters": [W], "momentum": 1}], 0.1),
            "SGD: a group has momentum; it may have learning_rate, weight_decay, weight_limit",
        ),
        (lambda: nn.SGD([{"parameters": [W]}, W], 0.1), "among groups; expected a dict"),
        (lambda: nn.SGD({"parameters": [W]}, 0.1), "the parameters are of type dict"),
        (lambda: nn.SGD([Tensor([1.0])], 0.1), "parameter 0 is Tensor"),
        (lambda: nn.SGD([W * 2], 0.1), "parameter 0 is the result of multiply, which no step"),
    ],
)
def test_mistakes_are_answered(call, message):
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        call()


# -- schedules -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (schedules.StepDecay(0.8, every=2, factor=0.5), [0.8, 0.8, 0.4, 0.4, 0.2]),
        (schedules.ExponentialDecay(0.8, 0.5), [0.8, 0.4, 0.2, 0.1, 0.05]),
        (
            schedules.CosineDecay(1.0, 4, final=0.2),
            [1.0, 0.6 + 0.4 * sqrt(0.5), 0.6, 0.6 - 0.4 * sqrt(0.5), 0.2],
        ),
        (schedules.CosineDecay(1.0, 2), [1.0, 0.5, 0.0, 0.0, 0.0]),
        (schedules.WarmUp(4, 0.8), [0.2, 0.4, 0.6, 0.8, 0.8]),
        (
            schedules.WarmUp(2, schedules.ExponentialDecay(0.8, 0.5)),
            [0.4, 0.8, 0.8, 0.4, 0.2],
        ),
    ],
    ids=lambda p: type(p).__name__,
)
def test_schedules(schedule, expected):
    np.testing.assert_allclose([schedule(k) for k in range(5)], expected, atol=1e-15)
    # An optimizer takes the rate of the updates that were done before each step.
    w = Tensor([0.0], requires_grad=True)
    optimizer = nn.SGD([w], schedule)
    for k in range(5):
        assert optimizer.learning_rate == pytest.approx(expected[k], abs=1e-15)
        w.grad = [-1.0]
        optimizer.step()
        assert w.item() == pytest.approx(sum(expected[: k + 1]), abs=1e-14)


def test_a_schedule_goes_on_from_a_state():
    w = Tensor([0.0], requires_grad=True)
    optimizer = nn.SGD([w], schedules.StepDecay(1.0, every=2))
    for _ in range(3):
        optimizer.step()
    state = optimizer.state_dict()
    assert state["learning_rates"] == [None]
    other = nn.SGD([w], schedules.StepDecay(1.0, every=2))
    other.load_state_dict(state)
    assert other.learning_rate == 0.1


@pytest.mark.parametrize(
    "make",
    [
        lambda: schedules.StepDecay(0.1, every=0),
        lambda: schedules.StepDecay(-0.1, every=1),
        lambda: schedules.StepDecay(0.1, every=1, factor=0),
        lambda: schedules.ExponentialDecay(0.1, 0),
        lambda: schedules.CosineDecay(0.1, 0),
        lambda: schedules.CosineDecay(0.1, 5, -1),
        lambda: schedules.WarmUp(0, 0.1),
        lambda: schedules.WarmUp(3, 0),
    ],
)
def test_schedules_refuse_nonsense(make):
    with pytest.raises(ValueError, match=r"\(.*\): expected "):
        make()
