"""Modules: what they own, how they compute, and that they learn."""

import copy

import numpy as np
import pytest

import nn
from autodiff import Tensor, gradients, numerical_gradient
from nn import functional


def two_layers(dtype=np.float32, sizes=(4, 5, 3), seed=0):
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Affine(*sizes[:2], dtype=dtype, rng=rng),
        nn.Sigmoid(),
        nn.Affine(*sizes[1:], dtype=dtype, rng=rng),
    )


def batch(seed=1, samples=6, features=4, classes=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(samples, features)), rng.integers(0, classes, samples)


# -- ownership -----------------------------------------------------------------------------


def test_parameters_are_named_by_their_owner():
    model = two_layers()
    names = ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert [name for name, _ in model.named_parameters()] == names
    assert [p.name for p in model.parameters()] == names
    assert [p.node.notes.role for p in model.parameters()] == ["parameter"] * 4
    assert [name for name, _ in model.named_modules()] == ["", "0", "1", "2"]


def test_modules_of_ones_own():
    class Net(nn.Module):
        def __init__(self):
            self.first = nn.Affine(2, 2)
            self.inner = nn.Sequential(nn.Affine(2, 2), nn.ReLU())
            self.scale = nn.Parameter([1.0, 2.0])
            self.tied = self.first

        def forward(self, x):
            return self.inner(self.first(x)) * self.scale

    net = Net()
    assert [name for name, _ in net.named_parameters()] == [
        "scale", "first.weight", "first.bias", "inner.0.weight", "inner.0.bias",
    ]  # fmt: skip
    assert [p.name for p in net.parameters()] == [name for name, _ in net.named_parameters()]
    y = net(np.ones((1, 2)))
    paths = set()
    stack = [y.node]
    while stack:
        node = stack.pop()
        if node is not None and node.op is not None:
            paths.add(node.scope.path)
            stack.extend(node.parents)
    assert paths == {"Net", "Net.tied:Affine", "Net.inner:Sequential.0:Affine",
                     "Net.inner:Sequential.1:ReLU"}  # fmt: skip


def test_the_two_layer_network_of_the_lectures_has_39760_variables():
    model = nn.Sequential(nn.Affine(784, 50), nn.Sigmoid(), nn.Affine(50, 10))
    assert sum(p.size for p in model.parameters()) == 39_760


def test_train_and_eval_reach_every_module():
    model = nn.Sequential(nn.Sequential(nn.Sigmoid()))
    assert model.eval() is model
    assert not model[0][0].training
    assert model.train()[0][0].training


def test_sequential_is_a_sequence():
    model = two_layers()
    assert len(model) == 3
    assert list(model)[1] is model[1]
    with pytest.raises(TypeError, match=r"layer 1 is .*expected a Module"):
        nn.Sequential(nn.Sigmoid(), functional.sigmoid)


# -- state ---------------------------------------------------------------------------------


def test_state_dict_is_a_copy_and_comes_back():
    model, other = two_layers(seed=0), two_layers(seed=1)
    state = model.state_dict()
    assert not np.shares_memory(state["0.weight"], model[0].weight.numpy())
    other.load_state_dict(state)
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_wrong_state_changes_nothing():
    model = two_layers()
    before = model.state_dict()
    wrong = {**before, "0.weight": np.ones((4, 5)), "2.bias": np.ones(4), "extra": np.ones(1)}
    del wrong["0.bias"]
    with pytest.raises(ValueError, match=r"0\.bias is missing; 2\.bias has shape.*extra is unk"):
        model.load_state_dict(wrong)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_deep_copy_trains_on_its_own():
    model = two_layers()
    twin = copy.deepcopy(model)
    before = model.state_dict()
    optimizer, loss = nn.SGD(twin, 0.5), nn.SoftmaxCE()
    x, labels = batch()
    first = loss(twin(x), labels).item()
    for _ in range(20):
        optimizer.zero_grad()
        loss(twin(x), labels).backward()
        optimizer.step()
    assert loss(twin(x), labels).item() < first
    assert all(p.grad is None for p in model.parameters())
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert [p.name for p in twin.parameters()] == [p.name for p in model.parameters()]


