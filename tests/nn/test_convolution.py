"""Convolution and pooling: the lectures' examples, NumPy's convolve, and all sizes by force."""

import itertools
import math
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import nn
from autodiff import Tensor, gradients
from nn import functional as F
from nn.functional import convolution, patches
from nn.functional.windows import Windows
from tests.operations import reference

X = np.array([[2.0, 1, 2], [5, 0, 1], [1, 7, 3]])
W = np.array([[0.5, 0.7, 0.4], [0.3, 0.4, 0.1], [0.5, 1, 0.5]])


def convolved(x, w, **options):
    return F.conv2d(x[None, None], w[None, None], **options)[0, 0]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"flip_kernel": True}, [[4.6, 3.7, 1.6], [8.7, 10.6, 7.8], [7.5, 6.8, 2.9]]),
        ({"flip_kernel": True, "stride": 2}, [[4.6, 1.6], [7.5, 2.9]]),
        ({}, [[5.9, 4.2, 2.1], [8.3, 13.1, 8.8], [4.6, 6.3, 4.0]]),
    ],
)
def test_the_lectures_example(options, expected):
    np.testing.assert_allclose(convolved(X, W, padding=1, **options), expected, rtol=1e-12)
    np.testing.assert_allclose(convolved(X, W, padding="same", **options), expected, rtol=1e-12)


def test_a_layer_with_a_flipped_kernel():
    layer = nn.Conv2D(1, 1, 3, padding=1, flip_kernel=True, dtype=float)
    layer.weight.data = W[None, None]
    np.testing.assert_allclose(
        layer(X[None, None]).numpy()[0, 0], [[4.6, 3.7, 1.6], [8.7, 10.6, 7.8], [7.5, 6.8, 2.9]]
    )
    layer(X[None, None]).sum().backward()
    # Each weight meets what of the image lies under it, seen from the other end.
    padded = np.pad(X, 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).sum(axis=(0, 1))
    np.testing.assert_allclose(layer.weight.grad[0, 0], windows[::-1, ::-1])


@pytest.mark.parametrize("mode", ["valid", "full"])
@given(n=st.integers(1, 9), m=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_flipped_kernels_are_numpys_convolve(mode, n, m, seed):
    assume(mode == "full" or n >= m)
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=n), rng.normal(size=m)
    y = F.conv1d(x[None, None], w[None, None], padding=mode, flip_kernel=True)[0, 0]
    np.testing.assert_allclose(y, np.convolve(x, w, mode), rtol=1e-12, atol=1e-13)
    z = F.conv1d(x[None, None], w[None, None], padding=mode)[0, 0]
    np.testing.assert_allclose(z, np.convolve(x, w[::-1], mode), rtol=1e-12, atol=1e-13)


def by_force(x, w, stride, padding, dilation, groups):
    """Every output summed element by element."""
    x = np.pad(x, ((0, 0), (0, 0), *padding))
    out, channels, *size = w.shape
    count = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(x.shape[2:], size, stride, dilation, strict=True)
    ]
    y = np.zeros((len(x), out, *count))
    for n, o, *i in itertools.product(*map(range, y.shape)):
        first = o // (out // groups) * channels
        for c, *k in itertools.product(range(channels), *map(range, size)):
            at = [s * a + d * b for s, a, d, b in zip(stride, i, dilation, k, strict=True)]
            y[n, o, *i] += x[n, first + c, *at] * w[o, c, *k]
    return y


