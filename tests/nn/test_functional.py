"""Activations, losses, normalisation and dropout: their values, and what they promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autodiff import Tensor, gradients, primitives
from nn import functional as F

# -- activations ---------------------------------------------------------------------------

SMOOTH = [F.sigmoid, F.tanh, F.gelu, F.softplus, F.elu, F.leaky_relu, F.relu]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("f", "left", "right"),
    [
        (F.sigmoid, 0, 1),
        (F.tanh, -1, 1),
        (F.gelu, 0, 1000),
        (F.softplus, 0, 1000),
        (F.elu, -1, 1000),
        (F.leaky_relu, -100, 1000),
        (F.relu, 0, 1000),
        (F.step, 0, 1),
        (F.log_softmax, -2000, 0),
        (F.softmax, 0, 1),
    ],
    ids=lambda p: getattr(p, "__name__", getattr(p, "name", None)),
)
def test_far_out(f, left, right, dtype):
    """At ±1000 there is neither overflow nor NaN, forward or back."""
    x = Tensor([-1000, 1000], requires_grad=True, dtype=dtype)
    with np.errstate(all="raise", under="ignore"):
        y = f(x)
        y.sum().backward()
    np.testing.assert_allclose(y.numpy(), [left, right], atol=1e-30)
    assert y.dtype == dtype
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize(
    ("f", "at", "value"),
    [
        (F.sigmoid, 2.3, 1 / (1 + math.exp(-2.3))),
        (F.leaky_relu, -2.0, -0.2),
        (F.elu, -1.0, math.exp(-1) - 1),
        (F.gelu, 1.0, 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * 1.044715))),
        (F.softplus, 0.0, math.log(2)),
        (F.step, 0.0, 1.0),
        (F.step, -1e-9, 0.0),
    ],
    ids=lambda p: getattr(p, "__name__", getattr(p, "name", None)),
)
def test_values(f, at, value):
    assert float(f(np.array(at))) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(("dtype", "least"), [("f2", -9), ("f4", -87), ("f8", -700)])
def test_sigmoid_is_right_to_the_last_digits(dtype, least):
    """Where σ(x) is tiny too: it is eˣ there."""
    x = np.linspace(least, -least, 2001).astype(dtype)
    with np.errstate(all="raise", under="ignore"):
        y = F.sigmoid(x)
    exact = 1 / (1 + np.exp(-x.astype(np.longdouble)))
    assert y.dtype == x.dtype
    np.testing.assert_allclose(y.astype(np.longdouble), exact, rtol=4 * np.finfo(dtype).eps)
    assert (np.diff(y.astype(float)) >= -4 * np.finfo(dtype).eps).all()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_sigmoid_at_the_ends(dtype):
    x = np.array([-np.inf, -60000, 60000, np.inf, np.nan], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(F.sigmoid(x), [0, 0, 1, 1, np.nan])


def test_gelu_is_nearly_x_times_the_normal_distribution():
    x = np.linspace(-4, 4, 201)
    exact = [v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x]
    np.testing.assert_allclose(F.gelu(x), exact, atol=5e-4)


def test_softmax_of_the_lectures():
    np.testing.assert_allclose(F.softmax(np.array([1.5, 3.7])), [0.100, 0.900], atol=5e-4)
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_allclose(F.softmax(x, axis=0).sum(axis=0), 1)
    np.testing.assert_allclose(F.log_softmax(x), np.log(F.softmax(x)), rtol=1e-12)
    np.testing.assert_array_equal(F.softmax(np.array([0.0, -np.inf])), [1, 0])


@pytest.mark.parametrize("axis", [0, 1])
def test_softmax_of_rows_far_apart(axis):
    """Each row is shifted by its own largest score, not by that of all."""
    scores = np.array([[1.0, 2.0], [-2000.0, -2001.0]])
    rows = scores if axis == 1 else scores.T
    right = 1 / (1 + np.exp([[1, -1], [-1, 1]]))
    with np.errstate(all="raise", under="ignore"):
        y = F.softmax(rows, axis)
        logarithm = F.log_softmax(rows, axis)
    np.testing.assert_allclose(y, right if axis == 1 else right.T, rtol=1e-14)
    np.testing.assert_allclose(np.exp(logarithm), y, rtol=1e-14)


def test_definition_of_elu_does_not_overflow():
    x = Tensor([-1000.0, 1000.0], requires_grad=True)
    with np.errstate(over="raise"), primitives():
        F.elu(x).sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 1])


def test_maxout():
    x = Tensor([[1.0, 5.0, 2.0, -1.0]], requires_grad=True)
    y = F.maxout(x)
    np.testing.assert_array_equal(y.numpy(), [[5, 2]])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [[0, 1, 1, 0]])
    with pytest.raises(ValueError, match=r"maxout: \(1, 4\) cannot be cut into 3 pieces"):
        F.maxout(x, 3)


def test_affine_of_several_dtypes_has_the_wider_one():
    """As x @ W + b has it: nothing is added in place that would be rounded."""
    x, weight = np.array([[1.0, 2.0]], dtype=np.float32), np.array([[3.0], [4.0]], np.float32)
    y = F.affine(x, weight, Tensor([0.1], requires_grad=True))
    assert y.dtype == np.float64
    np.testing.assert_allclose(y.numpy(), [[11.1]], rtol=1e-15)


# -- losses --------------------------------------------------------------------------------

Z = np.array([[0.81, 0.39], [0.48, 1.02]])


def test_losses_by_hand():
    """Loss by hand 1 and 2 of the lectures, with the right numbers."""
    p = F.softmax(Z)
    np.testing.assert_allclose(p, [[0.6035, 0.3965], [0.3682, 0.6318]], atol=5e-5)
    hot = np.array([[1.0, 0.0], [1.0, 0.0]])
    for labels in (hot, [0, 0]):
        each = F.softmax_cross_entropy(Z, labels, reduction="none")
        np.testing.assert_allclose(each, [0.5050, 0.9992], atol=5e-5)
    # ½ Σ (y − t)²; the lectures' squared error here is Σ (y − t)² / 2.
    np.testing.assert_allclose(F.half_sse(p, hot, "none"), [0.1572, 0.3992], atol=5e-5)


def test_two_classes_of_the_lectures():
    y, t = np.array([0.1, 0.9]), np.array([1.0, 0.0])
    assert float(F.half_sse(y, t)) == pytest.approx(0.81)
    assert float(F.cross_entropy(y, t, epsilon=0)) == pytest.approx(2.303, abs=5e-4)
    assert float(F.cross_entropy(y, t)) == pytest.approx(2.303, abs=5e-4)
    assert float(F.mse_loss(y, t)) == pytest.approx(0.81)
    assert float(F.l1_loss(y, t)) == pytest.approx(0.9)


@st.composite
def predictions(draw):
    """Scores (…, classes), and labels for them."""
    shape = draw(st.lists(st.integers(1, 4), max_size=2).map(tuple))
    classes = draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.normal(size=(*shape, classes)), rng.integers(0, classes, shape)


def log_softmax(z):
    return z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))


@given(drawn=predictions(), smoothing=st.sampled_from([0, 0.1, 1]), weighted=st.booleans())
def test_class_weights_and_label_smoothing(drawn, smoothing, weighted):
    """−Σₖ wₖ t′ₖ log pₖ with t′ = (1 − ε) t + ε / K; the mean is over Σ w of the labels."""
    z, labels = drawn
    classes = z.shape[-1]
    weights = np.arange(1, classes + 1) / 2 if weighted else np.ones(classes)
    options = {"label_smoothing": smoothing, "class_weights": weights if weighted else None}
    t = np.eye(classes)[labels]
    smooth = (1 - smoothing) * t + smoothing / classes
    each = -np.sum(weights * smooth * log_softmax(z), axis=-1)
    for function, given_ in (
        (F.softmax_cross_entropy, z),
        (lambda p, *a, **k: F.cross_entropy(p, *a, epsilon=0, **k), F.softmax(z)),
    ):
        for target in (labels, t):
            close = {"rtol": 1e-10, "atol": 1e-12}
            np.testing.assert_allclose(function(given_, target, "none", **options), each, **close)
            np.testing.assert_allclose(
                function(given_, target, "sum", **options), each.sum(), **close
            )
            np.testing.assert_allclose(
                function(given_, target, "mean", **options),
                each.sum() / weights[labels].sum(),
                **close,
            )


def test_probabilities_as_labels_have_the_gradient_of_what_they_are():
    z = Tensor([[1.0, -0.5, 0.2]], requires_grad=True)
    t = np.array([[0.2, 0.3, 0.5]])
    F.softmax_cross_entropy(z, t).backward()
    np.testing.assert_allclose(z.grad, F.softmax(z.numpy()) - t, rtol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_binary_cross_entropy(reduction):
    rng = np.random.default_rng(0)
    z, t = rng.normal(size=(3, 2)), rng.integers(0, 2, (3, 2))
    p = 1 / (1 + np.exp(-z))
    each = -t * np.log(p) - (1 - t) * np.log(1 - p)
    reduced = {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction]
    np.testing.assert_allclose(F.binary_cross_entropy(z, t, reduction), reduced(each))
    weights = np.where(t == 1, 3.0, 0.5)
    right = each * weights
    right = right.sum() / weights.sum() if reduction == "mean" else reduced(right)
    np.testing.assert_allclose(F.binary_cross_entropy(z, t, reduction, (0.5, 3.0)), right)
    smooth = 0.8 * t + 0.1
    right = reduced(-smooth * np.log(p) - (1 - smooth) * np.log(1 - p))
    np.testing.assert_allclose(F.binary_cross_entropy(z, t, reduction, label_smoothing=0.2), right)


def test_binary_cross_entropy_far_out():
    z = Tensor([-1000.0, -1000, 1000, 1000, 40], requires_grad=True, dtype=np.float32)
    with np.errstate(all="raise", under="ignore"):
        each = F.binary_cross_entropy(z, [0, 1, 0, 1, 1], "none")
        each.sum().backward()
    np.testing.assert_allclose(each.numpy(), [0, 1000, 1000, 0, math.exp(-40)], rtol=1e-6)
    np.testing.assert_allclose(z.grad, [0, -1, 1, 0, 0], atol=1e-7)


def test_softmax_cross_entropy_of_rows_far_apart():
    """Each row is shifted by its own largest score, in the loss and in its second order."""
    z = Tensor([[1000.0, 0.0], [-1000.0, -1001.0]], requires_grad=True)
    with np.errstate(all="raise", under="ignore"):
        loss = F.softmax_cross_entropy(z, [1, 0], "none")
        (slope,) = gradients(loss.sum(), [z], create_graph=True)
        (bend,) = gradients((slope * [[1.0, 0], [1, 0]]).sum(), [z])
    p = 1 / (1 + math.exp(-1))
    np.testing.assert_allclose(loss.numpy(), [1000, -math.log(p)], rtol=1e-14)
    np.testing.assert_allclose(slope.numpy(), [[1, -1], [p - 1, 1 - p]], rtol=1e-14)
    np.testing.assert_allclose(bend, [[0, 0], np.array([1, -1]) * p * (1 - p)], rtol=1e-14)


@pytest.mark.parametrize("f", [F.mse_loss, F.l1_loss, F.half_sse])
def test_reductions(f):
    y, t = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[0.0, 4.0], [3.0, 4.0]])
    each = {
        F.mse_loss: [[1, 4], [0, 1]],
        F.l1_loss: [[1, 2], [0, 1]],
        F.half_sse: [2.5, 0.5],
    }[f]
    np.testing.assert_array_equal(f(y, t, "none"), each)
    assert float(f(y, t, "sum")) == np.sum(each)
    assert float(f(y, t)) == np.mean(each)


@pytest.mark.parametrize("loss", [nn.MSE(), nn.MAE(), nn.HalfSSE(), nn.SoftmaxCE(), nn.BinaryCE()])
def test_targets_do_not_decide_the_dtype(loss):
    y = Tensor([[1.0, 0.0]], requires_grad=True, dtype=np.float32)
    value = loss(y, np.array([[1.0, 0.0]]))
    assert value.dtype == np.float32


def test_targets_of_a_regression_may_want_gradients():
    y, t = (Tensor(v, requires_grad=True) for v in ([1.0, 2.0], [0.0, 4.0]))
    a, b = gradients(F.mse_loss(y, t), [y, t])
    np.testing.assert_array_equal(a, [1, -2])
    np.testing.assert_array_equal(b, [-1, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: F.mse_loss(np.ones((4, 1)), np.ones(4)),
            r"mse_loss: .*\(4, 1\).*\(4,\).*; write target\[:, None\]",
        ),
        (lambda: F.mse_loss(np.ones(2), np.ones(2), "all"), "mse_loss: reduction 'all'; expected"),
        (lambda: nn.MAE("all"), "MAE: reduction 'all'; expected"),
        (lambda: F.half_sse(np.ones(()), np.ones(())), r"half_sse: .*\(…, outputs\)"),
        (lambda: F.cross_entropy(np.array([2.0, -1]), 0), "a prediction is not between 0 and 1"),
        (lambda: F.binary_cross_entropy(np.ones(2), [0, 2]), "a label is not between 0 and 1"),
        (lambda: F.binary_cross_entropy(np.ones((2, 1)), [0, 1]), "the shapes must be equal"),
        (lambda: F.softmax_cross_entropy(Z, [0, 1], class_weights=[1]), "expected 2 numbers"),
        (lambda: F.softmax_cross_entropy(Z, [0, 1], class_weights=[1, -1]), "none negative"),
        (lambda: F.softmax_cross_entropy(Z, [0, 1], class_weights=[1, math.inf]), "none negative"),
        (lambda: F.softmax_cross_entropy(Z, [0, 0], class_weights=[0, 1]), "have no mean"),
        (lambda: F.softmax_cross_entropy(Z, [0, 1], label_smoothing=2), "label_smoothing 2"),
        (lambda: F.binary_cross_entropy([1.0], [1], class_weights=[1, 0]), "have no mean"),
    ],
)
def test_losses_answer_mistakes(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("loss", "prediction", "target", "expected"),
    [
        (nn.SoftmaxCE(), Z, [0, 0], (0.5050 + 0.9992) / 2),
        (nn.SoftmaxCE("sum", label_smoothing=1.0), [[0.0, 0.0]], [0], math.log(2)),
        (nn.CrossEntropy(class_weights=[1, 3]), [[0.5, 0.5], [0.5, 0.5]], [0, 1], math.log(2)),
        (nn.BinaryCE("none"), [0.0], [1], [math.log(2)]),
        (nn.MSE(), [1.0, 3.0], [0.0, 0.0], 5),
        (nn.MAE("sum"), [1.0, 3.0], [0.0, 0.0], 4),
        (nn.HalfSSE(), [[1.0, 3.0], [0.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]], 3.5),
    ],
    ids=lambda p: repr(p) if isinstance(p, nn.Module) else None,
)
def test_losses_as_modules(loss, prediction, target, expected):
    y = loss(Tensor(prediction, requires_grad=True), np.array(target))
    np.testing.assert_allclose(y.numpy(), expected, atol=1e-4)


# -- normalisation -------------------------------------------------------------------------


@given(
    rest=st.lists(st.integers(1, 3), max_size=2).map(tuple),
    channels=st.integers(1, 3),
    batch=st.integers(2, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_batch_norm(rest, channels, batch, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(3, 2, size=(batch, channels, *rest))
    layer = nn.BatchNorm(channels, momentum=0.25, dtype=float)
    layer.weight.data, layer.bias.data = rng.normal(size=(2, channels))
    means, variances = np.zeros(channels), np.ones(channels)
    for turn in range(3):
        y = layer(x + turn).numpy()
        for c in range(channels):
            values = (x + turn)[:, c]
            mean = values.mean()
            variance = np.mean((values - mean) ** 2)
            right = layer.weight.data[c] * (values - mean) / np.sqrt(variance + 1e-5)
            np.testing.assert_allclose(y[:, c], right + layer.bias.data[c], atol=1e-10)
            unbiased = np.sum((values - mean) ** 2) / (values.size - 1)
            means[c] = 0.75 * means[c] + 0.25 * mean
            variances[c] = 0.75 * variances[c] + 0.25 * unbiased
    np.testing.assert_allclose(layer.running_mean.numpy(), means)
    np.testing.assert_allclose(layer.running_var.numpy(), variances)
    layer.eval()
    y = layer(x).numpy()
    shape = (1, channels, *[1] * len(rest))
    right = (x - means.reshape(shape)) / np.sqrt(variances.reshape(shape) + 1e-5)
    right = right * layer.weight.data.reshape(shape) + layer.bias.data.reshape(shape)
    np.testing.assert_allclose(y, right, atol=1e-10)
    np.testing.assert_allclose(layer.running_mean.numpy(), means)
    one = layer(x[:1]).numpy()  # a single sample is no problem when not training
    np.testing.assert_allclose(one, right[:1], atol=1e-10)


def test_batch_norm_in_float32_with_a_large_mean():
    x = (1000 + np.random.default_rng(0).normal(size=(200, 1))).astype(np.float32)
    y = F.batch_norm(x)
    assert y.dtype == np.float32
    assert abs(float(y.mean())) < 1e-4
    assert abs(float(y.std()) - 1) < 1e-3


@pytest.mark.parametrize("training", [True, False])
def test_batch_norms_gradients_in_both_modes(training):
    rng = np.random.default_rng(0)
    layer = nn.BatchNorm(2, dtype=float).train(training)
    x = Tensor(rng.normal(size=(4, 2, 3)), requires_grad=True)
    weights = rng.normal(size=x.shape)

    def loss(values):
        copied = nn.BatchNorm(2, dtype=float).train(training)
        return float((copied(values).numpy() * weights).sum())

    (layer(x) * weights).sum().backward()
    step = 1e-5
    for index in np.ndindex(x.shape):
        moved = [x.numpy().copy() for _ in range(2)]
        moved[0][index] += step
        moved[1][index] -= step
        slope = (loss(moved[0]) - loss(moved[1])) / (2 * step)
        assert x.grad[index] == pytest.approx(slope, abs=1e-7)


def test_layer_norm_of_no_samples():
    assert F.layer_norm(np.ones((0, 3))).shape == (0, 3)


def test_layer_norm():
    x = np.random.default_rng(0).normal(2, 3, size=(2, 3, 4))
    for shape, axes in ((4, (2,)), ((3, 4), (1, 2))):
        layer = nn.LayerNorm(shape, dtype=float)
        y = layer(x).numpy()
        np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-12)
        np.testing.assert_allclose(y.std(axis=axes), 1, atol=1e-4)
        layer.weight.data = 2 * layer.weight.data
        layer.bias.data = 1 + layer.bias.data
        np.testing.assert_allclose(layer(x).numpy(), 2 * y + 1, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.BatchNorm(3)(np.ones((2, 4))), r"BatchNorm: x \(2, 4\); expected \(batch, 3,"),
        (lambda: nn.BatchNorm(3)(np.ones((1, 3))), "1 values a channel, which have no spread"),
        (lambda: nn.BatchNorm(0), "BatchNorm: features 0"),
        (lambda: nn.LayerNorm((2, 3))(np.ones((2, 4))), r"LayerNorm: x \(2, 4\); expected \(…, 2"),
        (lambda: F.layer_norm(np.ones(3), axes=2), "cannot be normalised over its last 2 axes"),
        (lambda: F.layer_norm(np.ones((2, 0))), "cannot be normalised over its last 1 axes"),
        (lambda: nn.Dropout(1.5), "Dropout: p = 1.5; expected a probability"),
        (lambda: F.dropout(np.ones(3), -0.1), "dropout: p = -0.1"),
        (lambda: nn.Flatten()(np.ones(())), "Flatten: x of shape"),
        (lambda: nn.Maxout(2, 2, pieces=0), "Maxout: pieces 0"),
    ],
)
def test_layers_answer_mistakes(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_batch_that_is_refused_leaves_the_running_values():
    layer = nn.BatchNorm(3)
    before = layer.state_dict()
    with pytest.raises(ValueError, match="no spread"):
        layer(np.full((1, 3), 7.0))
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: F.batch_norm(np.ones((2, 3)), running_var=np.ones(3)), "or neither"),
        (lambda: F.batch_norm(np.ones((2, 3)), running_mean=np.ones(3)), "or neither"),
        (
            lambda: F.batch_norm(np.ones((2, 3)), running_mean=np.ones(2), running_var=np.ones(3)),
            r"running_mean has shape \(2,\), expected \(3,\)",
        ),
        (lambda: F.batch_norm(np.ones((2, 6)), np.ones((2, 3))), r"weight has shape \(2, 3\)"),
        (
            lambda: F.layer_norm(np.ones((4, 2, 3)), np.ones((3, 2)), axes=2),
            r"layer_norm: weight has shape \(3, 2\), expected \(2, 3\)",
        ),
    ],
)
def test_what_does_not_fit_is_not_made_to(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("epsilon", [-1.0, math.nan, math.inf, "a", None])
@pytest.mark.parametrize(
    "use",
    [
        lambda e: nn.BatchNorm(3, e),
        lambda e: nn.LayerNorm(3, e),
        lambda e: F.batch_norm(np.ones((2, 3)), epsilon=e),
        lambda e: F.layer_norm(np.ones((2, 3)), epsilon=e),
    ],
)
def test_epsilons_that_are_none(use, epsilon):
    with pytest.raises(ValueError, match=r"epsilon .*; expected a number, at least 0"):
        use(epsilon)


# -- integers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        F.sigmoid, F.softplus, F.elu, F.gelu, F.leaky_relu, F.softmax, F.log_softmax,
        lambda x: F.softmax_cross_entropy(x, [0, 1]),
        lambda x: F.softmax_cross_entropy(x, [0, 1], class_weights=[0.5, 2.5, 1]),
        lambda x: F.softmax_cross_entropy(x, [[0.5, 0.5, 0], [0.2, 0.3, 0.5]]),
        lambda x: F.binary_cross_entropy(x, [[0.5, 0.3, 0], [1, 0, 1]], class_weights=[0.5, 1.5]),
        lambda x: F.mse_loss(x, np.array([[9, 8, 7], [6, 5, 4]], np.uint8)),
        lambda x: F.l1_loss(x, np.array([[9, 8, 7], [6, 5, 4]], np.uint8)),
        lambda x: F.half_sse(x, [[9, 8, 7], [6, 5, 4]]),
        lambda x: F.average_pool(x[None], 2),
        lambda x: F.max_pool(x[None], 2, padding=1),
        lambda x: F.conv1d(x[None], np.array([[[200, 100]] * 2])),
        F.batch_norm, F.layer_norm,
        lambda x: F.dropout(x, 0.3, np.random.default_rng(0)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_integers_are_computed_with_as_numbers(f, dtype):
    """As the readers of images give them: no overflow, and nothing cut off."""
    whole = np.array([[1, 2, 200], [3, 0, 100]], dtype)
    right = f(whole.astype(float))
    for x in (whole, Tensor(whole)):
        y = f(x)
        np.testing.assert_allclose(y.numpy() if isinstance(y, Tensor) else y, right, rtol=1e-6)


# -- dropout -------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_dropout_drops_its_share_and_keeps_the_expectation(p):
    n = 100_000
    x = Tensor(np.full(n, 3.0), requires_grad=True)
    y = nn.Dropout(p, rng=np.random.default_rng(0))(x)
    dropped = y.numpy() == 0
    # Five standard deviations of a binomial share.
    assert abs(dropped.mean() - p) < 5 * math.sqrt(p * (1 - p) / n)
    np.testing.assert_allclose(y.numpy()[~dropped], 3 / (1 - p))
    y.sum().backward()
    np.testing.assert_allclose(x.grad, np.where(dropped, 0, 1 / (1 - p)))


def test_dropout_is_off_in_evaluation():
    layer = nn.Dropout(0.5, rng=np.random.default_rng(0)).eval()
    state = layer.rng.bit_generator.state
    x = Tensor(np.ones(10))
    assert layer(x) is x
    np.testing.assert_array_equal(layer([1.0, 2.0]), [1, 2])
    assert layer.rng.bit_generator.state == state


def test_dropout_draws_anew_each_time_and_the_same_for_one_seed():
    x = np.ones(50)
    nn.seed(5)
    first, second = nn.Dropout()(x), nn.Dropout()(x)
    nn.seed(5)
    np.testing.assert_array_equal(nn.Dropout()(x), first)
    assert (first != second).any()


@pytest.mark.parametrize(("p", "expected"), [(0, 1), (1, 0)])
def test_dropout_of_nothing_and_of_all(p, expected):
    y = F.dropout(Tensor(np.ones(5, np.float32), requires_grad=True), p)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y.numpy(), np.full(5, expected))


def test_softmax_of_one_number():
    assert F.softmax(np.array(3.0)) == 1


def test_a_loss_of_nothing_is_positive_zero():
    assert not np.signbit(F.softmax_cross_entropy(np.array([[1000.0, 0]]), [0]))
