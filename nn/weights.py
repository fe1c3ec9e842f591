"""The weights of a model in a file, and those that PyTorch wrote."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from nn.checkpoints import CHECKPOINT
from nn.modules.affine import Affine
from nn.modules.module import Module
from nn.safetensors_file import Path, naming, read, write

WEIGHTS: Final = "chainrule weights 1"


def save_weights(path: Path, model: Module) -> None:
    """Write the parameters and buffers of a model as safetensors, by dotted name.

    Parameters
    ----------
    path : path
        Of the file; what was there is replaced once the new one is whole.
    model : Module
        Any.
    """
    if not isinstance(model, Module):
        raise TypeError(f"save_weights: {type(model).__name__} is no Module; give (path, model)")
    write(path, model.state_dict(), {}, WEIGHTS)


def load_weights(
    path: Path,
    model: Module,
    layout: str = "chainrule",
    rename: Mapping[str, str] | None = None,
) -> None:
    """Set the parameters and buffers of a model to those in a file of safetensors.

    Of the checkpoint of a training, the weights alone are taken.

    Parameters
    ----------
    path : path
        Of the file.
    model : Module
        What is set.
    layout : {"chainrule", "pytorch"}
        With "pytorch", what PyTorch wrote: the weight of a Linear, (out, in), is transposed
        for an Affine, (in, out), and ``num_batches_tracked`` is left out. All else is laid out
        alike.
    rename : dict of str to str, optional
        From beginnings of names in the file to those in the model, where they differ:
        ``{"fc1": "1"}`` takes fc1.weight for 1.weight. Whole parts between dots are compared,
        and the longest beginning counts.

    Raises
    ------
    ValueError
        If the file is damaged, or of another model. Nothing is changed then.
    """
    if layout not in ("chainrule", "pytorch"):
        raise ValueError(f"load_weights: layout {layout!r}; expected 'chainrule' or 'pytorch'")
    arrays, _, kind = read(path)
    if kind == CHECKPOINT:
        prefix = "model."
        arrays = {n[len(prefix) :]: a for n, a in arrays.items() if n.startswith(prefix)}
    state = {_renamed(name, rename or {}): array for name, array in arrays.items()}
    if len(state) < len(arrays):
        raise ValueError(f"{os.fspath(path)}: two of its names are renamed to the same one")
    if layout == "pytorch":
        state = {n: a for n, a in state.items() if not n.endswith("num_batches_tracked")}
        for name, module in model.named_modules():
            weight = f"{name}.weight" if name else "weight"
            if isinstance(module, Affine) and weight in state:
                state[weight] = state[weight].T
    with naming(path):
        model.load_state_dict(state)


def _renamed(name: str, rename: Mapping[str, str]) -> str:
    fitting = [old for old in rename if name == old or name.startswith(f"{old}.")]
    if not fitting:
        return name
    old = max(fitting, key=len)
    return (rename[old] + name[len(old) :]).lstrip(".")
