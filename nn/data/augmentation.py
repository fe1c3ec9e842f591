"""Random changes that leave the class of an image as it is."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from autodiff.extra import import_extra
from autodiff.typing import Array

Augmentation: TypeAlias = Callable[[Array, np.random.Generator], Array]
"""A function of images of shape (batch, channel, height, width) and a generator that gives new
images; each is drawn by itself."""


@dataclass(frozen=True)
class Shift:
    """Move each image by whole pixels, vertically and horizontally; zeros come in.

    Parameters
    ----------
    pixels : int
        The most in any direction, at least 0.

    Raises
    ------
    ValueError
        For another number.
    """

    pixels: int

    def __post_init__(self) -> None:
        try:
            valid = operator.index(self.pixels) >= 0
        except TypeError:
            valid = False
        if not valid:
            raise ValueError(f"Shift: pixels {self.pixels!r}; expected an integer, at least 0")

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """The images, moved."""
        _check_images(images, self)
        count, _, height, width = images.shape
        margin = (self.pixels, self.pixels)
        padded = np.pad(images, ((0, 0), (0, 0), margin, margin))
        places = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(2, 3))
        down, right = rng.integers(0, 2 * self.pixels, (2, count), endpoint=True)
        return places[np.arange(count), :, down, right]


@dataclass(frozen=True)
class Flip:
    """Mirror some of the images.

    Parameters
    ----------
    probability : float
        With which each is mirrored, from 0 to 1.
    axis : int
        Along which: −1, the width, exchanges left and right; −2, the height, up and down.

    Raises
    ------
    ValueError
        For another number or axis.
    """

    probability: float = 0.5
    axis: int = -1

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"Flip: probability {self.probability!r}; expected a number in [0, 1]")
        if self.axis not in (-2, -1, 2, 3):
            raise ValueError(f"Flip: axis {self.axis!r}; expected -1, the width, or -2, the height")

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """The images, some of them mirrored."""
        _check_images(images, self)
        chosen = rng.random((len(images), 1, 1, 1)) < self.probability
        return np.where(chosen, np.flip(images, self.axis), images)


@dataclass(frozen=True)
class Rotate:
    """Turn each image about its centre, with bilinear interpolation and zeros around it.

    Parameters
    ----------
    degrees : float
        The most in either direction, at least 0; angles are uniform.

    Raises
    ------
    ValueError
        For another number.
    """

    degrees: float

    def __post_init__(self) -> None:
        if not 0 <= self.degrees < math.inf:
            raise ValueError(f"Rotate: degrees {self.degrees!r}; expected a number, at least 0")

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """The images, turned."""
        _check_images(images, self)
        angles = np.radians(rng.uniform(-self.degrees, self.degrees, len(images)))
        cosines, sines = np.cos(angles), np.sin(angles)
        matrices = np.array([[cosines, -sines], [sines, cosines]]).transpose(2, 0, 1)
        return _resample(images, matrices, "Rotate")


@dataclass(frozen=True)
class Scale:
    """Enlarge or shrink each image about its centre, bilinearly, with zeros around it.

    Parameters
    ----------
    low, high : float
        Between which the factors are uniform, positive; above 1, images are enlarged.

    Raises
    ------
    ValueError
        For other numbers.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high < math.inf:
            raise ValueError(
                f"Scale: from {self.low!r} to {self.high!r}; expected positive factors, the "
                f"smaller one first"
            )

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """The images, in other sizes on the same canvas."""
        _check_images(images, self)
        factors = rng.uniform(self.low, self.high, (len(images), 1, 1))
        return _resample(images, np.eye(2) / factors, "Scale")


@dataclass(frozen=True)
class Noise:
    """Add normal noise to each pixel.

    Parameters
    ----------
    deviation : float
        Its standard deviation, at least 0.

    Raises
    ------
    ValueError
        For another number.
    """

    deviation: float

    def __post_init__(self) -> None:
        if not 0 <= self.deviation < math.inf:
            raise ValueError(f"Noise: deviation {self.deviation!r}; expected a number, at least 0")

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """The images, with noise on them."""
        _check_images(images, self)
        noise: Array = np.asarray(rng.normal(0, self.deviation, images.shape), images.dtype)
        return images + noise


def _check_images(images: Array, caller: object) -> None:
    name = type(caller).__name__
    if images.ndim != 4:
        raise ValueError(
            f"{name}: images of shape {images.shape}; expected (batch, channel, height, width)"
        )
    if images.dtype.kind != "f":
        raise TypeError(
            f"{name}: {images.dtype} images; expected floating numbers: images.astype(np.float32)"
        )


def _resample(images: Array, matrices: Array, caller: str) -> Array:
    """Each image where its matrix takes pixels from, seen from the centre; new images."""
    ndimage = import_extra("scipy.ndimage", "data", caller)
    centre = (np.array(images.shape[2:]) - 1) / 2
    result = np.empty_like(images)
    for image, matrix, channels in zip(images, matrices, result, strict=True):
        for plane, drawn in zip(image, channels, strict=True):
            # In float64, as ndimage knows no float16; "grid-constant" as it has zeros from the
            # first pixel outside on, where "constant" loses the border to rounding.
            drawn[...] = ndimage.affine_transform(
                plane.astype(np.float64),
                matrix,
                centre - matrix @ centre,
                order=1,
                mode="grid-constant",
            )
    return result
