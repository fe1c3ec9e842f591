"""The lectures' networks: their sizes, that they learn, and both ways to a gradient."""

import re

import numpy as np
import pytest

import nn
from autodiff import no_grad
from examples.models import MODELS, DeepConvNet, SimpleConvNet, TwoLayerNet
from tests.test_examples import MNIST, real_images, run


def images(samples, shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((samples, *shape), dtype=np.float32), rng.integers(0, 10, samples)


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (TwoLayerNet(), 39_760),
        # 30·25 + 30; 30·12·12·100 + 100; 100·10 + 10
        (SimpleConvNet(), 780 + 432_100 + 1_010),
        # 3·3 kernels: 1·16, 16·16, 16·32, 32·32, 32·64, 64·64; 64·4·4·50 + 50; 50·10 + 10
        (DeepConvNet(), 160 + 2_320 + 4_640 + 9_248 + 18_496 + 36_928 + 51_250 + 510),
    ],
    ids=lambda p: type(p).__name__,
)
def test_sizes(model, parameters):
    assert sum(p.size for p in model.parameters()) == parameters
    with no_grad():
        assert model(np.zeros((2, 1, 28, 28))).shape == (2, 10)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 17, 12)])
@pytest.mark.parametrize("name", MODELS)
def test_images_of_other_sizes(name, shape):
    assert MODELS[name](shape)(np.zeros((2, *shape))).shape == (2, 10)


@pytest.mark.parametrize(
    ("make", "optimizer"),
    [
        (lambda rng: TwoLayerNet((1, 28, 28), rng=rng), lambda model: nn.Momentum(model, 0.5)),
        (lambda rng: SimpleConvNet(rng=rng), nn.Adam),
        (lambda rng: DeepConvNet(p=0, rng=rng), nn.Adam),
    ],
    ids=["two-layer", "simple", "deep"],
)
def test_overfits_ten_samples(make, optimizer):
    model = make(np.random.default_rng(0))
    x, t = images(10, (1, 28, 28))
    loss, optimizer = nn.SoftmaxCE(), optimizer(model)
    for _ in range(400):
        optimizer.zero_grad()
        value = loss(model(x), t)
        if value.item() < 1e-3:
            return
        value.backward()
        optimizer.step()
    pytest.fail(f"the loss is still {value.item()}")


def test_both_gradients_of_the_lectures_network():
    """784-50-10 in float64, h = 1e-4: a sample of each array's parameters, to 1e-6 of its largest.

    The differences are taken here by themselves, of the loss written out in NumPy.
    """
    rng = np.random.default_rng(0)
    model = TwoLayerNet(dtype=np.float64, rng=rng)
    x, t = rng.random((100, 784)), rng.integers(0, 10, 100)
    exact = model.gradient(x, t)
    arrays = {name: p.numpy().copy() for name, p in model.named_parameters()}

    def loss():
        w1, b1, w2, b2 = arrays.values()
        z = 1 / (1 + np.exp(-(x @ w1 + b1))) @ w2 + b2
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(100), t])

    assert loss() == pytest.approx(model.loss(x, t).item(), rel=1e-12)
    for name, array in arrays.items():
        flat = array.reshape(-1)
        for place in rng.choice(array.size, min(array.size, 50), replace=False):
            kept = flat[place]
            flat[place] = kept + 1e-4
            up = loss()
            flat[place] = kept - 1e-4
            down = loss()
            flat[place] = kept
            slope = (up - down) / 2e-4
            assert abs(exact[name].flat[place] - slope) <= 1e-6 * np.abs(exact[name]).max()


def test_numerical_gradient_of_the_model():
    rng = np.random.default_rng(0)
    model = TwoLayerNet((6,), hidden=3, dtype=np.float64, rng=rng)
    x, t = rng.random((4, 6)), np.array([0, 9, 5, 5])
    before = model.state_dict()
    exact, numerical = model.gradient(x, t), model.numerical_gradient(x, t)
    assert list(exact) == list(numerical) == ["1.weight", "1.bias", "3.weight", "3.bias"]
    for name, a in exact.items():
        assert np.abs(a - numerical[name]).max() <= 1e-6 * np.abs(a).max()
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_predictions_and_accuracy():
    model = TwoLayerNet((6,), hidden=3, rng=np.random.default_rng(0))
    x, _ = images(5, (6,))
    p = model.predict(x)
    assert p.shape == (5, 10)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    best = p.argmax(axis=1)
    assert model.accuracy(x, best) == 1
    assert model.accuracy(x, np.eye(10)[best]) == 1
    assert model.accuracy(x, (best + 1) % 10) == 0


@real_images
def test_the_two_layer_network_learns_real_images():
    """At least 0.92 on the last thousand images, with a fifth of the default epochs."""
    done = run("--data", MNIST, "--model", "two-layer", "--epochs", 20, example="mnist")
    accuracy = float(re.search(r"test accuracy ([\d.]+)", done.stdout)[1])
    assert accuracy >= 0.92
