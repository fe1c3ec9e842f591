"""What a model consists of, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from nn.evaluation import evaluation_mode
from nn.modules.module import Module, Parameter

Row = tuple[str, str, str, str]


def _own(module: Module) -> list[Parameter]:
    return [value for value in vars(module).values() if isinstance(value, Parameter)]


def _shape(y: Any) -> str:
    """The shape of a sample, of each of several outputs."""
    if isinstance(y, tuple):
        return ", ".join(map(_shape, y))
    return str(tuple(np.shape(y)[1:]))


def _count(parameters: Iterable[Parameter]) -> int:
    return sum(parameter.size for parameter in parameters)


def summary(model: Module, input_shape: int | Sequence[int]) -> None:
    """Print the layers of a model, the shape of what each gives, and what each learns.

    A sample of zeros is sent through the model; nothing of it changes.

    Parameters
    ----------
    model : Module
        Any.
    input_shape : tuple of int, or int
        Of one sample, without the batch axis.
    """
    sample = (input_shape,) if not isinstance(input_shape, Sequence) else tuple(input_shape)
    rows: list[Row] = []
    counted: set[int] = set()

    def watched(name: str, module: Module) -> Callable[..., Any]:
        forward = module.forward

        def watch(*inputs: Any, **options: Any) -> Any:
            y = forward(*inputs, **options)
            new = [p for p in _own(module) if id(p) not in counted]
            counted.update(map(id, new))
            rows.append((name, type(module).__name__, _shape(y), f"{_count(new):,}"))
            return y

        return watch

    modules = list(model.named_modules())
    shown = [
        (name, module) for name, module in modules if _own(module) or not any(module.children())
    ]
    dtype = next((p.dtype for p in model.parameters()), np.dtype(np.float32))
    own = [(module, vars(module).get("forward")) for _, module in shown]
    for name, module in shown:
        vars(module)["forward"] = watched(name, module)
    try:
        with evaluation_mode(model):
            model(np.zeros((1, *sample), dtype))
    finally:
        for module, forward in own:
            if forward is None:
                del vars(module)["forward"]
            else:
                vars(module)["forward"] = forward
    called = {row[0] for row in rows}
    rows += [
        (name, type(module).__name__, "not used", f"{_count(_own(module)):,}")
        for name, module in shown
        if name not in called
    ]
    parameters = list(model.parameters())
    frozen = _count(p for p in parameters if not p.requires_grad)
    sums = [("total", "", "", f"{_count(parameters):,}")]
    sums += [("of these frozen", "", "", f"{frozen:,}")] if frozen else []
    _print([("layer", "type", "output shape", "parameters"), *rows], sums)


def _print(rows: Sequence[Row], sums: Sequence[Row]) -> None:
    everything = [*rows, *sums]
    widths = [max(len(row[column]) for row in everything) for column in range(4)]
    head, *lines = [
        f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:<{widths[2]}}  {d:>{widths[3]}}"
        for a, b, c, d in everything
    ]
    line = "─" * len(head)
    print("\n".join([head, line, *lines[: -len(sums)], line, *lines[-len(sums) :]]))
