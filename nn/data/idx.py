"""The IDX format, which MNIST comes in."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from autodiff.typing import Array
from nn.data.compression import open_plain_or_gzipped

TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
CHUNK = 1 << 20


def read_idx(path: str | Path) -> Array:
    """Read an array from an IDX file, plain or gzipped.

    The format: two zero bytes, a byte for the type, a byte for the number of dimensions, a
    big-endian 32-bit size for each, then the numbers, big-endian, the last dimension fastest.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    ndarray
        Of the type and shape that the file says, in the machine's byte order.

    Raises
    ------
    ValueError
        If the file is not in this format, cut off, longer than it says, or damaged.
    """
    with open_plain_or_gzipped(path, "read_idx") as file:
        magic = file.read(4)
        if magic[:2] != bytes(2)[: len(magic)]:
            raise ValueError(
                f"read_idx: {path} begins with the bytes {magic.hex(' ')}; an IDX file begins "
                f"with 00 00, the type and the number of dimensions"
            )
        header = magic + file.read(4 * magic[3] if len(magic) == 4 else 0)
        if len(magic) < 4 or len(header) < 4 + 4 * magic[3]:
            wanted = f"{4 + 4 * magic[3]} bytes" if len(magic) == 4 else "at least 4 bytes"
            raise ValueError(
                f"read_idx: {path} is cut off in its header: expected {wanted}, found "
                f"{len(header)}; get the file again"
            )
        dtype = TYPES.get(magic[2])
        if dtype is None:
            known = ", ".join(f"{code:02x}" for code in TYPES)
            raise ValueError(
                f"read_idx: {path} has the type byte {magic[2]:02x}; IDX knows {known}"
            )
        shape = tuple(int(size) for size in np.frombuffer(header, dtype=">u4", offset=4))
        expected = math.prod(shape) * dtype.itemsize
        data = _read(file, expected)
        if len(data) < expected:
            raise ValueError(
                f"read_idx: {path} is cut off: shape {shape} of {dtype.name}, expected "
                f"{expected} bytes of data, found {len(data)}; get the file again"
            )
        # This reads a gzip stream to its end, too, so that its checksum is compared.
        if file.read(1):
            raise ValueError(
                f"read_idx: {path} goes on after its {expected} bytes of data: shape {shape} of "
                f"{dtype.name}; the header or the data is damaged"
            )
    try:
        array = np.frombuffer(data, dtype=dtype).reshape(shape)
    except ValueError as error:
        raise ValueError(
            f"read_idx: {path} says {len(shape)} dimensions, {shape}; no array has that shape "
            f"({error})"
        ) from error
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read(file: BinaryIO, count: int) -> bytearray:
    """Up to `count` bytes, in chunks: what a damaged header asks for is never allocated."""
    data = bytearray()
    while len(data) < count and (chunk := file.read(min(CHUNK, count - len(data)))):
        data += chunk
    return data
