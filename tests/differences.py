"""Derivatives by differences: the judge of every rule."""

import numpy as np
from hypothesis import currently_in_test_context, event, reject

from autodiff import Tensor, gradients

STEP = 1e-3


def weighted(value, weights):
    """Σ weights · value over all outputs."""
    outputs = value if isinstance(value, tuple) else (value,)
    return sum((w * y).sum() for w, y in zip(weights, outputs, strict=True))


def weights_for(rng, value):
    """Signed random cotangents, one per output."""
    outputs = value if isinstance(value, tuple) else (value,)
    return [rng.normal(size=np.shape(y)) for y in outputs]


class Probe:
    """A scalar whose gradient is the op's rule, or the rule of its rule, and so on.

    Order 0 is Σ w · op(x); order k is Σ vₖ · ∇(order k − 1): with random w and v, no error
    in a rule cancels.
    """

    def __init__(self, function, inputs, rng, order=0, wanted=None):
        self.function = function
        self.inputs = inputs
        self.wanted = wanted or [i for i, x in enumerate(inputs) if np.asarray(x).dtype.kind == "f"]
        plain = function(*inputs)
        self.weights = weights_for(rng, plain)
        self.directions = [
            [rng.normal(size=np.shape(inputs[i])) for i in self.wanted] for _ in range(order)
        ]

    def _tensors(self, values):
        inputs = list(self.inputs)
        for i, x in zip(self.wanted, values, strict=True):
            inputs[i] = Tensor(x, requires_grad=True)
        return inputs, [inputs[i] for i in self.wanted]

    def _scalar(self, inputs, tensors):
        y = weighted(self.function(*inputs), self.weights)
        for directions in self.directions:
            if not isinstance(y, Tensor) or y.node is None:
                return Tensor(0.0)
            slopes = gradients(y, tensors, create_graph=True)
            y = sum((v * g).sum() for v, g in zip(directions, slopes, strict=True) if g is not None)
        return y

    def value(self, values):
        return float(self._scalar(*self._tensors(values)))

    def gradient(self, values):
        inputs, tensors = self._tensors(values)
        y = self._scalar(inputs, tensors)
        if not isinstance(y, Tensor) or y.node is None:
            return [np.zeros(np.shape(x)) for x in values]
        return [
            np.zeros(x.shape) if g is None else g
            for g, x in zip(gradients(y, tensors), tensors, strict=True)
        ]

    def along(self, values, direction, step):
        """The derivative along `direction`, by differences of fourth order."""

        def at(t):
            return self.value([x + t * v for x, v in zip(values, direction, strict=True)])

        return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)


def assert_gradient(function, inputs, rng, order=0, relative=1e-7, directions=3):
    """Compare the gradient with differences along random directions."""
    probe = Probe(function, inputs, rng, order)
    values = [np.asarray(inputs[i], dtype=np.float64) for i in probe.wanted]
    slopes = probe.gradient(values)
    for x, g in zip(values, slopes, strict=True):
        assert np.shape(g) == x.shape
    scale = 1 + abs(probe.value(values)) + sum(np.abs(g).sum() for g in slopes)
    for _ in range(directions):
        direction = [rng.normal(size=x.shape) for x in values]
        expected, finer = (probe.along(values, direction, step) for step in (STEP, STEP / 3))
        if abs(expected - finer) > 100 * relative * scale:
            # A kink lies between the evaluations: the table of kinks is tested by itself.
            assert currently_in_test_context(), "a kink at a point that was chosen"
            event("kink")
            reject()
        actual = sum((g * v).sum() for g, v in zip(slopes, direction, strict=True))
        assert abs(actual - expected) <= relative * scale, (
            f"{function!r} at {inputs!r}: the rule gives {actual!r}, differences {expected!r}, "
            f"ratio {actual / expected if expected else np.nan:.6g} (order {order})"
        )
