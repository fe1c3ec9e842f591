"""NumPy's archives of arrays."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np

from autodiff.typing import Array

ARRAY = ".npy"
END_BYTES = 22
"""The length of the record at the end of a zip archive, less its comment."""
ENTRIES = slice(10, 12)
"""Where that record says how many entries there are."""


def read_npz(path: str | Path) -> dict[str, Array]:
    """Read all arrays of an archive that `numpy.savez` or `savez_compressed` wrote.

    Nothing is unpickled, so that a file from elsewhere can run no code.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    ValueError
        If the file is not such an archive, is damaged, or holds Python objects.
    """
    arrays: dict[str, Array] = {}
    with open(path, "rb") as file:
        # A damaged archive fails in any of the ways of zipfile, zlib and NumPy's parser.
        try:
            archive = _open_archive(file)
        except Exception as error:
            raise ValueError(
                f"read_npz: {path} is no archive of arrays, or is damaged ({error}); nothing was "
                f"unpickled"
            ) from error
        with archive:
            for entry in archive.namelist():
                name = entry.removesuffix(ARRAY)
                try:
                    arrays[name] = _read_array(archive, entry)
                except Exception as error:
                    raise ValueError(
                        f"read_npz: {path}, entry {name!r} is no array of numbers, or is damaged "
                        f"({error}); nothing was unpickled"
                    ) from error
    return arrays


def _open_archive(file: BinaryIO) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(file)
    # zipfile does not compare the number of entries, and may overlook one that is damaged.
    file.seek(-END_BYTES - len(archive.comment), os.SEEK_END)
    expected = int.from_bytes(file.read(END_BYTES)[ENTRIES], "little")
    found = len(archive.namelist())
    # A larger number than two bytes hold stands elsewhere.
    if min(found, 0xFFFF) != expected:
        raise ValueError(f"expected {expected} entries, found {found}")
    return archive


def _read_array(archive: zipfile.ZipFile, entry: str) -> Array:
    with archive.open(entry) as file:
        array: Array = np.lib.format.read_array(file, allow_pickle=False)
        # At its end, zipfile compares the checksum.
        if file.read(1):
            raise ValueError("bytes follow the array")
    return array
