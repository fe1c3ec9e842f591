"""Files that may be gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

GZIP = b"\x1f\x8b"


@contextmanager
def open_plain_or_gzipped(path: str | Path, caller: str) -> Iterator[BinaryIO]:
    """Open a file for reading bytes, decompressed where its first bytes say gzip.

    Parameters
    ----------
    path : str or Path
    caller : str
        Whom errors name.

    Raises
    ------
    ValueError
        If a compressed stream turns out to be cut off or damaged.
    """
    with open(path, "rb") as file:
        if file.peek(len(GZIP))[: len(GZIP)] != GZIP:
            yield file
            return
        try:
            with gzip.open(file) as decompressed:
                yield cast(BinaryIO, decompressed)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(
                f"{caller}: {path}: the gzip stream is cut off or damaged ({error}); get the file "
                f"again"
            ) from error
