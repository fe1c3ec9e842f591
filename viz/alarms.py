"""Where NaN and infinity first appear, among the values and among the gradients."""

from __future__ import annotations

import numpy as np

from autodiff.typing import Array
from viz.trace import Call, Quantity, Trace

Alarms = dict[Call | Quantity, str]


def find(made: Trace) -> Alarms:
    """The calls that give NaN or infinity from finite operands, and leaves that hold such."""
    alarms: Alarms = {}
    tainted: set[Quantity] = set()
    for quantity in made.all_quantities():
        if quantity.call is None and (found := _not_finite(quantity.array)):
            alarms[quantity] = found
            tainted.add(quantity)
    for call in made.calls:
        came_in = any(operand.quantity in tainted for operand in call.operands)
        for result in call.results:
            found = _not_finite(result.array)
            if found and not came_in:
                alarms[call] = found
            if found or (came_in and result.array is None):
                tainted.add(result)
    for call in reversed(made.calls):
        arrived = [_not_finite(result.cotangent) for result in call.results]
        sent = [_not_finite(operand.cotangent) for operand in call.operands]
        if any(sent) and not any(arrived) and call not in alarms:
            alarms[call] = f"gradient {next(filter(None, sent))}"
    return alarms


def _not_finite(array: Array | None) -> str:
    """What is wrong with an array; empty for nothing."""
    if array is None or array.dtype.kind != "f" or np.isfinite(array).all():
        return ""
    return "NaN" if np.isnan(array).any() else "∞"
