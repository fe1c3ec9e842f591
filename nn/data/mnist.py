"""The handwritten digits of MNIST."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autodiff.typing import Array, Shape
from nn.data.csv_files import read_csv
from nn.data.download import fetch_file
from nn.data.idx import read_idx

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SHA256 = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
"""Of the files with .gz, as the mirrors have them."""

CLASSES = 10
SIDE = 28
LIGHTEST = 255


class Splits(NamedTuple):
    """Images and labels, to train with, to choose settings by and to report.

    Attributes
    ----------
    train, validation, test : tuple of (ndarray, ndarray)
        Images of float32 from 0 to 1, shape (n, 1, 28, 28), and labels of int64, shape (n,).
    """

    train: tuple[Array, Array]
    validation: tuple[Array, Array]
    test: tuple[Array, Array]


@dataclass(frozen=True)
class _Files:
    """The names that a set of images comes under, and its size."""

    images: str
    labels: str
    csv: str
    samples: int

    def __str__(self) -> str:
        return f"{self.images}[.gz] and {self.labels}[.gz], or {self.csv}"


_TRAINING = _Files(
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "mnist_train.csv", samples=60_000
)
_TEST = _Files("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", "mnist_test.csv", samples=10_000)


def load_mnist(folder: str | Path, *, download: bool = False) -> Splits:
    """Handwritten digits, images of 28×28 pixels, in three sets.

    The set of Y. LeCun, C. Cortes and C. Burges. With both its sets there, of the 60,000
    training images the first 55,000 are to train with and the last 5,000 for validation; the
    10,000 test images are the test set. Where the test images alone are there, the first 8,000
    of them are to train with, the next 1,000 for validation and the last 1,000 for the test.

    Parameters
    ----------
    folder : str or Path
        Where the files are, under their usual names: four IDX files, each gzipped or not, or
        ``mnist_train.csv`` and ``mnist_test.csv``, with the label first.
    download : bool
        Fetch what is missing into the folder, 11 MB.

    Returns
    -------
    Splits
        A named tuple: train, validation, test.

    Raises
    ------
    FileNotFoundError
        If files are missing.
    ConnectionError
        If they cannot be fetched.
    ValueError
        If a file is damaged, or is not what its name says.
    """
    folder = Path(folder)
    if download:
        _fetch_missing(folder)
    test = _read(folder, _TEST)
    if test is None:
        raise FileNotFoundError(
            f"load_mnist: {folder} does not hold the test set; looked for {_TEST}, and for the "
            f"training set {_TRAINING}; put the files there, or give download=True"
        )
    training = _read(folder, _TRAINING)
    if training is None:
        return Splits(
            train=_part(test, 0, 8_000),
            validation=_part(test, 8_000, 9_000),
            test=_part(test, 9_000, 10_000),
        )
    return Splits(
        train=_part(training, 0, 55_000), validation=_part(training, 55_000, 60_000), test=test
    )


def _fetch_missing(folder: Path) -> None:
    for files in (_TRAINING, _TEST):
        if (folder / files.csv).is_file():
            continue
        for name in (files.images, files.labels):
            if _find(folder, name) is None:
                fetch_file(folder / f"{name}.gz", MIRRORS, SHA256[name], "load_mnist")


def _find(folder: Path, name: str) -> Path | None:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    return None


def _read(folder: Path, files: _Files) -> tuple[Array, Array] | None:
    """Images and labels, or None where there are none."""
    images_path, labels_path = _find(folder, files.images), _find(folder, files.labels)
    if images_path and labels_path:
        return _read_idx_files(images_path, labels_path, files.samples)
    csv_path = folder / files.csv
    if csv_path.is_file():
        return _read_csv_file(csv_path, files.samples)
    if present := images_path or labels_path:
        missing = files.labels if images_path else files.images
        raise FileNotFoundError(
            f"load_mnist: {folder} holds {present.name}, but not {missing}[.gz]; put it there, "
            f"or give download=True"
        )
    return None


def _read_idx_files(images_path: Path, labels_path: Path, samples: int) -> tuple[Array, Array]:
    images, labels = read_idx(images_path), read_idx(labels_path)
    if not _are_bytes(images, (samples, SIDE, SIDE)) or not _are_bytes(labels, (samples,)):
        raise ValueError(
            f"load_mnist: {images_path} holds {images.dtype} of shape {images.shape}, "
            f"{labels_path} holds {labels.dtype} of shape {labels.shape}; expected uint8 of "
            f"shapes {(samples, SIDE, SIDE)} and {(samples,)}"
        )
    if (labels >= CLASSES).any():
        index = int(np.argmax(labels >= CLASSES))
        raise ValueError(
            f"load_mnist: {labels_path} has label {labels[index]} at index {index}; {CLASSES} "
            f"classes are numbered 0 to {CLASSES - 1}"
        )
    return _as_images(images), labels.astype(np.int64)


def _read_csv_file(path: Path, samples: int) -> tuple[Array, Array]:
    pixels, labels = read_csv(path, classes=CLASSES, dtype=np.uint8)
    if pixels.shape != (samples, SIDE * SIDE):
        raise ValueError(
            f"load_mnist: {path} has {len(pixels)} rows of a label and {pixels.shape[1]} pixels; "
            f"expected {samples} rows of a label and {SIDE * SIDE}"
        )
    return _as_images(pixels), labels


def _are_bytes(array: Array, shape: Shape) -> bool:
    return array.dtype == np.uint8 and array.shape == shape


def _as_images(pixels: Array) -> Array:
    return np.divide(pixels, LIGHTEST, dtype=np.float32).reshape(-1, 1, SIDE, SIDE)


def _part(samples: tuple[Array, Array], start: int, end: int) -> tuple[Array, Array]:
    images, labels = samples
    return images[start:end], labels[start:end]