@st.composite
def convolutions(draw, axes):
    """Shapes and options that fit one another."""
    small = st.integers(1, 3)
    groups = draw(st.integers(1, 2))
    size = draw(st.tuples(*[small] * axes))
    stride = draw(st.tuples(*[small] * axes))
    dilation = draw(st.tuples(*[st.integers(1, 2)] * axes))
    padding = draw(st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * axes))
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, size, strict=True)]
    lengths = [
        draw(st.integers(max(1, span - sum(pair)), 6))
        for span, pair in zip(spans, padding, strict=True)
    ]
    channels, out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    x = (draw(st.integers(0, 2)), channels, *lengths)
    return x, (out, channels // groups, *size), stride, padding, dilation, groups


@pytest.mark.parametrize(("axes", "function"), [(1, F.conv1d), (2, F.conv2d)])
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_all_sizes(axes, function, data, seed):
    x_shape, w_shape, stride, padding, dilation, groups = data.draw(convolutions(axes))
    rng = np.random.default_rng(seed)
    x, w, b = (rng.normal(size=shape) for shape in (x_shape, w_shape, w_shape[:1]))
    inputs = [Tensor(v, requires_grad=True) for v in (x, w, b)]
    y = function(*inputs, stride, padding, dilation, groups)
    right = by_force(x, w, stride, padding, dilation, groups)
    bias = b.reshape(-1, *[1] * axes)
    np.testing.assert_allclose(y.numpy(), right + bias, rtol=1e-11, atol=1e-12)
    kind = nn.Conv1D if axes == 1 else nn.Conv2D
    sizes = (x_shape[1], w_shape[0], w_shape[2:])
    layer = kind(*sizes, stride, padding, dilation, groups, dtype=float)
    layer.weight.data, layer.bias.data = w, b
    np.testing.assert_array_equal(layer(x).numpy(), y.numpy())
    # Linear in each input: the gradient is found by trying every unit of it.
    g = rng.normal(size=y.shape)
    of_x, of_w, of_b = gradients(y, inputs, seed=g)
    options = (stride, padding, dilation, groups)
    for gradient, shape, at in (
        (of_x, x_shape, lambda unit: by_force(unit, w, *options)),
        (of_w, w_shape, lambda unit: by_force(x, unit, *options)),
    ):
        for place in itertools.islice(np.ndindex(shape), 0, None, 5):
            unit = np.zeros(shape)
            unit[place] = 1
            np.testing.assert_allclose(gradient[place], np.sum(g * at(unit)), atol=1e-10)
    np.testing.assert_allclose(of_b, g.sum(axis=(0, *range(2, axes + 2))), atol=1e-10)


@given(
    n=st.integers(1, 12), m=st.integers(1, 4), s=st.integers(1, 4), p=st.integers(0, 3),
    d=st.integers(1, 3),
)  # fmt: skip
def test_output_sizes(n, m, s, p, d):
    """o = ⌊(n + 2p − m) / s⌋ + 1 of the lectures, with a dilated kernel of span d (m − 1) + 1."""
    x, w = np.ones((1, 1, n)), np.ones((1, 1, m))
    span = d * (m - 1) + 1

    def length(**options):
        return F.conv1d(x, w, stride=s, dilation=d, **options).shape[2]

    assert length(padding="same") == math.ceil(n / s)
    assert length(padding="full") == (n + 2 * (span - 1) - span) // s + 1
    if n + 2 * p >= span:
        assert length(padding=p) == (n + 2 * p - span) // s + 1
    if n >= span:
        assert length(padding="valid") == (n - span) // s + 1
    else:
        with pytest.raises(ValueError, match="no window of"):
            length(padding="valid")


def test_same_pads_the_extra_at_the_end():
    y = F.conv1d(np.arange(1.0, 5).reshape(1, 1, 4), np.array([[[1.0, 10.0]]]), padding="same")
    np.testing.assert_array_equal(y[0, 0], [21, 32, 43, 4])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x": (1, 2, 5)}, r"expected \(batch, channels, height, width\)"),
        ({"x": (1, 3, 5, 5)}, "the weight is for 2 channels and gives 4; the image has 3"),
        ({"groups": 3}, "the weight is for 6 channels"),
        ({"bias": (3,)}, r"a bias of shape \(3,\); expected \(4,\)"),
        ({"stride": 0}, "stride 0; expected a whole number, at least 1"),
        ({"stride": (1, 2, 3)}, r"stride \(1, 2, 3\)"),
        ({"padding": -1}, "padding -1; expected"),
        ({"padding": "some"}, "padding 'some'; expected"),
        ({"padding": 1.5}, "padding 1.5; expected"),
        ({"dilation": 4}, "no window of 9×9 fits into an image of 5×5"),
        ({"groups": 0}, "groups 0"),
    ],
)
def test_mistakes_are_answered(options, message):
    options = {"x": (1, 2, 5, 5), **options}
    x = np.ones(options.pop("x"))
    bias = options.pop("bias", None)
    with pytest.raises(ValueError, match=f"^conv2d: .*{message}"):
        F.conv2d(x, np.ones((4, 2, 3, 3)), None if bias is None else np.ones(bias), **options)


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Conv2D(3, 4, 3, groups=2),
        lambda: nn.Conv2D(0, 4, 3),
        lambda: nn.Conv2D(1, 4, (3, 3, 3)),
        lambda: nn.Conv2D(1, 4, 3, padding="none"),
        lambda: nn.Conv1D(1, 4, 3, stride=0),
        lambda: nn.Conv1D(1, 4, 2.5),
    ],
)
def test_layers_refuse_mistakes_at_once(make):
    with pytest.raises(ValueError, match=r"^Conv\dD: "):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "out"),
    [
        (nn.Conv2D(1, 30, 5), (2, 1, 28, 28), (2, 30, 24, 24)),
        (nn.Conv2D(2, 4, (3, 1), stride=2, padding=(1, 0), groups=2), (1, 2, 7, 7), (1, 4, 4, 4)),
        (nn.Conv2D(1, 2, 3, padding="same", dilation=2, bias=False), (1, 1, 6, 5), (1, 2, 6, 5)),
        (nn.Conv1D(2, 3, 4, padding="full"), (3, 2, 5), (3, 3, 8)),
        (nn.MaxPool(2), (1, 3, 7, 6), (1, 3, 3, 3)),
        (nn.MaxPool((2, 1), stride=(1, 2), ceil_mode=True), (1, 1, 3, 4), (1, 1, 2, 2)),
        (nn.AveragePool(3, padding=1, stride=2), (1, 1, 5, 5), (1, 1, 3, 3)),
        (nn.MaxPool(2), (1, 3, 8), (1, 3, 4)),
    ],
)
def test_layers(layer, shape, out):
    x = np.ones(shape)  # float64, which a layer without parameters leaves as it is
    y = layer(x)
    assert y.shape == out
    assert y.dtype == (np.float32 if list(layer.parameters()) else np.float64)


