"""Decision regions."""

import numpy as np
import pytest

from autodiff import Tensor
from tests.viz.plots.cases import POINTS, right_half
from viz import plots

matplotlib = pytest.importorskip("matplotlib")
to_rgb = pytest.importorskip("matplotlib.colors").to_rgb


CENTRES = np.array([[0.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])


def to_centres(points):
    """Scores: the nearer a centre, the higher."""
    return -((points[:, None] - CENTRES) ** 2).sum(axis=-1)


def region_at(axes, point):
    """The colour of the pixel that holds a point."""
    (image,) = axes.images
    left, right, bottom, top = image.get_extent()
    pixels = image.get_array()
    row = int((point[1] - bottom) / (top - bottom) * pixels.shape[0])
    column = int((point[0] - left) / (right - left) * pixels.shape[1])
    assert image.origin == "lower"
    return tuple(pixels[row, column])


@pytest.mark.parametrize(
    "predict",
    [to_centres, lambda p: to_centres(p).argmax(axis=1), lambda p: Tensor(to_centres(p))],
)
def test_regions_of_classes_with_the_data_on_them(predict):
    rng = np.random.default_rng(0)
    labels = np.array([0, 1, 2] * 10)
    points = CENTRES[labels] + 0.3 * rng.normal(size=(30, 2))
    axes = plots.decision_regions(predict, points, labels).axes[0]
    colours = [region_at(axes, centre) for centre in CENTRES]
    assert len(set(colours)) == 3
    for point in rng.uniform(-1, 1, size=(50, 2)):
        best = np.sort(to_centres(point[None])[0])
        if best[-1] - best[-2] > 0.1:  # not within a pixel of a border
            assert region_at(axes, point) == colours[to_centres(point[None]).argmax()]
    drawn = [c for c in axes.collections if isinstance(c, matplotlib.collections.PathCollection)]
    for index, collection in enumerate(drawn):
        assert np.array_equal(collection.get_offsets(), points[labels == index])
        full = np.array(to_rgb(collection.get_facecolor()[0][:3]))
        pale = np.array(colours[index])
        assert (pale > full - 1e-9).all()
        assert np.cross(1 - pale, 1 - full) == pytest.approx(0, abs=1e-9)
    assert len({len(c.get_paths()[0].vertices) for c in drawn}) == 3
    named = [text.get_text() for text in axes.get_legend().get_texts()]
    assert named == ["class 0", "class 1", "class 2"]


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
@pytest.mark.parametrize(("threshold", "border"), [(0, 0.0), (0.5, 0.5)])
def test_one_score_a_point(shape, threshold, border):
    axes = plots.decision_regions(
        lambda points: points[:, 0].reshape(shape), POINTS, right_half(POINTS), threshold=threshold
    ).axes[0]
    left, right = region_at(axes, (-0.9, 0)), region_at(axes, (1.9, 0))
    assert left != right
    assert region_at(axes, (border - 0.05, 0)) == left
    assert region_at(axes, (border + 0.05, 0)) == right


def test_a_step_counts_as_class_1_where_it_is_the_threshold():
    ranges = {"x_range": (-2, 2), "y_range": (-2, 2)}
    step = plots.decision_regions(
        lambda p: np.ones(len(p)), POINTS, [0] * 5, threshold=1, **ranges
    ).axes[0]
    ones = plots.decision_regions(lambda p: np.ones(len(p), int), POINTS, [0] * 5, **ranges).axes[0]
    assert np.array_equal(step.images[0].get_array(), ones.images[0].get_array())
    assert step.get_xlim() == (-2, 2)


@pytest.mark.parametrize("labels", [[[0], [1], [1], [0], [1]], np.eye(2)[[0, 1, 1, 0, 1]]])
def test_labels_of_other_shapes(labels):
    axes = plots.decision_regions(right_half, POINTS, labels, names=["no", "yes"]).axes[0]
    drawn = [c for c in axes.collections if isinstance(c, matplotlib.collections.PathCollection)]
    assert [len(collection.get_offsets()) for collection in drawn] == [2, 3]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["no", "yes"]


@pytest.mark.parametrize(
    ("predict", "points", "labels", "options", "error", "message"),
    [
        (right_half, [1, 2], [0, 1], {}, ValueError, r"points have shape \(2,\); expected \(n, 2"),
        (right_half, [[0, np.inf]], [0], {}, ValueError, "points has 1 of 2 values .*not finite"),
        (right_half, POINTS, [0, 1], {}, ValueError, r"labels of shape \(2,\) for 5 points"),
        (right_half, POINTS, [0, 1, 0, 1, -1], {}, ValueError, "-1.0 among the labels"),
        (right_half, POINTS, [0, 1, 0, 1, 0.5], {}, ValueError, "0.5 among the labels"),
        (right_half, POINTS, np.ones((5, 2)), {}, ValueError, "are not one-hot"),
        (right_half, POINTS, ["a"] * 5, {}, TypeError, "labels is of type list"),
        (right_half, POINTS, [0, 1, 0, 1, 12], {}, ValueError, "13 classes; no more than 10"),
        (right_half, POINTS, [0] * 5, {"names": ["no"]}, ValueError, "1 names for 2 classes"),
        (right_half, POINTS, [0] * 5, {"resolution": 1}, ValueError, "resolution 1; expected"),
        (right_half, POINTS, [0] * 5, {"y_range": (0, np.nan)}, ValueError, "y_range has 1 of 2"),
        (lambda p: p[:, 0], POINTS, [0] * 5, {}, ValueError, "threshold=0 for logits, threshold="),
        (lambda p: p[:3], POINTS, [0] * 5, {}, ValueError, r"gave shape \(3, 2\) for 400 points"),
        (lambda p: p[:, 0] * np.nan, POINTS, [0] * 5, {}, ValueError, "predict gives has 400 of"),
        (lambda p: -right_half(p), POINTS, [0] * 5, {}, ValueError, "-1.0 among the classes"),
    ],
)
def test_what_has_no_regions(predict, points, labels, options, error, message):
    with pytest.raises(error, match=f"decision_regions: .*{message}"):
        plots.decision_regions(predict, points, labels, **{"resolution": 20, **options})
