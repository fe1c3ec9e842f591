"""Whole trainings in files, to go on from bit for bit.

A checkpoint has, beside the arrays, a text with all that is no array.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from autodiff.typing import Array
from nn import random
from nn.callbacks import Callback
from nn.history import History
from nn.modules.module import Module
from nn.optimizers import Optimizer
from nn.safetensors_file import Path, naming, read, write

CHECKPOINT: Final = "chainrule checkpoint 1"

Generators = Mapping[str, np.random.Generator]


def save_checkpoint(
    path: Path,
    model: Module,
    optimizer: Optimizer,
    history: History | None = None,
    callbacks: Sequence[Callback] = (),
    generators: Generators | None = None,
    finished: bool = False,
) -> None:
    """Write all that a training needs to go on as if it had never stopped.

    That is the weights, the optimizer's state, the history, the callbacks' states, and the
    states of the generators of random numbers: the one of ``nn.seed``, those that modules hold,
    and the given ones.

    Parameters
    ----------
    path : path
        Of the file; what was there is replaced once the new one is whole.
    model, optimizer, history, callbacks
        What is going on.
    generators : dict of str to numpy.random.Generator, optional
        More of them, such as the one that shuffles.
    finished : bool
        Whether the training is over.
    """
    tree = {
        "model": model.state_dict(),
        "optimizer": {"kind": type(optimizer).__name__, **optimizer.state_dict()},
        "history": history.rows if history is not None else [],
        "callbacks": [
            {"kind": type(callback).__name__, "state": callback.state_dict()}
            for callback in _with_state(callbacks)
        ],
        "generators": {
            name: generator.bit_generator.state
            for name, generator in _generators(model, generators or {}).items()
        },
        "finished": finished,
    }
    arrays: dict[str, Array] = {}
    text = json.dumps(_without_arrays(tree, "", arrays))
    write(path, arrays, {"state": text}, CHECKPOINT)


def load_checkpoint(
    path: Path,
    model: Module,
    optimizer: Optimizer,
    history: History | None = None,
    callbacks: Sequence[Callback] = (),
    generators: Generators | None = None,
) -> bool:
    """Go on from what `save_checkpoint` wrote.

    Parameters
    ----------
    path : path
        Of the file.
    model, optimizer, history, callbacks, generators
        As they were given then; all of them are set.

    Returns
    -------
    bool
        Whether the training was over.

    Raises
    ------
    ValueError
        If the file is damaged, or of another model, optimizer or training; the error says what
        differs. Nothing is changed then.
    """
    name = os.fspath(path)
    arrays, texts, kind = read(path)
    if kind != CHECKPOINT:
        raise ValueError(f"{name}: no checkpoint of a training (load_weights reads weights)")
    tree = _with_arrays(json.loads(texts["state"]), arrays)
    own = _generators(model, generators or {})
    callbacks = _with_state(callbacks)
    kinds = [entry["kind"] for entry in tree["callbacks"]]
    _compare(name, "callbacks", kinds, [type(callback).__name__ for callback in callbacks])
    _compare(name, "the optimizer", tree["optimizer"]["kind"], type(optimizer).__name__)
    for key, array in model.state_dict().items():
        if key in tree["model"]:
            _compare(name, f"the dtype of {key}", tree["model"][key].dtype, array.dtype)
    _compare(name, "generators", sorted(tree["generators"]), sorted(own))
    undo: list[Callable[[], None]] = []

    def load(target: Any, state: Any) -> None:
        before = target.state_dict()
        undo.append(lambda: target.load_state_dict(before))
        target.load_state_dict(state)

    try:
        with naming(path):
            load(model, tree["model"])
            load(optimizer, tree["optimizer"])
            for callback, entry in zip(callbacks, tree["callbacks"], strict=True):
                load(callback, entry["state"])
            for key, generator in own.items():
                before = generator.bit_generator.state
                undo.append(lambda g=generator, s=before: setattr(g.bit_generator, "state", s))  # type: ignore[misc]  # lambdas that bind
                generator.bit_generator.state = tree["generators"][key]
    except BaseException:  # Ctrl-C too
        for step in reversed(undo):
            step()
        raise
    if history is not None:
        history.rows = tree["history"]
    return bool(tree["finished"])


def _generators(model: Module, more: Generators) -> dict[str, np.random.Generator]:
    """All generators of random numbers that a training draws from, by where they are."""
    return {
        "nn": random.generator(),
        **{
            f"model.{path}.{name}": value
            for path, module in model.named_modules()
            for name, value in vars(module).items()
            if isinstance(value, np.random.Generator)
        },
        **more,
    }


def _with_state(callbacks: Sequence[Callback]) -> list[Callback]:
    """Those that keep anything; the others may come and go between two runs."""
    return [c for c in callbacks if type(c).state_dict is not Callback.state_dict]


def _compare(path: str, what: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise ValueError(f"{path}: {what} in it: {found}; expected {expected}")


def _without_arrays(tree: Any, path: str, arrays: dict[str, Array]) -> Any:
    """The tree with a reference in place of each array; those are put into `arrays`."""
    if isinstance(tree, np.ndarray):
        while path in arrays:  # a name with a dot in it may read like another's path
            path += "_"
        arrays[path] = tree
        return {"array": path}
    if isinstance(tree, np.generic):
        return tree.item()
    if isinstance(tree, Mapping):
        return {
            "dict": {
                key: _without_arrays(value, f"{path}.{key}".lstrip("."), arrays)
                for key, value in tree.items()
            }
        }
    if isinstance(tree, (list, tuple)):
        return [_without_arrays(v, f"{path}.{i}", arrays) for i, v in enumerate(tree)]
    return tree


def _with_arrays(tree: Any, arrays: Mapping[str, Array]) -> Any:
    """What `_without_arrays` was given."""
    if isinstance(tree, list):
        return [_with_arrays(value, arrays) for value in tree]
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[tree["array"]]
    return {key: _with_arrays(value, arrays) for key, value in tree["dict"].items()}
