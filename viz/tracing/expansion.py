"""Fused operations taken apart: what they are in primitives."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import copy_context
from typing import Any

import numpy as np

from autodiff import Op, Tensor, primitives
from autodiff.modes import modes
from autodiff.typing import Array
from viz.tracing.flow import differentiate
from viz.tracing.trace import Call, Operand, Quantity, Trace, trace


def expand(fused: Trace) -> Trace:
    """The same trace with every fused operation replaced by its definition.

    The definition is run on the values that are still there; where some are gone, on ones of
    the same shape, for the sake of its structure alone. Cotangents that are known at a fused
    operation are sent back through its definition. A definition of several outputs stays closed.
    """
    expanded = Trace()
    same: dict[Quantity, Quantity] = {}
    for call in fused.calls:
        for operand in call.operands:
            operand.quantity = same.get(operand.quantity, operand.quantity)
        parts = _parts(call) if call.op.definition is not None else None
        if parts is None:
            expanded.calls.append(call)
            continue
        result = call.results[0]
        last = parts.roots[0]
        if last.call is None:  # the definition gave one of its inputs
            same[result] = last
            continue
        last.call.results = [result if part is last else part for part in last.call.results]
        result.call, result.index = last.call, last.index
        for part in parts.calls:
            part.scope = call.scope
            for operand in part.operands:
                if operand.quantity is last:
                    operand.quantity = result
        expanded.calls.extend(parts.calls)
    expanded.roots = [same.get(root, root) for root in fused.roots]
    return expanded


def _parts(call: Call) -> Trace | None:
    """The definition of one call, between the quantities around it; None if it has no parts."""
    inputs: list[Any] = []
    around: dict[int, Quantity] = {}
    complete = True
    for operand in call.operands:
        quantity = operand.quantity
        array = quantity.array
        if array is None:
            complete = False
            array = np.ones(quantity.shape, quantity.dtype)
        value: Any = array
        if quantity.differentiable:
            value = Tensor(array, requires_grad=True)
            around[id(value.node)] = quantity
        elif array.ndim == 0:
            value = array.item()
        else:
            around[id(array)] = quantity
        inputs.append(value)
    with np.errstate(all="ignore"):
        # In a context of its own: recording must be on, whatever is on around us.
        output = copy_context().run(_record, call.op, inputs)
        if not isinstance(output, Tensor) or output.node is None:
            return None
        parts = trace([output])
        cotangent = call.results[0].cotangent
        if complete and cotangent is not None:
            differentiate(parts, [cotangent])
    inner = {node: around[id(node)] for node in parts.quantities if id(node) in around}
    _connect(parts, {parts.quantities[node]: outer for node, outer in inner.items()}, around)
    if not complete:
        for quantity in parts.all_quantities():
            if quantity.kind == "result":
                quantity.array = None
    return parts


def _record(op: Op, inputs: list[Any]) -> Any:
    modes.set(None)
    with primitives():
        return op(*inputs)


def _connect(
    parts: Trace, leaves: Mapping[Quantity, Quantity], around: Mapping[int, Quantity]
) -> None:
    """Put what is around a definition in the place of its leaves and constants."""

    def outer(quantity: Quantity) -> Quantity:
        array: Array | None = quantity.array
        if quantity.kind == "constant" and array is not None and id(array) in around:
            return around[id(array)]
        return leaves.get(quantity, quantity)

    for part in parts.calls:
        part.operands = [Operand(outer(o.quantity), o.flows, o.cotangent) for o in part.operands]
    parts.roots = [outer(root) for root in parts.roots]