# -- computing -----------------------------------------------------------------------------


def test_affine():
    layer = nn.Affine(2, 3)
    layer.weight.data = [[1, 2, 3], [4, 5, 6]]
    layer.bias.data = [10, 20, 30]
    np.testing.assert_array_equal(layer([1.0, 1.0]).numpy(), [15, 27, 39])
    np.testing.assert_array_equal(layer(np.eye(2)).numpy(), [[11, 22, 33], [14, 25, 36]])
    assert nn.Affine(2, 3, bias=False)(np.zeros((1, 2))).numpy().any() == np.False_
    assert nn.Affine(2, 3, bias=False).bias is None


def test_arrays_are_cast_to_the_parameters_dtype():
    for dtype in (np.float32, np.float64):
        model = two_layers(dtype)
        for x in (np.ones((2, 4)), np.ones((2, 4), dtype=np.uint8), [[1, 2, 3, 4]]):
            assert model(x).dtype == dtype
    assert two_layers()(Tensor(np.ones((2, 4)))).dtype == np.float64  # a Tensor is not cast


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"affine: x \(2, 3\), weight \(4, 5\).*length 4"):
        two_layers()(np.ones((2, 3)))
    with pytest.raises(ValueError, match="at least 1"):
        nn.Affine(0, 3)
    with pytest.raises(ValueError, match=r"expected a weight of shape \(in, out\)"):
        functional.affine(np.ones(3), Tensor(np.ones((3, 2))), np.ones(3))


def test_the_input_of_a_first_layer_wants_nothing():
    layer = nn.Affine(2, 3)
    assert layer(np.ones((4, 2))).node.parents[0] is None
    assert layer(np.ones((4, 2))).node.saved[1] is None  # its W is not needed either


def test_sigmoid_and_relu_far_out():
    x = np.array([-1000.0, -40, 0, 40, 1000])
    with np.errstate(all="raise", under="ignore"):
        y = functional.sigmoid(x)
    np.testing.assert_allclose(y, [0, np.exp(-40), 0.5, 1, 1], rtol=1e-14)
    np.testing.assert_array_equal(nn.ReLU()(x), [0, 0, 0, 40, 1000])
    t = Tensor(x, requires_grad=True)
    nn.Sigmoid()(t).sum().backward()
    np.testing.assert_allclose(t.grad[2], 0.25)


def test_the_first_parameter_decides_the_dtype_however_deep():
    class Late(nn.Module):
        def __init__(self):
            self.inner = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Affine(2, 2, dtype=float))
            self.other = nn.Affine(2, 2)
            self.again = self.inner

        def forward(self, x):
            return x

    assert Late()(np.ones((1, 2), np.float32)).dtype == np.float64
    late = Late()
    late.inner[0].part = nn.Affine(2, 2)  # earlier, further down
    assert late(np.ones((1, 2))).dtype == np.float32
    assert nn.Sequential(nn.ReLU())(np.ones(2)).dtype == np.float64


# -- the loss ------------------------------------------------------------------------------


def test_softmax_cross_entropy_of_the_lectures():
    """Loss by hand 1 and exercise 1: a = (0.81, 0.39) and (0.48, 1.02)."""
    assert functional.softmax_cross_entropy(Tensor([0.81, 0.39]), 0).item() == pytest.approx(
        0.5050, abs=5e-5
    )
    assert functional.softmax_cross_entropy(Tensor([0.48, 1.02]), 0).item() == pytest.approx(
        0.9992, abs=5e-5
    )


def test_kinds_of_labels():
    z = Tensor([[1.0, 2.0, 0.5], [0.0, 1.0, 3.0]], requires_grad=True)
    loss = nn.SoftmaxCE()
    by_index = loss(z, [2, 0])
    for labels in (np.array([2, 0]), Tensor([2, 0]), [[0, 0, 1], [1, 0, 0]], np.eye(3)[[2, 0]]):
        assert loss(z, labels).item() == by_index.item()
    soft = loss(z, [[0.5, 0.25, 0.25], [0, 0, 1]])
    p = np.exp(z.numpy()) / np.exp(z.numpy()).sum(axis=1, keepdims=True)
    (g,) = gradients(soft, [z])
    np.testing.assert_allclose(g, (p - [[0.5, 0.25, 0.25], [0, 0, 1]]) / 2)
    assert soft.item() == pytest.approx(
        -0.5 * (0.5 * np.log(p[0, 0]) + 0.25 * np.log(p[0, 1:]).sum() + np.log(p[1, 2]))
    )


