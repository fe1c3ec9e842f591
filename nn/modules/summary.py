"""What a model consists of, as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff import no_grad
from nn.modules.module import Module, Parameter

Row = tuple[str, str, str, str]


def _own_parameters(module: Module) -> list[Parameter]:
    return [value for value in vars(module).values() if isinstance(value, Parameter)]


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
    sample = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
    rows: list[Row] = []
    counted: set[int] = set()

    def watched(name: str, module: Module) -> Callable[..., Any]:
        forward = module.forward

        def watch(*inputs: Any, **options: Any) -> Any:
            y = forward(*inputs, **options)
            new = [p for p in _own_parameters(module) if id(p) not in counted]
            counted.update(map(id, new))
            shape = str(tuple(np.shape(y)[1:])) if np.ndim(y) else "()"
            rows.append((name, type(module).__name__, shape, f"{sum(p.size for p in new):,}"))
            return y

        return watch

    modules = list(model.named_modules())
    modes = [module.training for _, module in modules]
    shown = [
        (name, module)
        for name, module in modules
        if _own_parameters(module) or not any(module.children())
    ]
    dtype = next((p.dtype for p in model.parameters()), np.dtype(np.float32))
    model.eval()
    for name, module in shown:
        vars(module)["forward"] = watched(name, module)
    try:
        with no_grad():
            model(np.zeros((1, *sample), dtype))
    finally:
        for _, module in shown:
            del vars(module)["forward"]
        for (_, module), mode in zip(modules, modes, strict=True):
            module.training = mode
    total = sum(p.size for p in model.parameters())
    _print(
        [("layer", "type", "output shape", "parameters"), *rows, ("total", "", "", f"{total:,}")]
    )


def _print(rows: Sequence[Row]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    head, *body, total = [
        f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:<{widths[2]}}  {d:>{widths[3]}}"
        for a, b, c, d in rows
    ]
    line = "─" * len(head)
    print("\n".join([head, line, *body, line, total]))
