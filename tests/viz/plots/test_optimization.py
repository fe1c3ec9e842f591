"""Level curves, gradients, paths."""

import math

import numpy as np
import pytest

from autodiff import Tensor
from tests.viz.plots.cases import bowl
from viz import plots

matplotlib = pytest.importorskip("matplotlib")
Quiver = pytest.importorskip("matplotlib.quiver").Quiver


def arrows_of(axes):
    (quiver,) = [child for child in axes.get_children() if isinstance(child, Quiver)]
    return np.stack([quiver.X, quiver.Y], 1), np.stack([quiver.U, quiver.V], 1)


def curves_of(axes):
    (curves,) = axes.findobj(matplotlib.contour.ContourSet)
    return curves


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: x[0] ** 2 + x[1] ** 2, lambda x, y: (2 * x, 2 * y)),
        (bowl, lambda x, y: (x / 10, 2 * y)),
        (lambda x: np.sin(x[0]) * x[1], lambda x, y: (np.cos(x) * y, np.sin(x))),
    ],
)
def test_gradients_start_on_level_curves_and_are_perpendicular_to_them(f, slope):
    figure = plots.level_curves(f, x_range=(-3, 4), y_range=(-2, 4))
    (axes,) = figure.axes
    starts, arrows = arrows_of(axes)
    assert len(starts) >= 10
    assert arrows == pytest.approx(np.stack(slope(*starts.T), 1), rel=1e-9, abs=1e-12)
    figure.draw_without_rendering()
    lines = [part for level in curves_of(axes).allsegs for part in level if len(part) > 1]
    middles = np.concatenate([(part[1:] + part[:-1]) / 2 for part in lines])
    tangents = np.concatenate([np.diff(part, axis=0) for part in lines])
    for start, arrow in zip(starts, arrows, strict=True):
        nearest = np.hypot(*(middles - start).T).argmin()
        assert np.hypot(*(middles[nearest] - start)) < 0.1
        on_screen = axes.transData.transform
        tip = on_screen(start + arrow) - on_screen(start)
        tangent = on_screen(start + tangents[nearest]) - on_screen(start)
        cosine = tip @ tangent / np.hypot(*tip) / np.hypot(*tangent)
        assert abs(cosine) < 0.1  # the curves are drawn as polygons
    assert axes.get_aspect() == 1


def test_arrows_have_one_scale_and_end_in_the_picture():
    axes = plots.level_curves(bowl, x_range=(-4, 4), y_range=(-4, 4)).axes[0]
    (quiver,) = [child for child in axes.get_children() if isinstance(child, Quiver)]
    starts, arrows = arrows_of(axes)
    ends = starts + arrows / quiver.scale
    assert (np.abs(ends) <= 4).all()
    assert (quiver.angles, quiver.scale_units) == ("xy", "xy")
    assert len(arrows_of(plots.level_curves(bowl, arrows=10).axes[0])[0]) <= 12
    none = plots.level_curves(bowl, arrows=0).axes[0]
    assert not [child for child in none.get_children() if isinstance(child, Quiver)]


def test_the_heights_of_the_curves():
    axes = plots.level_curves(bowl, levels=[4.0, 1.0, 100.0], resolution=101).axes[0]
    curves = curves_of(axes)
    assert list(curves.levels) == [1, 4, 100]
    for level, parts in zip([1, 4], curves.allsegs, strict=False):
        points = np.concatenate(parts)
        assert bowl(points.T) == pytest.approx(np.full(len(points), level), abs=0.01)
    written = {text.get_text() for text in axes.texts}
    assert written == {"1", "4"}


def test_no_height_is_cut_by_the_frame():
    axes = plots.level_curves(bowl, x_range=(-10, 10), y_range=(-5, 5), resolution=41).axes[0]
    axes.figure.draw_without_rendering()
    frame = axes.get_window_extent()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert boxes
    for box in boxes:
        assert frame.x0 <= box.x0 <= box.x1 <= frame.x1
        assert frame.y0 <= box.y0 <= box.y1 <= frame.y1


def test_nothing_is_recorded_where_no_gradient_is_drawn():
    weight = Tensor([1.0, 2.0], requires_grad=True)
    heights = []

    def f(x):
        heights.append((weight * x * x).sum())
        return heights[-1]

    plots.level_curves(f, arrows=0, resolution=5)
    assert [height.requires_grad for height in heights] == [False] * 25


