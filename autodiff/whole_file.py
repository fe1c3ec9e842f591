"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A name to write a file under, which becomes `path` when the block ends without an error.

    What was at `path` stays until then; after an error it stays for good.

    Parameters
    ----------
    path : path
        Of the file. Its folder must exist.

    Yields
    ------
    Path
        In the same folder, with the same suffix.

    Raises
    ------
    FileNotFoundError
        If its folder does not exist.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    if not path.parent.is_dir():
        raise FileNotFoundError(
            errno.ENOENT, "there is no such folder to write the file in", str(path.parent)
        )
    unfinished = path.with_name(f".{path.stem}.unfinished{path.suffix}")
    try:
        yield unfinished
        with open(unfinished, "r+b") as file:
            os.fsync(file.fileno())  # the bytes must be on the disk before the name is
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
