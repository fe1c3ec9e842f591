"""The operations of the registry, and what NumPy says of them."""

import itertools
import math

import numpy as np

import nn  # noqa: F401  # registers its operations
from autodiff.op import registry
from autodiff.ops.reduction import axes_of

ORDERS = (1, 2, 3)
"""The orders of derivatives that are compared with differences for every operation."""

OPERATIONS = sorted(registry, key=lambda cls: (cls.__module__, cls.__name__))


def _assigned(op, x, value):
    y = np.array(x)
    y[op.index] = value
    return y


def _added(op, g):
    y = np.zeros(op.shape)
    np.add.at(y, op.index, g)
    return y


def _recurrence(op, a, b):
    y = [b[0]] if len(b) else []
    for k in range(1, len(b)):
        y.append(a[k] * y[-1] + b[k])
    return np.array(y).reshape(b.shape)


def _meetings(windows, groups, image, kernel):
    """Every product of a convolution, as (index of y, index of x, index of w)."""
    (batch, _, *lengths), (out, channels, *size) = image, kernel
    for n, o, c in itertools.product(range(batch), range(out), range(channels)):
        for i in itertools.product(*map(range, windows.count(tuple(lengths)))):
            for k in itertools.product(*map(range, size)):
                at = [
                    s * a + d * b - before
                    for s, a, d, b, (before, _) in zip(
                        windows.stride, i, windows.dilation, k, windows.padding, strict=True
                    )
                ]
                if all(0 <= a < length for a, length in zip(at, lengths, strict=True)):
                    channel = o // (out // groups) * channels + c
                    yield (n, o, *i), (n, channel, *at), (o, c, *k)


def _convolution(op, x, w, *bias):
    y = np.zeros((len(x), len(w), *op.windows.count(x.shape[2:])))
    for of_y, of_x, of_w in _meetings(op.windows, op.groups, x.shape, w.shape):
        y[of_y] += x[of_x] * w[of_w]
    return y if not bias else y + bias[0].reshape(-1, *[1] * (x.ndim - 2))


def _convolution_input_gradient(op, g, w):
    x = np.zeros((len(g), w.shape[1] * op.groups, *op.shape))
    for of_y, of_x, of_w in _meetings(op.windows, op.groups, x.shape, w.shape):
        x[of_x] += g[of_y] * w[of_w]
    return x