def test_paths():
    steps = np.array([[-3.0, 4.0]])
    for _ in range(100):
        steps = np.vstack([steps, steps[-1] - 0.1 * 2 * steps[-1]])
    paths = {"η = 0.1": steps, "η = 10": np.array([[-3.0, 4.0], [57.0, -76.0]])}
    axes = plots.level_curves(bowl, paths, x_range=(-5, 5), y_range=(-4, 5)).axes[0]
    lines = [np.array(line.get_data()).T for line in axes.lines]
    for place, path in enumerate(paths.values()):
        path_line, start, end = lines[3 * place : 3 * place + 3]
        assert np.array_equal(path_line, path)
        assert np.array_equal(start, path[:1])
        assert np.array_equal(end, path[-1:])
    assert len({line.get_color() for line in axes.lines}) == 2
    assert axes.lines[1].get_marker() != axes.lines[2].get_marker()
    named = [text.get_text() for text in axes.get_legend().get_texts()]
    assert named == ["η = 0.1", "η = 10 (leaves the picture)", "start", "end", "gradient"]


def test_paths_of_any_name():
    axes = plots.level_curves(bowl, {"start": [[0, 1]], "gradient": [[1, 1]], 3: [[1, 0]]}).axes[0]
    named = [text.get_text() for text in axes.get_legend().get_texts()]
    assert named == ["start", "gradient", "3", "start", "end", "gradient"]


def test_the_picture_covers_all_paths():
    axes = plots.level_curves(bowl, {"a": [[-7, 2], [0, 0]], "b": [[1, 3]]}).axes[0]
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    assert (low < [-7, 0]).all()
    assert (high > [1, 3]).all()
    still = plots.level_curves(bowl, {"still": [[2, 2], [2, 2]]}).axes[0]
    assert still.get_xlim()[0] < 2 < still.get_xlim()[1]


def test_f_is_called_point_by_point_with_tensors():
    shapes = set()

    def f(x):
        shapes.add((type(x), x.shape))
        return (x * x).sum() + 0 * x.mean()

    plots.level_curves(f, resolution=5)
    assert shapes == {(Tensor, (2,))}


def test_where_f_is_not_finite_nothing_is_drawn():
    def f(x):
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log(x[0]) + x[1]

    axes = plots.level_curves(f, x_range=(-1, 3)).axes[0]
    points = np.concatenate([part for level in curves_of(axes).allsegs for part in level])
    assert points[:, 0].min() > 0
    assert arrows_of(axes)[0][:, 0].min() > 0


@pytest.mark.parametrize(
    ("f", "paths", "options", "error", "message"),
    [
        (bowl, {"a": [1.0, 2.0]}, {}, ValueError, r"'a' has shape \(2,\); expected \(steps, 2\)"),
        (bowl, {"a": np.ones((0, 2))}, {}, ValueError, r"'a' has shape \(0, 2\)"),
        (bowl, {"a": [[0, 0], [1, np.nan]]}, {}, ValueError, r"from step 1 on; .*path\[:1\]"),
        (bowl, [[0, 0]], {}, TypeError, "paths are of type list; expected a mapping"),
        (lambda x: x, None, {}, ValueError, r"f gave shape \(2,\) for one point"),
        (lambda x: "high", None, {}, TypeError, "what f gives is of type str"),
        (lambda x: 1.0, None, {}, ValueError, "f is 1.0 everywhere"),
        (lambda x: math.nan, None, {}, ValueError, "f is finite nowhere in -4.0 to 4.0"),
        (lambda x: float(bowl(x)), None, {}, TypeError, "f gave float for a Tensor.*arrows=0"),
        (bowl, None, {"levels": [-1]}, ValueError, r"none of the levels \[-1\] lies between"),
        (bowl, None, {"levels": 0}, ValueError, "levels 0; expected at least 1"),
        (bowl, None, {"resolution": 1}, ValueError, "resolution 1; expected at least 2"),
        (bowl, None, {"arrows": -1}, ValueError, "arrows -1; expected at least 0"),
        (bowl, None, {"x_range": (2, 1)}, ValueError, r"x_range \(2, 1\); expected \(low, high\)"),
    ],
)
def test_what_has_no_level_curves(f, paths, options, error, message):
    with pytest.raises(error, match=f"level_curves: .*{message}"):
        plots.level_curves(f, paths, **{"resolution": 9, **options})
