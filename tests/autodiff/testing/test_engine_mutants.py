"""Mistakes of an engine, made on purpose: random programs find each, and shrink to a few lines."""

import inspect
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import Phase, find, settings

import autodiff.reverse
from autodiff import Tensor, gradients
from autodiff.testing.strategies import Program, programs

SUM_TO, REACHABLE, REVERSE_PASS = "sum_to", "reachable", "reverse_pass"

MUTANTS = {
    "= for += at the second arrival": (
        REVERSE_PASS,
        "arrived[parent] = arrived[parent] + value",
        "arrived[parent] = value",
    ),
    "the first of two arrivals stays": (
        REVERSE_PASS,
        "arrived[parent] = arrived[parent] + value",
        "pass",
    ),
    "= for += from the third arrival on": (
        REVERSE_PASS,
        "arrived[parent] += value",
        "arrived[parent] = value",
    ),
    "added in place into an array that others see": (
        REVERSE_PASS,
        "arrived[parent] = arrived[parent] + value",
        "arrived[parent] += value",
    ),
    "a node is left before all has arrived": (REACHABLE, "reverse=True", "reverse=False"),
    "nodes in the order of discovery": (
        REACHABLE,
        'nodes.sort(key=attrgetter("number"), reverse=True)',
        "pass",
    ),
    "the newest parent first, whatever hangs on it": (
        REACHABLE,
        'attrgetter("number")',
        "lambda node: (node is root, len(node.parents), node.number)",
    ),
    "unbroadcast sums the wrong end": (
        SUM_TO,
        "(*range(lead), *stretched)",
        "(*range(value.ndim - lead, value.ndim), *stretched)",
    ),
    "unbroadcast sums the stretched axes alone": (
        SUM_TO,
        "return staged_sum(value, (*range(lead), *stretched)).reshape(shape)",
        "return value.sum(axis=tuple(stretched))[(0,) * lead].reshape(shape)",
    ),
    "unbroadcast takes the mean": (
        SUM_TO,
        "staged_sum(value, (*range(lead), *stretched))",
        "value.mean(axis=(*range(lead), *stretched))",
    ),
    "fan-in the other way round": (
        REVERSE_PASS,
        "zip(node.parents, entries)",
        "zip(node.parents[::-1], entries)",
    ),
    "an input given twice counts once": (
        REVERSE_PASS,
        "for parent, value in zip(node.parents, entries):",
        "for parent, value in dict(zip(node.parents, entries)).items():",
    ),
    "the walk stops where the path is long": (
        "_leading",
        "for node in reversed(nodes):",
        "for node in nodes:",
    ),
    "a cotangent goes to another of several outputs": (
        "_gather",
        "cotangents[output.index] = value",
        "cotangents[output.index - 1] = value",
    ),
    "a cotangent is lost where one of several outputs is unused": (
        REVERSE_PASS,
        "_gather(value, op, arrived.setdefault(parent, [None] * op.count))",
        "arrived[parent] = [value] * op.count",
    ),
}


def mutate(monkeypatch, name, right, wrong):
    """Put `wrong` in place of `right` in a function of the reverse pass."""
    module = autodiff.reverse
    text = textwrap.dedent(inspect.getsource(getattr(module, name)))
    assert text.count(right) == 1, f"{name} no longer reads {right!r}"
    names = {}
    exec(compile(text.replace(right, wrong), name, "exec", dont_inherit=True), vars(module), names)
    original = getattr(module, name)
    for user in [m for key, m in sys.modules.items() if key.startswith("autodiff")]:
        if getattr(user, name, None) is original:
            monkeypatch.setattr(user, name, names[name])


def is_wrong(program):
    """Whether the gradients are not the slopes, or there are none for an error."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=np.shape(program(*program.inputs)))
    directions = [rng.normal(size=x.shape) for x in program.inputs]

    def at(t):
        moved = (x + t * v for x, v in zip(program.inputs, directions, strict=True))
        return np.sum(weights * program(*moved))

    h = 1e-3
    slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
    xs = [Tensor(x, requires_grad=True) for x in program.inputs]
    try:
        found = gradients(program(*xs), xs, seed=weights)
    except Exception:
        return True
    actual = sum(np.sum(v * g) for v, g in zip(directions, found, strict=True) if g is not None)
    return not abs(actual - slope) <= 1e-6 * (1 + abs(slope))


SEARCH = settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_is_found_and_shrinks(mutant, monkeypatch):
    mutate(monkeypatch, *MUTANTS[mutant])
    program = find(programs(5, 20), is_wrong, settings=SEARCH)
    assert len(program) <= 3, program
    pasted = []
    names = {"check_gradients": lambda function, *inputs: pasted.append((function, inputs))}
    exec(program.source().replace("from autodiff.testing import check_gradients", ""), names)
    ((function, inputs),) = pasted
    again = Program(inputs, program.statements, program.result)
    np.testing.assert_array_equal(function(*inputs), program(*program.inputs))
    assert is_wrong(again)
    monkeypatch.undo()
    assert not is_wrong(again)