def _convolution_weight_gradient(op, x, g):
    w = np.zeros((g.shape[1], x.shape[1] // op.groups, *op.windows.size))
    for of_y, of_x, of_w in _meetings(op.windows, op.groups, x.shape, w.shape):
        w[of_w] += x[of_x] * g[of_y]
    return w


def _window_elements(windows, shape):
    """Per window (batch, channel, place): the indices of its elements, None outside the image."""
    elements = {}
    kernel = (1, 1, *windows.size)
    for n, c in itertools.product(*map(range, shape[:2])):
        for i in itertools.product(*map(range, windows.count(shape[2:]))):
            elements[n, c, *i] = [None] * math.prod(windows.size)
    for n, c in itertools.product(*map(range, shape[:2])):
        for of_y, of_x, of_w in _meetings(windows, 1, (1, 1, *shape[2:]), kernel):
            place = np.ravel_multi_index(of_w[2:], windows.size)
            elements[n, c, *of_y[2:]][place] = (n, c, *of_x[2:])
    return elements


def _pooled(op, x, choose):
    y = np.zeros((*x.shape[:2], *op.windows.count(x.shape[2:])))
    for window, elements in _window_elements(op.windows, x.shape).items():
        y[window] = choose(window, elements)
    return y


def _put(op, g, share):
    x = np.zeros((*g.shape[:2], *op.shape))
    for window, elements in _window_elements(op.windows, x.shape).items():
        for place, element in enumerate(elements):
            if element is not None and share(window, place):
                x[element] += g[window]
    return x


def _softmax(x, axis):
    return np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True)


def _softmax_cross_entropy(op, z, t):
    losses = -np.sum(t * np.log(_softmax(z, -1)), axis=-1)
    return {"mean": np.mean, "sum": np.sum, "none": np.asarray}[op.reduction](losses)


def _normal(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def _cofactors(op, a, *along):
    """By minors, the determinants without a row and a column, and differences of them.

    These are exact for up to three rows, where the minors are polynomials of second order.
    """
    if along:
        *others, m = along
        return (_cofactors(op, a + m, *others) - _cofactors(op, a - m, *others)) / 2
    y = np.empty(a.shape)
    for *stack, i, j in np.ndindex(a.shape):
        minor = np.delete(np.delete(a[tuple(stack)], i, axis=0), j, axis=1)
        y[*stack, i, j] = (-1) ** (i + j) * np.linalg.det(minor)
    return y


def _sinc(op, x):
    """By the integral of cos(πxt) over t from 0 to 1, in Gauss' points."""
    t, weights = np.polynomial.legendre.leggauss(40)
    t, weights = (t + 1) / 2, weights / 2
    angle = np.pi * x[..., None] * t + op.order * np.pi / 2
    return np.sum(weights * (np.pi * t) ** op.order * np.cos(angle), axis=-1)


REFERENCES = {
    "Sinc": _sinc,
    "Clip": lambda op, x, low, high: np.clip(x, low, high),
    "Where": lambda op, x, y: np.where(op.condition, x, y),
    "Logsumexp": lambda op, x: np.log(np.sum(np.exp(x), axis=op.axis, keepdims=op.keepdims)),
    "GetItem": lambda op, x: x[op.index],
    "AddAt": _added,
    "IndexUpdate": _assigned,
    "LinearRecurrence": _recurrence,
    "Pad": lambda op, x: (
        np.pad(x, op.pad_width, constant_values=op.constant_values) if op.pad_width else x
    ),
    "Astype": lambda op, x: x.astype(op.dtype),
    "Einsum": lambda op, *xs: np.einsum(f"{','.join(op.inputs)}->{op.output}", *xs),
    "Concatenate": lambda op, *xs: np.concatenate(xs, axis=op.axis),
    "Stack": lambda op, *xs: np.stack(xs, axis=op.axis),
    "Sigmoid": lambda op, x: 1 / (1 + np.exp(-x)),
    "ReLU": lambda op, x: np.where(x > 0, x, 0),
    "Affine": lambda op, x, weight, bias: x @ weight + bias,
    "Step": lambda op, x: np.where(x >= 0, 1.0, 0.0),
    "LeakyReLU": lambda op, x: np.maximum(op.negative_slope * x, x),
    "ELU": lambda op, x: np.where(x > 0, x, op.alpha * (np.exp(x) - 1)),
    "GELU": lambda op, x: _normal(x),
    "Softplus": lambda op, x: np.log(1 + np.exp(x)),
    "Softmax": lambda op, x: _softmax(x, op.axis),
    "LogSoftmax": lambda op, x: np.log(_softmax(x, op.axis)),
    "SoftmaxCrossEntropy": _softmax_cross_entropy,
    "BinaryCrossEntropy": lambda op, z, t: (
        -t * np.log(1 / (1 + np.exp(-z))) - (1 - t) * np.log(1 / (1 + np.exp(z)))
    ),
    "Standardise": lambda op, x: (
        (x - np.mean(x, axis=op.axes, keepdims=True))
        / np.sqrt(np.var(x, axis=op.axes, keepdims=True) + op.epsilon)
    ),
    "Convolution": _convolution,
    "ConvolutionInputGradient": _convolution_input_gradient,
    "ConvolutionWeightGradient": _convolution_weight_gradient,
    "MaxPooling": lambda op, x: _pooled(
        op, x, lambda _, elements: max(x[e] for e in elements if e is not None)
    ),
    "SumOfWindows": lambda op, x: _pooled(
        op, x, lambda _, elements: sum(x[e] for e in elements if e is not None)
    ),
    "TakeFromWindows": lambda op, x: _pooled(
        op,
        x,
        lambda window, elements: 0 if (e := elements[op.places[window]]) is None else x[e],
    ),
    "PutInWindows": lambda op, g: _put(op, g, lambda window, place: op.places[window] == place),
    "SpreadOverWindows": lambda op, g: _put(op, g, lambda window, place: True),
    "Cofactors": _cofactors,
    "Distinct": lambda op, x: x,
    "Nonzero": lambda op, x: x,
    "Independent": lambda op, x: x,
    "Norm": lambda op, x: (
        np.sum(np.abs(x) ** op.ord, axis=axes_of(x.shape, op.axis), keepdims=op.keepdims)
        ** (1 / op.ord)
    ),
    "Convolve": lambda op, a, v: np.convolve(a, v),
    "Ldexp": lambda op, x: np.ldexp(x, op.exponents),
}
"""What NumPy gives where the operation does not name a function of NumPy's with the same
parameters."""


def differentiable(op):
    """The operation as a function whose differences agree with its gradient in any direction."""
    if op.symmetric:  # along all that keep its input symmetric
        return lambda a: op((a + np.swapaxes(a, -1, -2)) * 0.5)
    return op


def reference(op, inputs):
    """The outputs by NumPy, as a tuple."""
    cls = type(op)
    if cls.__name__ in REFERENCES:
        y = REFERENCES[cls.__name__](op, *inputs)
    else:
        assert cls.numpy is not None, f"{cls.__name__} needs a row in REFERENCES"
        y = cls.numpy(*inputs, **vars(op))
    return tuple(y) if isinstance(y, (list, tuple)) else (y,)
