"""Forward mode against reverse mode and against differences, over the whole registry.

Reverse and forward mode come from one rule: a wrong one satisfies ⟨u, Jv⟩ = ⟨Jᵀu, v⟩ too. So
the tangent is compared with differences as well.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff import Tensor
from autodiff.testing.strategies import calls
from autodiff.testing.strategies.operations import has_domain
from tests.differences import STEP
from tests.operations import OPERATIONS, differentiable


def outputs(value):
    return value if isinstance(value, tuple) else (value,)


def floating(value):
    return tuple(y for y in outputs(value) if y.dtype.kind == "f")


def along(f, xs, vs, step):
    """(∂f/∂x) v by differences of fourth order."""

    def at(t):
        return floating(f(*(x + t * v for x, v in zip(xs, vs, strict=True))))

    return [
        (8 * (a - b) - (c - d)) / (12 * step)
        for a, b, c, d in zip(at(step), at(-step), at(2 * step), at(-2 * step), strict=True)
    ]


def check_tangent(op, inputs):
    rng = np.random.default_rng(0)
    wanted = [i for i, x in enumerate(inputs) if x.dtype.kind == "f"]
    xs = [inputs[i] for i in wanted]
    vs = [rng.normal(size=x.shape) for x in xs]

    def f(*values):
        given = list(inputs)
        for i, x in zip(wanted, values, strict=True):
            given[i] = x
        return floating(differentiable(op)(*given))

    ys, tangents = ad.jvp(f, xs, vs)
    us = tuple(rng.normal(size=y.shape) for y in ys)
    same, back = ad.vjp(f, *xs)
    for y, z in zip(ys, same, strict=True):
        assert np.array_equal(y, z)
    assert {type(a) for a in (*ys, *tangents)} <= {np.ndarray}
    assert [t.shape for t in tangents] == [y.shape for y in ys]
    forward = sum(np.vdot(u, t) for u, t in zip(us, tangents, strict=True))
    reverse = sum(np.vdot(g, v) for g, v in zip(back(us), vs, strict=True))
    scale = 1 + sum(np.abs(u * t).sum() for u, t in zip(us, tangents, strict=True))
    assert abs(forward - reverse) <= 1e-12 * scale

    def arrays(*values):
        return tuple(y.numpy() for y in outputs(f(*map(Tensor, values))))

    for tangent, coarse, fine in zip(
        tangents, along(arrays, xs, vs, STEP), along(arrays, xs, vs, STEP / 3), strict=True
    ):
        size = 1 + np.abs(tangent).max(initial=0)
        smooth = np.abs(coarse - fine) <= 1e-5 * size  # else a kink lies between
        assert np.all(np.abs(tangent - coarse)[smooth] <= 1e-7 * size)


DRAWN = [cls for cls in OPERATIONS if has_domain(cls)]
DECLARED = [cls for cls in OPERATIONS if not has_domain(cls)]


@pytest.mark.parametrize("cls", DRAWN, ids=lambda cls: cls.__name__)
@settings(max_examples=10)
@given(data=st.data())
def test_drawn(cls, data):
    check_tangent(*data.draw(calls(cls)))


@pytest.mark.parametrize("cls", DECLARED, ids=lambda cls: cls.__name__)
@settings(max_examples=2)
@given(seed=st.integers(0, 2**32 - 1))
def test_all_cases(cls, seed):
    for op, inputs in cls.cases(np.random.default_rng(seed)):
        check_tangent(op, inputs)
