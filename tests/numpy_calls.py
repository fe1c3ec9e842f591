"""Calls of NumPy's functions with arguments of which some become Tensors."""

import numpy as np


class Drawn:
    """An argument that becomes a Tensor: a shape, or values."""

    def __init__(self, shape=(), values=None, low=None, high=None):
        self.shape, self.values, self.low, self.high = shape, values, low, high

    def array(self, rng):
        if self.values is not None:
            return np.array(self.values, dtype=float)
        if self.low is not None:
            return np.asarray(rng.uniform(self.low, self.high, self.shape))
        return np.asarray(rng.normal(size=self.shape))


def X(*shape):
    return Drawn(shape)


def P(*shape):
    """Positive."""
    return Drawn(shape, low=0.4, high=2.5)


def U(*shape):
    """Between −1 and 1."""
    return Drawn(shape, low=-0.9, high=0.9)


def V(*values):
    return Drawn(values=values[0] if len(values) == 1 else values)


class Case:
    """A call of a function of NumPy's."""

    def __init__(self, name, args, kwargs):
        self.name, self.args, self.kwargs = name, args, kwargs

    @property
    def function(self):
        return resolve(self.name)

    def __repr__(self):
        shown = [_shown(a) for a in self.args]
        shown += [f"{k}={_shown(v)}" for k, v in self.kwargs.items()]
        return f"{self.name}({', '.join(shown)})"

    def draw(self, rng):
        """The arrays that are to be Tensors, in the order of the arguments."""
        return [x.array(rng) for x in _leaves((self.args, self.kwargs))]

    def call(self, xs):
        """The call with these in their places; several results are a tuple."""
        values = iter(xs)
        args, kwargs = _filled((self.args, self.kwargs), values)
        y = self.function(*args, **kwargs)
        return tuple(y) if isinstance(y, (list, tuple)) else y


def _shown(x):
    if isinstance(x, Drawn):
        return f"t{x.shape}" if x.values is None else f"t={np.array(x.values).tolist()}"
    if isinstance(x, (list, tuple)):
        return f"[{', '.join(map(_shown, x))}]"
    return getattr(x, "__name__", str(x)).replace("\n", "")


def _leaves(x):
    if isinstance(x, Drawn):
        yield x
    for part in x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ():
        yield from _leaves(part)


def _filled(x, values):
    if isinstance(x, Drawn):
        return next(values)
    if isinstance(x, dict):
        return {key: _filled(part, values) for key, part in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(_filled(part, values) for part in x)
    return x


def resolve(name):
    """The function of NumPy's of this name, None if this NumPy lacks it."""
    value = np
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


def case(name, *args, **kwargs):
    return Case(name, args, kwargs)


def each(text):
    """The words of a text."""
    return text.split()
