"""What flows back along each edge of a trace, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiff.graph import Node
from autodiff.reverse import check_saved, reverse_pass
from autodiff.typing import Array
from viz.tracing.trace import Call, Quantity, Trace


def differentiate(made: Trace, seeds: Sequence[Array | None]) -> None:
    """Fill in the cotangents of a trace, walking back from each root.

    Nothing is released and no gradient is added to. What needs an array that is gone stays
    unknown, and so does all that depends on it.

    Parameters
    ----------
    made : Trace
        As it was recorded.
    seeds : sequence of array or None
        ∂L/∂root for each root, in its shape and dtype; None where it is not known.
    """
    with np.errstate(all="ignore"):  # what is not finite is marked where it is drawn
        _walk(made, seeds)
    _stop_dry_flows(made)


def _walk(made: Trace, seeds: Sequence[Array | None]) -> None:
    calls = {call.node: call for call in made.calls}
    nodes = {quantity: node for node, quantity in made.quantities.items()}
    lost = _lost(made, [root for root, seed in zip(made.roots, seeds, strict=True) if seed is None])
    targets = {node for quantity, node in nodes.items() if quantity not in lost}
    for root, seed in zip(made.roots, seeds, strict=True):
        if seed is None or nodes.get(root) not in targets:
            continue
        for node, cotangent, sent in reverse_pass(nodes[root], seed, targets):
            quantity = made.quantities.get(node)
            if quantity is not None:
                quantity.cotangent = _sum(quantity.cotangent, cotangent)
            call = calls.get(node)
            if call is not None and sent:
                _send(call, sent, targets, nodes)


def _send(call: Call, sent: Sequence[Any], targets: set[Node], nodes: dict[Quantity, Node]) -> None:
    for operand, value in zip(call.operands, sent, strict=True):
        if value is not None:
            operand.cotangent = _sum(operand.cotangent, value)
        elif nodes.get(operand.quantity) in targets:
            operand.flows = False  # the rule has nothing to say of this input


def _stop_dry_flows(made: Trace) -> None:
    """Nothing flows back from a call that nothing flows to."""
    reached = set(made.roots)
    for call in reversed(made.calls):
        is_reached = not reached.isdisjoint(call.results)
        for operand in call.operands:
            operand.flows = operand.flows and is_reached
            if operand.flows:
                reached.add(operand.quantity)


def _sum(known: Array | None, more: Array) -> Array:
    return more if known is None else known + more


def _lost(made: Trace, unknown: list[Quantity]) -> set[Quantity]:
    """The quantities whose cotangents depend on what is gone."""
    lost = set(unknown)
    for call in reversed(made.calls):
        try:
            check_saved([call.node])
        except RuntimeError:
            gone = True
        else:
            gone = not lost.isdisjoint(call.results)
        if gone:
            lost.update(operand.quantity for operand in call.operands)
    return lost
