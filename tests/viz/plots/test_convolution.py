"""Filters as images."""

import numpy as np
import pytest

from autodiff import Tensor
from viz import plots

pytest.importorskip("matplotlib")


def test_filters_share_a_scale_around_0():
    weight = np.random.default_rng(0).normal(size=(10, 1, 3, 5))
    weight[7, 0, 1, 1] = -6
    figure = plots.filters(Tensor(weight), columns=4)
    images = figure.axes[0].images
    assert len(figure.axes) == 2
    for image, kernel in zip(images, weight[:, 0], strict=True):
        assert np.array_equal(image.get_array(), kernel)
        assert image.get_clim() == (-6, 6)
        left, right, bottom, top = image.get_extent()
        assert (right - left, bottom - top) == pytest.approx((5, 3))
    corners = [(image.get_extent()[0], image.get_extent()[3]) for image in images]
    assert len({x for x, _ in corners}) == 4
    assert len({y for _, y in corners}) == 3
    assert corners[4][0] == corners[0][0]
    assert corners[4][1] > corners[0][1]
    assert figure.axes[0].get_aspect() == 1
    assert figure.axes[0].get_title() == "10 filters of 3×5"
    assert figure.axes[1].get_ylim() == (-6, 6)


def test_each_filter_of_several_channels_is_a_row():
    weight = np.random.default_rng(0).normal(size=(3, 5, 2, 2))
    axes = plots.filters(weight, channels=2).axes[0]
    assert axes.get_title() == "3 filters of 2×2, 2 of 5 channels"
    shown = [image.get_array() for image in axes.images]
    assert np.array_equal(shown, weight[:, :2].reshape(6, 2, 2))
    tops = [image.get_extent()[3] for image in axes.images]
    assert tops[0] == tops[1] < tops[2] == tops[3] < tops[4] == tops[5]
    assert axes.images[0].get_clim()[1] == np.abs(weight[:, :2]).max()
    assert len(plots.filters(weight).axes[0].images) == 15


def test_a_filter_of_zeros_is_grey():
    (image,) = plots.filters(np.zeros((1, 1, 3, 3))).axes[0].images
    assert np.allclose(image.cmap(image.norm(0.0))[:3], 0.5, atol=0.01)


@pytest.mark.parametrize(
    ("weight", "options", "message"),
    [
        (np.ones((2, 3)), {}, r"shape \(2, 3\); expected \(filters, channels, height, width\)"),
        (np.ones((0, 1, 3, 3)), {}, r"weight is empty, of shape \(0, 1, 3, 3\)"),
        (np.full((1, 1, 1, 2), np.nan), {}, r"2 of 2 values .*first nan at index \(0, 0, 0, 0\)"),
        (np.ones((1, 1, 3, 3)), {"columns": 0}, "columns 0; expected at least 1"),
        (np.ones((1, 2, 3, 3)), {"channels": -1}, "channels -1; expected at least 1"),
        ([[1, 2], [3]], {}, "weight is no array"),
    ],
)
def test_what_are_no_filters(weight, options, message):
    with pytest.raises(ValueError, match=f"filters: .*{message}"):
        plots.filters(weight, **options)
