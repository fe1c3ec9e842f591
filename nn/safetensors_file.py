"""Arrays by name in files of safetensors: written whole, never unpickled.

What is written here has a checksum for each part, so that damage is found; other programs read it
as they read any safetensors.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from autodiff.extra import import_extra
from autodiff.typing import Array
from autodiff.whole_file import whole_file

Path = str | os.PathLike[str]

FORMAT: Final = "format"
CHECKSUMS: Final = "checksums"
"""What the header calls the kind of the file, and a checksum for each of its parts."""


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


def write(path: Path, arrays: Mapping[str, Array], texts: Mapping[str, str], kind: str) -> None:
    """Write arrays and texts by name, and their checksums; whole or not at all."""
    # As the library writes them: checksums are of the same bytes.
    arrays = {n: np.array(a, dtype=a.dtype.newbyteorder("="), order="C") for n, a in arrays.items()}
    sums = {**{name: _checksum(a) for name, a in arrays.items()}, **_text_checksums(texts, kind)}
    metadata = {**texts, FORMAT: kind, CHECKSUMS: json.dumps(sums)}
    library = _library()
    try:
        data = library.numpy.save(arrays, metadata)
    except (library.SafetensorError, TypeError, ValueError, KeyError) as error:
        dtypes = {name: str(array.dtype) for name, array in arrays.items()}
        raise ValueError(f"{os.fspath(path)}: cannot hold all of {dtypes}: {error}") from error
    with whole_file(path) as unfinished:
        unfinished.write_bytes(data)


def read(path: Path) -> tuple[dict[str, Array], dict[str, str], str | None]:
    """The arrays, the texts, and of what kind the file is; None if another program wrote it.

    Raises
    ------
    ValueError
        If it is no file of safetensors, or is not as `write` left it; the error names it.
    """
    library = _library()
    name = os.fspath(path)
    with open(path, "rb"):
        pass  # a file that is not there, or not to be read, says so itself
    try:
        with library.safe_open(name, framework="numpy") as file:
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # it is no dict
            texts = dict(file.metadata() or {})
    except (library.SafetensorError, TypeError, ValueError, KeyError, AttributeError) as error:
        hint = "; save it as float32" if "bfloat16" in str(error) else ""
        raise ValueError(f"{name}: damaged, or no safetensors: {error}{hint}") from error
    if not {FORMAT, CHECKSUMS} & texts.keys():
        return arrays, texts, None
    return arrays, texts, _verified(name, arrays, texts)


def _verified(path: str, arrays: Mapping[str, Array], texts: dict[str, str]) -> str:
    """The kind of a file whose every part is as it was written; its texts are what is left."""
    try:
        sums = json.loads(texts.pop(CHECKSUMS))
        kind = texts.pop(FORMAT)
        found = {name: _checksum(a) for name, a in arrays.items()}
        found |= _text_checksums(texts, kind)
        damaged = [name for name in {**sums, **found} if sums.get(name) != found.get(name)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{path}: damaged: its header is not what was written") from error
    if damaged:
        raise ValueError(f"{path}: damaged: {', '.join(damaged)} not as written")
    return kind


def _checksum(array: Array) -> int:
    return zlib.crc32(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())


def _text_checksums(texts: Mapping[str, str], kind: str) -> dict[str, int]:
    return {f"the {name}": zlib.crc32(t.encode()) for name, t in {**texts, FORMAT: kind}.items()}
