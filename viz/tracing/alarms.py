"""Where infinity and NaN first appear, among the values and among the gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from autodiff.typing import Array
from viz.tracing.trace import Call, Quantity, Trace

Alarms = dict[Call | Quantity, str]

_WORDS: Final = ("", "∞", "NaN")
"""From good to bad: an operation raises an alarm where it makes things worse."""


def find(made: Trace) -> Alarms:
    """The calls that give infinity or NaN to what had none, and the leaves that hold such."""
    alarms: Alarms = {}
    badness: dict[Quantity, int] = {}
    for quantity in made.all_quantities():
        if quantity.call is None and (bad := _badness([quantity.array])):
            alarms[quantity] = f"{_WORDS[bad]} first here"
            badness[quantity] = bad
    for call in made.calls:
        operands = [operand.quantity for operand in call.operands]
        given = max((badness.get(quantity, 0) for quantity in operands), default=0)
        worst = _badness(result.array for result in call.results)
        if worst > given:
            is_known = all(quantity.array is not None for quantity in operands)
            alarms[call] = f"{_WORDS[worst]} {'first here' if is_known else 'here, or before'}"
        for result in call.results:
            # What is not known may be as bad as what it was computed from.
            bad = _badness([result.array]) if result.array is not None else given
            if bad:
                badness[result] = bad
    for call in reversed(made.calls):
        sent = _badness(operand.cotangent for operand in call.operands)
        if sent > _badness(result.cotangent for result in call.results):
            before = f"{alarms[call]}, " if call in alarms else ""
            alarms[call] = f"{before}gradient {_WORDS[sent]} first here"
    return alarms


def _badness(arrays: Iterable[Array | None]) -> int:
    """How bad the worst of these arrays is; 0 where all is finite, or nothing is known."""
    worst = 0
    for array in arrays:
        if array is not None and array.dtype.kind == "f" and not np.isfinite(array).all():
            worst = max(worst, 2 if np.isnan(array).any() else 1)
    return worst