def test_stable_far_out():
    for scale in (1000.0, 1e30):
        z = Tensor([[scale, -scale], [-scale, scale]], requires_grad=True)
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            loss = nn.SoftmaxCE()(z, [0, 0])
            loss.backward()
        assert loss.item() == scale
        np.testing.assert_array_equal(z.grad, [[0, 0], [-0.5, 0.5]])


@pytest.mark.parametrize(("labels", "message"), [
    ([0, 3], r"softmax_cross_entropy: label 3 at index 1; 3 classes are numbered 0 to 2"),
    ([0, -1], r"label -1 at index 1"),
    ([0, 1, 2], r"predictions \(2, 3\), labels \(3,\)"),
    ([0.0, 1.0], r"labels \(2,\) of float64"),
    ([[0.5, 0.2, 0.2], [1, 0, 0]], "must be a probability distribution"),
    ([[2, -1, 0], [1, 0, 0]], "must be a probability distribution"),
    (Tensor(np.eye(3)[:2], requires_grad=True), "want a gradient"),
])  # fmt: skip
def test_wrong_labels(labels, message):
    with pytest.raises((ValueError, TypeError), match=message):
        nn.SoftmaxCE()(Tensor(np.zeros((2, 3))), labels)


def test_nothing_to_lose():
    with pytest.raises(ValueError, match="no sample"):
        nn.SoftmaxCE()(Tensor(np.zeros((0, 3))), np.zeros(0, dtype=int))
    with pytest.raises(ValueError, match=r"shape \(\)"):
        nn.SoftmaxCE()(Tensor(1.0), 0)


def test_one_hot():
    np.testing.assert_array_equal(functional.one_hot(5, 10), np.eye(10)[5])
    np.testing.assert_array_equal(
        functional.one_hot([[0, 1], [1, 1]], 2), np.eye(2)[[[0, 1], [1, 1]]]
    )
    assert functional.one_hot([0], 2).dtype == np.float32
    with pytest.raises(TypeError, match="expected integers"):
        functional.one_hot([0.5], 2)


# -- learning ------------------------------------------------------------------------------


def test_every_parameter_against_differences():
    model = two_layers(np.float64)
    x, labels = batch()
    loss = nn.SoftmaxCE()
    loss(model(x), labels).backward()
    for parameter in model.parameters():
        kept = parameter.numpy().copy()

        def f(values, parameter=parameter):
            parameter.data = values
            return loss(model(x), labels)

        expected = numerical_gradient(f, kept)
        parameter.data = kept
        np.testing.assert_allclose(parameter.grad, expected, rtol=1e-6, atol=1e-10)


def test_sgd_by_hand():
    """w ← w − η ∂L/∂w with L = Σ w²: 1 → 1 − 0.1 · 2 = 0.8 → 0.8 − 0.1 · 1.6 = 0.64."""
    w, frozen = nn.Parameter([1.0, -1.0]), nn.Parameter([3.0])
    optimizer = nn.SGD([w, frozen], learning_rate=0.1)
    for expected in (0.8, 0.64):
        optimizer.zero_grad()
        (w * w).sum().backward()
        optimizer.step()
        np.testing.assert_allclose(w.numpy(), [expected, -expected], rtol=1e-15)
    assert frozen.numpy() == 3


def test_sgd_arguments():
    with pytest.raises(ValueError, match="no parameters"):
        nn.SGD([], 0.1)
    for rate in (0, -1, np.nan):
        with pytest.raises(ValueError, match="learning rate"):
            nn.SGD(two_layers(), rate)


def test_overfits_ten_samples():
    model = two_layers()
    x, labels = batch(samples=10)
    optimizer, loss = nn.SGD(model, 2.0), nn.SoftmaxCE()
    for _ in range(5000):
        optimizer.zero_grad()
        value = loss(model(x), labels)
        value.backward()
        optimizer.step()
    assert value.item() < 1e-3


