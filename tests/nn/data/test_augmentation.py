"""Augmentations against results worked out by hand, and that they only make new images."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import Flip, Noise, Rotate, Scale, Shift

ALL = [Shift(2), Flip(), Flip(axis=-2), Rotate(30), Scale(0.8, 1.2), Noise(0.1)]
IDLE = [Shift(0), Flip(0), Rotate(0), Scale(1, 1), Noise(0)]


def drawing(number):
    """A stand-in for a generator that draws one number whatever is asked."""
    return SimpleNamespace(uniform=lambda low, high, size: np.full(size, float(number)))


def random_images(shape=(5, 2, 7, 6), dtype=np.float32):
    return np.random.default_rng(0).random(shape).astype(dtype)


def shifted(image, down, right):
    """The image (channel, height, width) moved; zeros come in."""
    result = np.zeros_like(image)
    _, height, width = image.shape
    for y in range(height):
        for x in range(width):
            if 0 <= y - down < height and 0 <= x - right < width:
                result[:, y, x] = image[:, y - down, x - right]
    return result


# -- all -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("augment", ALL + IDLE, ids=str)
def test_new_images_of_the_same_kind(augment, dtype):
    images = random_images(dtype=dtype)
    before = images.copy()
    result = augment(images, np.random.default_rng(1))
    assert (result.shape, result.dtype) == (images.shape, dtype)
    np.testing.assert_array_equal(images, before)
    assert not np.shares_memory(result, images)
    result += 1
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("augment", IDLE, ids=str)
def test_nothing_to_do(augment):
    images = random_images()
    np.testing.assert_allclose(augment(images, np.random.default_rng(1)), images, atol=1e-6)


@pytest.mark.parametrize("augment", ALL, ids=str)
def test_each_image_is_drawn_by_itself(augment):
    images = np.repeat(random_images((1, 1, 7, 6)), 20, axis=0)
    result = augment(images, np.random.default_rng(1))
    distinct = len(np.unique(result.reshape(20, -1), axis=0))
    assert distinct == 2 if isinstance(augment, Flip) else distinct > 8


@pytest.mark.parametrize("augment", [a for a in ALL if not isinstance(a, Noise)], ids=str)
def test_channels_go_together(augment):
    images = np.repeat(random_images((10, 1, 7, 6)), 2, axis=1)
    result = augment(images, np.random.default_rng(1))
    np.testing.assert_array_equal(result[:, 0], result[:, 1])


@pytest.mark.parametrize("augment", ALL, ids=str)
def test_the_generator_decides(augment):
    images = random_images()
    first, again, other = (augment(images, np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("augment", ALL, ids=str)
def test_images_of_another_kind(augment):
    name, rng = type(augment).__name__, np.random.default_rng(0)
    with pytest.raises(ValueError, match=rf"{name}: images of shape \(3, 784\); expected \(batch"):
        augment(np.zeros((3, 784)), rng)
    with pytest.raises(TypeError, match=rf"{name}: uint8 images; expected floating"):
        augment(np.zeros((3, 1, 4, 4), dtype=np.uint8), rng)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (Shift, (-1,)),
        (Shift, (1.5,)),
        (Shift, ("1",)),
        (Flip, (-0.1,)),
        (Flip, (1.1,)),
        (Flip, (np.nan,)),
        (Flip, (0.5, 1)),
        (Flip, (0.5, 0)),
        (Flip, (0.5, -3)),
        (Rotate, (-1,)),
        (Rotate, (np.inf,)),
        (Rotate, (np.nan,)),
        (Scale, (0, 1)),
        (Scale, (-1, 1)),
        (Scale, (1.2, 0.8)),
        (Scale, (1, np.inf)),
        (Scale, (np.nan, 1)),
        (Noise, (-0.1,)),
        (Noise, (np.nan,)),
        (Noise, (np.inf,)),
    ],
)
def test_bad_parameters(kind, parameters):
    with pytest.raises(ValueError, match=rf"{kind.__name__}: .*expected"):
        kind(*parameters)


def test_they_are_frozen():
    with pytest.raises(AttributeError):
        Shift(1).pixels = 2


# -- each ----------------------------------------------------------------------------------


@given(st.integers(0, 5), st.integers(0, 100))
def test_shift(pixels, seed):
    images = random_images((3, 2, 4, 3)) + 1
    result = Shift(pixels)(images, np.random.default_rng(seed))
    steps = range(-pixels, pixels + 1)
    for image, moved in zip(images, result, strict=True):
        assert any(np.array_equal(moved, shifted(image, y, x)) for y in steps for x in steps)


def test_shift_goes_everywhere():
    images = np.zeros((500, 1, 5, 5))
    images[:, :, 2, 2] = 1
    places = np.argwhere(Shift(1)(images, np.random.default_rng(0)))[:, 2:]
    found = {tuple(place) for place in places.tolist()}
    assert found == {(y, x) for y in (1, 2, 3) for x in (1, 2, 3)}
    assert len(places) == 500


def test_flip():
    images = random_images()
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(Flip(1)(images, rng), images[..., ::-1])
    np.testing.assert_array_equal(Flip(1, axis=3)(images, rng), images[..., ::-1])
    np.testing.assert_array_equal(Flip(1, axis=-2)(images, rng), images[..., ::-1, :])
    np.testing.assert_array_equal(Flip(1, axis=2)(images, rng), images[..., ::-1, :])


@pytest.mark.parametrize("probability", [0.5, 0.1])
def test_flip_happens_with_its_probability(probability):
    images = np.tile([0.0, 1.0], (2000, 1, 1, 1))
    flipped = Flip(probability)(images, np.random.default_rng(0))[:, 0, 0, 0].mean()
    deviation = np.sqrt(probability * (1 - probability) / 2000)
    assert abs(flipped - probability) < 4 * deviation


def test_rotate_by_right_angles():
    images = random_images((2, 2, 5, 5))
    once = Rotate(90)(images, drawing(90))
    turns = [np.rot90(images, turn, axes=(2, 3)) for turn in (1, -1)]
    assert any(np.allclose(once, turn, atol=1e-6) for turn in turns)
    half = Rotate(180)(random_images(), drawing(180))
    np.testing.assert_allclose(half, random_images()[..., ::-1, ::-1], atol=1e-6)


def test_rotate_interpolates_bilinearly():
    images = np.zeros((1, 1, 3, 3))
    images[..., 1, 1] = 1
    result = Rotate(45)(images, drawing(45))[0, 0]
    # A neighbour of the centre comes from (±√½, ±√½), with this part of the centre.
    near = (1 - np.sqrt(0.5)) ** 2
    np.testing.assert_allclose(result, [[0, near, 0], [near, 1, near], [0, near, 0]], atol=1e-12)


def test_rotate_has_zeros_outside():
    result = Rotate(45)(np.ones((1, 1, 3, 3)), drawing(45))[0, 0]
    # A corner comes from √2 − 1 pixels outside the middle of a side.
    corner = 2 - np.sqrt(2)
    expected = [[corner, 1, corner], [1, 1, 1], [corner, 1, corner]]
    np.testing.assert_allclose(result, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("augment", "limits"), [(Rotate(30), (-30, 30)), (Scale(0.5, 3), (0.5, 3))], ids=str
)
def test_numbers_are_uniform_within_the_limits(augment, limits):
    asked = []

    def uniform(low, high, size):
        asked.append((low, high))
        return np.ones(size)

    augment(random_images(), SimpleNamespace(uniform=uniform))
    assert asked == [limits]


def test_scale_enlarges():
    image = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])
    result = Scale(2, 2)(image[None, None], drawing(2))[0, 0]
    # Every other pixel comes from half way between two.
    np.testing.assert_allclose(result, [[3, 3.5, 4], [4.5, 5, 5.5], [6, 6.5, 7]])


def test_scale_shrinks():
    image = np.arange(1.0, 26).reshape(5, 5)
    result = Scale(0.5, 0.5)(image[None, None], drawing(0.5))[0, 0]
    expected = np.zeros((5, 5))
    expected[1:4, 1:4] = [[1, 3, 5], [11, 13, 15], [21, 23, 25]]
    np.testing.assert_allclose(result, expected)


def test_scale_is_about_the_centre_of_other_shapes():
    image = np.array([[1.0, 2, 3, 4]])
    result = Scale(2, 2)(image[None, None], drawing(2))[0, 0]
    # From 1.5 − 0.75, 1.5 − 0.25, 1.5 + 0.25 and 1.5 + 0.75.
    np.testing.assert_allclose(result, [[1.75, 2.25, 2.75, 3.25]])


def test_noise():
    images = np.full((100, 1, 10, 10), 0.5)
    noise = Noise(0.2)(images, np.random.default_rng(0)) - images
    assert abs(noise.mean()) < 4 * 0.2 / 100
    assert abs(noise.std() - 0.2) < 4 * 0.2 / np.sqrt(2 * 10_000)
    assert 0.66 < np.mean(abs(noise) < 0.2) < 0.70