def test_initial_kernels_follow_their_fan_in():
    layer = nn.Conv2D(16, 400, 5, groups=2, rng=np.random.default_rng(0))
    deviation = math.sqrt(2 / (8 * 25))
    assert abs(layer.weight.numpy().std() / deviation - 1) < 0.01
    assert not layer.bias.numpy().any()


@pytest.mark.parametrize("block", [1, 40, 100])
def test_some_samples_at_a_time(monkeypatch, block):
    """However many samples are laid out at once, the values and the gradients are the same."""
    rng = np.random.default_rng(block)
    windows, shape, kernel = Windows((2,), (1,), ((1, 0),), (1,)), (7, 2, 4), (3, 2, 2)
    x, w, g = rng.normal(size=shape), rng.normal(size=kernel), rng.normal(size=(7, 3, 4))
    for op, inputs in (
        (convolution.Convolution(windows), (x, w)),
        (convolution.ConvolutionInputGradient(windows, 1, (4,)), (g, w)),
        (convolution.ConvolutionWeightGradient(windows), (x, g)),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(patches, "_BLOCK", block)
            y = op(*inputs)
        np.testing.assert_allclose(y, *reference(op, inputs), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("short", [0, 10**9])
@pytest.mark.parametrize(
    "kind",
    [
        convolution.Convolution,
        convolution.ConvolutionInputGradient,
        convolution.ConvolutionWeightGradient,
    ],
)
def test_runs_and_whole_windows_are_laid_out_alike(monkeypatch, kind, short):
    """How windows are laid out depends on the channels: here it is either way for all sizes."""
    monkeypatch.setattr(patches, "_SHORT", short)
    for op, inputs in kind.cases(np.random.default_rng(0)):
        np.testing.assert_allclose(op(*inputs), *reference(op, inputs), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("short", [0, 10**9])
def test_all_sizes_of_runs(monkeypatch, short):
    monkeypatch.setattr(patches, "_SHORT", short)
    rng = np.random.default_rng(1)
    for size, stride, padding, dilation, groups in itertools.product(
        ((1, 2), (3, 2)), ((1, 1), (2, 3)), ((0, 0), (2, 1)), ((1, 1), (2, 2)), (1, 2)
    ):
        windows = Windows(size, stride, tuple((p, p) for p in padding), dilation)
        x, w = rng.normal(size=(2, 4, 5, 6)), rng.normal(size=(4, 4 // groups, *size))
        op = convolution.Convolution(windows, groups)
        y = op(x, w)
        np.testing.assert_allclose(y, *reference(op, (x, w)), rtol=1e-12, atol=1e-13)
        g = rng.normal(size=y.shape)
        for gradient, inputs in (
            (convolution.ConvolutionInputGradient(windows, groups, (5, 6)), (g, w)),
            (convolution.ConvolutionWeightGradient(windows, groups), (x, g)),
        ):
            np.testing.assert_allclose(
                gradient(*inputs), *reference(gradient, inputs), rtol=1e-12, atol=1e-12
            )


@pytest.mark.parametrize("short", [0, 16])
def test_images_without_channels(monkeypatch, short):
    monkeypatch.setattr(patches, "_SHORT", short)
    x, w = (Tensor(np.ones(s), requires_grad=True) for s in ((2, 0, 5), (3, 0, 2)))
    y = F.conv1d(x, w, np.ones(3))
    np.testing.assert_array_equal(y.numpy(), np.ones((2, 3, 4)))
    assert [g.shape for g in gradients(y.sum(), [x, w])] == [(2, 0, 5), (3, 0, 2)]


def test_images_that_are_all_border():
    x, w = np.ones((1, 2, 0, 3)), np.ones((2, 2, 2, 2))
    x, w = (Tensor(a, requires_grad=True) for a in (x, w))
    y = F.conv2d(x, w, padding=1)
    np.testing.assert_array_equal(y.numpy(), np.zeros((1, 2, 1, 4)))
    of_x, of_w = gradients(y.sum(), [x, w])
    assert of_x.shape == (1, 2, 0, 3)
    assert not of_w.any()


# -- pooling -------------------------------------------------------------------------------

X1 = [
    [10, 255, 125, 0, 170, 100], [70, 255, 105, 25, 25, 70], [255, 0, 150, 0, 10, 10],
    [0, 255, 10, 10, 150, 20], [70, 15, 200, 100, 95, 0], [25, 25, 100, 20, 0, 60],
]  # fmt: skip
X2 = [
    [100, 100, 100, 50, 100, 50], [95, 255, 100, 125, 125, 170], [80, 40, 10, 10, 125, 150],
    [255, 30, 150, 20, 120, 125], [30, 30, 150, 100, 70, 70], [70, 30, 100, 200, 70, 95],
]  # fmt: skip
MEANS1 = [[147.5, 63.75, 91.25], [127.5, 42.5, 47.5], [33.75, 105, 38.75]]
MEANS2 = [[137.5, 93.75, 111.25], [101.25, 47.5, 130], [40, 137.5, 76.25]]


@pytest.mark.parametrize(("image", "means"), [(X1, MEANS1), (X2, MEANS2)])
def test_pooling_of_the_lectures(image, means):
    x = np.array(image, dtype=float)[None, None]
    np.testing.assert_array_equal(
        F.max_pool(x, 2)[0, 0], [[255, 125, 170], [255, 150, 150], [70, 200, 95]]
    )
    np.testing.assert_array_equal(F.average_pool(x, 2)[0, 0], means)


def windows_by_force(n, size, stride, padding, dilation, ceil_mode):
    """Along one axis, the places of the image that each window holds.

    With `ceil_mode` the number of windows is rounded up, but none begins behind the image.
    """
    steps = (n + 2 * padding - dilation * (size - 1) - 1) / stride
    starts = [
        stride * i - padding for i in range(1 + (math.ceil if ceil_mode else math.floor)(steps))
    ]
    if ceil_mode and starts and starts[-1] >= n:
        starts.pop()
    windows = [[start + dilation * k for k in range(size)] for start in starts]
    return [[place for place in window if 0 <= place < n] for window in windows]


@given(
    lengths=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.integers(0, 1),
    dilation=st.integers(1, 2),
    ceil_mode=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_pooling_of_all_sizes(lengths, size, stride, padding, dilation, ceil_mode, seed):
    rng = np.random.default_rng(seed)
    x = rng.permutation(np.linspace(-1, 1, 2 * math.prod(lengths))).reshape(1, 2, *lengths)
    rows, columns = (
        windows_by_force(n, k, s, padding, dilation, ceil_mode)
        for n, k, s in zip(lengths, size, stride or size, strict=True)
    )
    options = (size, stride, padding, dilation, ceil_mode)
    if not rows or not columns or [] in rows or [] in columns:
        for pool in (F.max_pool, F.average_pool):
            with pytest.raises(ValueError, match=r"no window of|wholly outside"):
                pool(x, *options)
        return
    t = Tensor(x, requires_grad=True)
    largest, means = F.max_pool(t, *options), F.average_pool(t, *options)
    assert largest.shape == means.shape == (1, 2, len(rows), len(columns))
    np.testing.assert_array_equal(nn.MaxPool(*options)(x), largest.numpy())
    np.testing.assert_array_equal(nn.AveragePool(*options)(x), means.numpy())
    g = rng.normal(size=largest.shape)
    of_largest, of_means = np.zeros_like(x), np.zeros_like(x)
    for c, (i, row), (j, column) in itertools.product(
        range(2), enumerate(rows), enumerate(columns)
    ):
        part = x[0, c][np.ix_(row, column)]
        np.testing.assert_allclose(largest.numpy()[0, c, i, j], part.max())
        np.testing.assert_allclose(means.numpy()[0, c, i, j], part.mean(), atol=1e-14)
        for a, b in itertools.product(row, column):
            of_means[0, c, a, b] += g[0, c, i, j] / part.size
            if x[0, c, a, b] == part.max():
                of_largest[0, c, a, b] += g[0, c, i, j]
    np.testing.assert_allclose(gradients(largest, [t], seed=g)[0], of_largest, atol=1e-13)
    np.testing.assert_allclose(gradients(means, [t], seed=g)[0], of_means, atol=1e-13)


@pytest.mark.parametrize("size", [(17, 17), (1, 257)])
def test_a_window_of_more_places_than_a_byte_counts(size):
    x = np.zeros((1, 1, *size))
    x[0, 0, -1, -1] = 1
    t = Tensor(x, requires_grad=True)
    F.max_pool(t, size).sum().backward()
    np.testing.assert_array_equal(t.grad, x)


def test_what_lies_outside_is_never_the_largest():
    y = F.max_pool(np.full((1, 1, 2, 2), -5.0), 2, stride=1, padding=1)
    np.testing.assert_array_equal(y, np.full((1, 1, 3, 3), -5.0))


def test_nan_is_passed_on():
    x = np.array([[[5.0, np.nan, 7, np.nan, 1, 2]]])
    t = Tensor(x, requires_grad=True)
    y = F.max_pool(t, 3)
    np.testing.assert_array_equal(y.numpy()[0, 0], [np.nan, np.nan])
    y.sum().backward()
    np.testing.assert_array_equal(t.grad[0, 0], [0, 1, 0, 1, 0, 0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((2, 2, 2),), "size (2, 2, 2)"),
        ((0,), "size 0; expected a whole number, at least 1"),
        ((2, None, -1), "padding -1"),
        ((9,), "no window of 9×9 fits into an image of 4×4"),
        ((1, None, 1), "a window would lie wholly outside the image (4, 4)"),
    ],
)
def test_pooling_mistakes_are_answered(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        F.max_pool(np.ones((1, 1, 4, 4)), *arguments)
    with pytest.raises(ValueError, match=r"x \(4, 4\); expected \(batch, channel, …\)"):
        F.average_pool(np.ones((4, 4)), 2)


@pytest.mark.parametrize(
    "arguments", [(0,), ("2",), (2, 0), (2, None, -1), (2.5,), ((2, 0),), (2, None, 0, 0)]
)
def test_pooling_layers_refuse_mistakes_at_once(arguments):
    with pytest.raises(ValueError, match=r"^MaxPool: .*; expected a whole number"):
        nn.MaxPool(*arguments)
