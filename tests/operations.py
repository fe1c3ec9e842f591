"""The operations of the registry, arguments for them, and what NumPy says of those."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nn  # noqa: F401  # registers its operations
from autodiff.op import registry
from autodiff.ops.elementwise import Elementwise
from autodiff.ops.reduction import axes_of

OPERATIONS = sorted(registry, key=lambda cls: (cls.__module__, cls.__name__))


def is_drawn(cls):
    """Whether shapes are drawn, from the operation's declared domain."""
    return issubclass(cls, Elementwise) and cls.cases.__func__ is Elementwise.cases.__func__


@st.composite
def calls(draw, cls):
    """An operation of a drawn class, and arguments in its domain that broadcast."""
    shapes = draw(
        hnp.mutually_broadcastable_shapes(
            num_shapes=len(cls.domain), max_dims=3, max_side=3, min_side=0
        )
    ).input_shapes
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pairs = zip(cls.domain, shapes, strict=True)
    return cls(), tuple(domain.sample(rng, shape) for domain, shape in pairs)


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


REFERENCES = {
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
    "SoftmaxCrossEntropy": lambda op, z, t: np.mean(
        -np.sum(t * (z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))), axis=-1)
    ),
    "Norm": lambda op, x: (
        np.sum(np.abs(x) ** op.ord, axis=axes_of(x.shape, op.axis), keepdims=op.keepdims)
        ** (1 / op.ord)
    ),
}
"""What NumPy gives where the operation does not name a function of NumPy's with the same
parameters."""


def reference(op, inputs):
    """The outputs by NumPy, as a tuple."""
    cls = type(op)
    if cls.__name__ in REFERENCES:
        y = REFERENCES[cls.__name__](op, *inputs)
    else:
        assert cls.numpy is not None, f"{cls.__name__} needs a row in REFERENCES"
        y = cls.numpy(*inputs, **vars(op))
    return tuple(y) if isinstance(y, list) else (y,)
