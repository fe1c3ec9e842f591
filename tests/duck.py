"""An array that NumPy's functions work on but that refuses to become one of NumPy's: as CuPy's."""

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

# The tuple is the index that np.add.at is given.
_KNOWN = (np.ndarray, np.generic, float, int, tuple)


def unwrapped(x):
    if isinstance(x, Duck):
        return x.inner
    if isinstance(x, (list, tuple)):
        return type(x)(map(unwrapped, x))
    if isinstance(x, np.ndarray) and x.ndim and x.dtype.kind == "f":  # masks and places may be
        raise TypeError("a NumPy array among ducks")
    return x


def wrapped(x):
    if isinstance(x, (np.ndarray, np.generic)):
        return Duck(np.asarray(x))
    if hasattr(x, "_fields"):  # several results, with names
        return type(x)(*map(wrapped, x))
    if isinstance(x, (list, tuple)):
        return type(x)(map(wrapped, x))
    return x


class Duck(NDArrayOperatorsMixin):
    """Wraps an ndarray; everything it gives is a Duck."""

    def __init__(self, inner):
        self.inner = inner

    def __array__(self, *args, **kwargs):
        raise TypeError("a duck is no NumPy array")

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if not all(isinstance(x, (Duck, *_KNOWN)) for x in inputs):
            return NotImplemented
        kwargs = {key: unwrapped(value) for key, value in kwargs.items()}
        result = getattr(ufunc, method)(*map(unwrapped, inputs), **kwargs)
        return kwargs["out"] if "out" in kwargs and result is None else wrapped(result)

    def __array_function__(self, function, types, args, kwargs):
        if not all(issubclass(t, (Duck, np.ndarray)) for t in types):
            return NotImplemented
        kwargs = {key: unwrapped(value) for key, value in kwargs.items()}
        return wrapped(function(*unwrapped(args), **kwargs))

    def __iadd__(self, other):
        self.inner += unwrapped(other)
        return self

    def __getitem__(self, index):
        return wrapped(self.inner[unwrapped(index)])

    def __setitem__(self, index, value):
        self.inner[unwrapped(index)] = unwrapped(value)

    def __len__(self):
        return len(self.inner)

    def __bool__(self):
        return bool(self.inner)

    def __int__(self):
        return int(self.inner)

    def __getattr__(self, name):
        if name.startswith("__") or name == "base":
            raise AttributeError(name)
        value = getattr(self.inner, name)
        if callable(value):
            return lambda *args, **kwargs: wrapped(
                value(*unwrapped(args), **{k: unwrapped(v) for k, v in kwargs.items()})
            )
        return wrapped(value) if name == "T" else value
