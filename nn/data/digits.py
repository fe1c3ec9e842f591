"""The small digits that come with scikit-learn."""

from __future__ import annotations

import numpy as np

from autodiff.extra import import_extra
from autodiff.typing import Array

LIGHTEST = 16


def load_digits() -> tuple[Array, Array]:
    """Handwritten digits, 1,797 images of 8×8 pixels.

    The test set of E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI
    repository, 1998, as it comes with scikit-learn.

    Returns
    -------
    images : ndarray of float32, shape (1797, 1, 8, 8)
        From 0 to 1.
    labels : ndarray of int64, shape (1797,)
        From 0 to 9.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is not installed.
    """
    datasets = import_extra("sklearn.datasets", "data", "load_digits")
    pixels, labels = datasets.load_digits(return_X_y=True)
    images = (pixels / LIGHTEST).astype(np.float32).reshape(-1, 1, 8, 8)
    return images, labels.astype(np.int64)
