"""Where NumPy asks a Tensor for a float, and gets it: the whole of what loses a gradient unsaid."""

import copy
import inspect
import re
import warnings

import numpy as np
import pytest

from autodiff import Tensor
from autodiff.graph import Recorded
from autodiff.numpy_protocol.signatures import _signature
from tests.numpy_cases import ANSWERED, DIFFERENTIATED, METHODS
from tests.readme import ROOT

REDUCTIONS = ("sum", "prod", "max", "min", "amax", "amin", "nansum", "nanprod", "nanmax", "nanmin")
SPREADS = ("var", "std", "nanvar", "nanstd")

ASKED = {
    *((name, "initial") for name in REDUCTIONS),
    *((name, "ddof") for name in SPREADS),
    *((name, "correction") for name in SPREADS),
    ("cov", "ddof"),
    *(("interp", side) for side in ("left", "right")),
    # integers, which have no derivative
    *((name, "k") for name in ("tril", "triu", "tril_indices_from", "triu_indices_from")),
    *((name, "axis") for name in ("linalg.norm", "linalg.vector_norm")),
}  # fmt: skip
"""Functions of arrays alone, and the arguments whose float or integer NumPy takes."""


def leaf(values):
    return Tensor(values, requires_grad=True, dtype=float)


@pytest.fixture
def asked(monkeypatch):
    """The floats and integers that Tensors were asked for."""
    seen = []
    for name in ("__float__", "__int__"):
        method = getattr(Tensor, name)

        def answer(self, name=name, method=method):
            seen.append(name)
            return method(self)

        monkeypatch.setattr(Tensor, name, answer)
    return seen


def named_parameters(function):
    try:
        parameters = _signature(function).parameters
    except (KeyError, ValueError):  # a method of a ufunc
        return ["axis", "dtype", "out", "keepdims", "initial", "where"]
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [name for name, parameter in parameters.items() if parameter.kind in kinds]


def test_arguments_of_which_numpy_takes_the_float_are_known(asked):
    """Arrays in every case, and a Tensor for one argument more."""
    found = set()
    for case in [*DIFFERENTIATED, *METHODS, *ANSWERED]:
        if case.function is None:
            continue
        arrays = case.draw(np.random.default_rng(0))
        for name in named_parameters(case.function):
            for value in (leaf(1.0), leaf(0.0), [leaf(1.0), leaf(1.0)]):
                call = copy.copy(case)
                call.kwargs = {**case.kwargs, name: value}
                asked.clear()
                try:
                    with warnings.catch_warnings(), np.errstate(all="ignore"):
                        warnings.simplefilter("ignore")
                        y = call.call(arrays)
                except Exception:
                    continue
                parts = y if isinstance(y, tuple) else (y,)
                if asked and not any(isinstance(part, Recorded) for part in parts):
                    found.add((case.name.removesuffix(".reduce"), name))
    assert found <= ASKED
    assert {(name, argument) for name, argument in ASKED if argument != "correction"} <= found


ELSEWHERE = {
    "np.float64(u)": lambda u: np.float64(u),
    "array.fill(u)": lambda u: np.zeros(2).fill(u),
    "array.flat[0] = u": lambda u: np.zeros(2).flat.__setitem__(0, u),
    "array[0] = u": lambda u: np.zeros(2).__setitem__(0, u),
    "np.fromiter": lambda u: np.fromiter([u], float),
    "np.vectorize": lambda u: np.vectorize(lambda i: u * i, otypes=[float])(np.arange(2)),
    "initial": lambda u: np.zeros(2).sum(initial=u),
}


@pytest.mark.parametrize("call", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_asks_for_floats_besides(call, asked):
    call(leaf(2.0))
    assert "__float__" in asked


def test_the_page_names_them_all():
    page = (ROOT / "docs" / "numpy.md").read_text(encoding="utf-8")
    section = re.sub(
        r"\s+", " ", page.split("## Where NumPy asks for a float")[1].split("\n## ")[0]
    )
    for text in {*ELSEWHERE, "`left`", "`right`", "`ddof`", "`np.cov`", "np.interp"}:
        assert text in section