# -- beginnings ----------------------------------------------------------------------------


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
@pytest.mark.parametrize(("kind", "deviation"), [
    (nn.initialisers.Xavier, np.sqrt(2 / 500)),
    (nn.initialisers.He, np.sqrt(2 / 300)),
])  # fmt: skip
def test_initialisers(kind, deviation, distribution):
    layer = nn.Affine(300, 200, initialiser=kind(distribution), rng=np.random.default_rng(0))
    weights = layer.weight.numpy()
    assert weights.dtype == np.float32
    assert weights.std() == pytest.approx(deviation, rel=0.02)
    assert abs(weights.mean()) < deviation / 50
    largest = np.abs(weights).max() / deviation
    assert (largest <= np.sqrt(3) * 1.0001) == (distribution == "uniform")
    assert not layer.bias.numpy().any()


def test_unknown_distribution():
    with pytest.raises(ValueError, match="expected 'normal' or 'uniform'"):
        nn.Affine(2, 2, initialiser=nn.initialisers.He("cauchy"))


def test_seeds():
    def weights():
        return nn.Affine(3, 3).weight.numpy()

    nn.seed(5)
    first, second = weights(), weights()
    nn.seed(5)
    np.testing.assert_array_equal(weights(), first)
    np.testing.assert_array_equal(weights(), second)
    assert (first != second).any()


# -- beginners' mistakes -------------------------------------------------------------------


@pytest.mark.parametrize(("call", "message"), [
    (lambda: nn.SGD(Tensor([1.0], requires_grad=True), 0.1), r"of type Tensor; .*SGD\(\[w\]"),
    (lambda: nn.SGD(0.1, two_layers()), "of type float"),
    (lambda: nn.SGD(np.ones(3), 0.1), "parameter 0 is"),
    (lambda: nn.SGD([Tensor([1.0])], 0.1), "parameter 0 is .*requires_grad=True"),
    (lambda: nn.SGD(two_layers(), "0.1"), "learning rate '0.1'; expected a positive number"),
    (lambda: nn.Affine("3", 2), r"Affine\('3', 2\): the sizes must be integers"),
    (lambda: nn.Affine(3.0, 2), "must be integers"),
    (lambda: nn.Sequential([nn.Sigmoid()]), r"write Sequential\(\*layers\)"),
])  # fmt: skip
def test_mistakes_are_answered(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


@pytest.mark.parametrize("held", [
    lambda: [nn.Affine(2, 2)], lambda: (nn.Affine(2, 2), 3), lambda: {"a": nn.Parameter([1.0])},
])  # fmt: skip
def test_what_would_not_be_trained_is_refused(held):
    class Net(nn.Module):
        def __init__(self):
            self.sizes = [2, 2]
            self.layers = held()

    with pytest.raises(TypeError, match=r"Net\.layers: .* write ModuleList"):
        Net()


def test_the_learning_rate_may_change_but_not_to_nonsense():
    optimizer = nn.SGD(two_layers(), 0.1)
    optimizer.learning_rate = 0.01
    assert optimizer.learning_rate == 0.01
    with pytest.raises(ValueError, match="positive"):
        optimizer.learning_rate = 0


def test_only_arrays_of_numbers_are_cast():
    class Net(nn.Module):
        def __init__(self):
            self.scale = nn.Parameter([1.0], dtype=np.float32)

        def forward(self, *inputs):
            return inputs

    mask = np.array([True])
    x, none, same, text = Net()(np.ones(2), None, mask, "mean")
    assert x.dtype == np.float32
    assert none is None
    assert same is mask
    assert text == "mean"


def test_frozen_parameters_of_a_module_are_left_out():
    model = two_layers()
    model[0].weight.requires_grad = False
    before = model[0].weight.numpy().copy()
    optimizer, loss = nn.SGD(model, 0.1), nn.SoftmaxCE()
    loss(model(batch()[0]), batch()[1]).backward()
    optimizer.step()
    np.testing.assert_array_equal(model[0].weight.numpy(), before)
    with pytest.raises(ValueError, match="given twice"):
        nn.SGD([model[2].weight, model[2].weight], 0.1)
