"""Arrays by name in files of safetensors: written whole, never unpickled."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from autodiff.typing import Array
from nn.extra import import_extra
from nn.whole_file import whole_file

Path = str | os.PathLike[str]


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Errors within name the file."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from error


def _library() -> Any:
    import_extra("safetensors.numpy", "train", "checkpoints")
    return import_extra("safetensors", "train", "checkpoints")


def write(path: Path, arrays: Mapping[str, Array], metadata: dict[str, str]) -> None:
    """Write arrays by name, and texts by name; whole or not at all."""
    data = _library().numpy.save(dict(arrays), metadata or None)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(data)


def read(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """The arrays and the texts; a ValueError that names the file if it is none of this kind."""
    library = _library()
    name = os.fspath(path)
    with open(path, "rb"):
        pass  # a file that is not there, or not to be read, says so itself
    try:
        with library.safe_open(name, framework="numpy") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118  # it is no dict
    except (library.SafetensorError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"{name}: damaged, or no safetensors: {error}") from error
