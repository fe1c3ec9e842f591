"""The plots: what they show is what went in, whatever went in, and errors say what was wrong."""

import io
import math
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

import nn
from autodiff import Tensor
from viz import plots

matplotlib = pytest.importorskip("matplotlib")
Figure = pytest.importorskip("matplotlib.figure").Figure
Quiver = pytest.importorskip("matplotlib.quiver").Quiver
to_rgb = pytest.importorskip("matplotlib.colors").to_rgb
fonts = pytest.importorskip("viz.plots.fonts")


def bowl(x):
    """A function of the lectures."""
    return x[0] ** 2 / 20 + x[1] ** 2


def right_half(points):
    """1 where x₀ > 0."""
    return (points[:, 0] > 0).astype(int)


NAMES = ["_hidden", "cost in $", r"$\frac{$ x_1", "two\nlines", "features.3.block.conv.weight"]
POINTS = np.array([[-1.0, 0.0], [1.0, 2.0], [0.5, -1.0], [-0.5, 1.0], [2.0, 2.0]])

ONE_PANEL = {
    "filters": lambda **place: plots.filters(np.arange(-9.0, 9).reshape(2, 1, 3, 3), **place),
    "level_curves": lambda names=("SGD", "Adam"), **place: plots.level_curves(
        bowl,
        {name: [[-7.0, 2.0], [-3.0, -1.0 + 0.2 * i], [0.0, 0.0]] for i, name in enumerate(names)},
        resolution=21,
        **place,
    ),
    "decision_regions": lambda names=("no", "yes"), **place: plots.decision_regions(
        right_half, POINTS, np.arange(5) % len(names), names=names, **place
    ),
    "gradient_norms": lambda names=("sigmoid", "ReLU"), **place: plots.gradient_norms(
        {name: {layer: [0.1, 10.0**-i] for i, layer in enumerate(names)} for name in names},
        **place,
    ),
    "activation_function": lambda **place: plots.activation_function(np.tanh, **place),
}
PANELS = {
    "training_curves": lambda names=("loss", "accuracy"), **place: plots.training_curves(
        {name: [3.0, 2.0, 1.5] for name in names}, **place
    ),
    "activation_histograms": lambda names=("layer 1", "layer 2"), **place: (
        plots.activation_histograms({name: np.linspace(-1, 1, 50) for name in names}, **place)
    ),
}
ALL = ONE_PANEL | PANELS
NAMED = sorted(set(ALL) - {"filters", "activation_function"})


def texts(figure):
    """All that is written, as a reader sees it."""
    figure.draw_without_rendering()
    found = figure.findobj(matplotlib.text.Text)
    return [text.get_text().replace(r"\$", "$") for text in found if text.get_visible()]


def in_view(axis):
    """The labels of the ticks that are drawn."""
    low, high = sorted(axis.get_view_interval())
    at = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
    return [label for place, label in at if low <= place <= high and label.get_text()]


# -- all of them ---------------------------------------------------------------------------


def test_every_plot_is_tested():
    assert sorted(ALL) == sorted(plots.__all__)


@pytest.mark.parametrize("name", ALL)
def test_a_figure_that_belongs_to_nobody(name):
    before = dict(matplotlib.rcParams)
    figure = ALL[name](title="한 $ title" if fonts_have("한") else "A $ title")
    assert isinstance(figure, Figure)
    assert figure.canvas.manager is None
    assert dict(matplotlib.rcParams) == before
    assert any("$ title" in text for text in texts(figure))
    assert figure._repr_png_().startswith(b"\x89PNG")


def fonts_have(text):
    return set(text) <= set().union(*map(fonts._characters, fonts._installed()))


def test_matplotlib_is_imported_when_something_is_drawn_and_pyplot_never():
    code = """
import sys
from viz import plots
assert "matplotlib" not in sys.modules
plots.training_curves({"loss": [1, 2]})._repr_png_()
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
assert "nn" not in sys.modules
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("name", ALL)
def test_without_matplotlib_an_error_says_what_to_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ModuleNotFoundError, match=rf'{name}: .*pip install "chainrule\[plots\]"'):
        ALL[name]()


@pytest.mark.parametrize("name", ONE_PANEL)
def test_given_axes_are_drawn_on(name):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert ONE_PANEL[name](axes=right) is figure
    assert right.has_data()
    assert not left.has_data()
    part = figure.subfigures(1, 2)[0]
    assert ONE_PANEL[name](axes=part.subplots()) is figure
    for wrong in (figure, figure.axes):
        with pytest.raises(TypeError, match=f"{name}: axes is of type .*; expected one matplotlib"):
            ONE_PANEL[name](axes=wrong)


@pytest.mark.parametrize("name", PANELS)
def test_a_given_figure_or_part_of_one_is_drawn_on(name):
    figure = Figure()
    assert PANELS[name](figure=figure) is figure
    count = len(figure.axes)
    upper, lower = Figure().subfigures(2)
    assert PANELS[name](figure=lower, title="below") is upper.figure
    assert len(lower.axes) == count
    assert not upper.axes
    with pytest.raises(TypeError, match=f"{name}: figure is of type Axes; expected a matplotlib F"):
        PANELS[name](figure=figure.axes[0])


@pytest.mark.parametrize("name", NAMED)
def test_names_are_shown_as_they_are(name):
    shown = [line for text in texts(ALL[name](names=NAMES)) for line in [text, *text.split("\n")]]
    if name == "training_curves":
        assert {"hidden", "Cost in $", r"$\frac{$ x 1", "Two lines"} <= {s.strip() for s in shown}
    else:
        assert {"_hidden", "cost in $", r"$\frac{$ x_1", "two lines"} <= set(shown)
    assert "features.3.block.conv.weight" in "".join(shown).replace("F", "f")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("names", [None, NAMES])
def test_no_text_is_cut_and_no_ticks_overlap(name, names):
    if names is not None and name not in NAMED:
        return
    figure = ALL[name](title="A title") if names is None else ALL[name](names=names)
    figure.draw_without_rendering()
    drawn = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert drawn.x0 >= 0
    assert drawn.y0 >= 0
    assert drawn.x1 <= width
    assert drawn.y1 <= height
    across = [label for axes in figure.axes for label in in_view(axes.xaxis)]
    boxes = [label.get_window_extent() for label in across if not label.get_rotation()]
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:place])
    titles = [axes.title.get_window_extent() for axes in figure.axes if axes.get_title()]
    for place, box in enumerate(titles):
        assert not any(box.overlaps(other) for other in titles[:place])


def test_letters_that_no_font_has_become_boxes_and_one_warning_says_so(monkeypatch):
    monkeypatch.setattr(fonts, "FALLBACKS", ())
    with pytest.warns(
        UserWarning, match="no installed font has the characters '도손실정확'"
    ) as record:
        figure = plots.training_curves({"손실": [1.0], "정확도 손": [2.0]}, title="loss (손실)")
    assert len(record) == 1
    assert record[0].filename == __file__
    assert {"loss (□□)", "□□", "□□□ □"} <= set(texts(figure))


def test_characters_that_are_no_letters():
    with pytest.warns(UserWarning, match=r"characters '\\x07\\ud800'"):
        figure = plots.training_curves({"a\x07": [1.0]}, title="a\ud800\nb")
    assert {"A□", "a□\nb"} <= set(texts(figure))


def test_letters_that_the_usual_font_lacks_come_from_another():
    with matplotlib.rc_context({"font.family": "cmr10", "axes.formatter.use_mathtext": True}):
        figure = plots.training_curves({"loss": [1.0]}, title="η = 0.1")
        figure.savefig(io.BytesIO())
    (title,) = [t for t in figure.findobj(matplotlib.text.Text) if t.get_text() == "η = 0.1"]
    assert title.get_fontfamily() == ["cmr10", "DejaVu Sans"]


def test_inputs_are_not_changed_and_nothing_is_recorded():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Affine(2, 3, rng=rng))
    nn.SoftmaxCE()(model(POINTS), [0, 1, 2, 0, 1]).backward()
    before = {name: (p.numpy().copy(), p.grad.copy()) for name, p in model.named_parameters()}
    weight = Tensor(rng.normal(size=(4, 2, 3, 3)), requires_grad=True)
    kept = weight.numpy().copy()
    points = POINTS.copy()
    answers = []

    def predict(given):
        answers.append(model(given))
        return answers[-1]

    plots.filters(weight)
    plots.activation_histograms({"layer": model(points)})
    plots.decision_regions(predict, points, [0, 1, 2, 0, 1])
    plots.gradient_norms(model.named_parameters())
    plots.level_curves(lambda x: (x * weight[0, 0, 0, :2]).sum() + x[0] ** 2)
    assert [answer.requires_grad for answer in answers] == [False]
    assert np.array_equal(points, POINTS)
    assert np.array_equal(weight.numpy(), kept)
    assert weight.grad is None
    for name, parameter in model.named_parameters():
        assert np.array_equal(parameter.numpy(), before[name][0])
        assert np.array_equal(parameter.grad, before[name][1])


# -- training curves -----------------------------------------------------------------------

ROWS = [
    {"epoch": 1, "seconds": 0.5, "loss": 2.5, "accuracy": 0.1, "validation_loss": 3.0},
    {"epoch": 2, "seconds": 0.25, "loss": 0.1 + 0.2, "accuracy": 0.75, "validation_loss": 1e-300},
]


def test_the_curves_of_a_history():
    figure = plots.training_curves(nn.History(ROWS))
    shown = [
        (axes.get_title(), [(line.get_linestyle(), list(line.get_ydata())) for line in axes.lines])
        for axes in figure.axes
    ]
    assert shown == [
        ("Loss", [("--", [2.5, 0.1 + 0.2]), ("-", [3.0, 1e-300])]),
        ("Accuracy", [("--", [0.1, 0.75])]),
    ]
    legends = [[text.get_text() for text in axes.get_legend().get_texts()] for axes in figure.axes]
    assert legends == [["training", "validation"], ["training"]]
    for axes in figure.axes:
        assert all(list(line.get_xdata()) == [1, 2] for line in axes.lines)
        assert axes.get_xlabel() == "epoch"


def test_a_mapping_is_a_history_too():
    figure = plots.training_curves({"epoch": [3, 4], "f1": [0.5, 0.7], "validation_auc": [1, 2]})
    first, second = figure.axes
    assert list(first.lines[0].get_xdata()) == [3, 4]
    assert second.get_title() == "Auc"
    assert [line.get_linestyle() for line in second.lines] == ["-"]
    without_epochs = plots.training_curves({"loss": np.ones(12)}).axes[0]
    assert list(without_epochs.lines[0].get_xdata()) == list(range(1, 13))
    other = plots.training_curves({"loss": [1.0], "test loss": [2.0]}, validation="test ")
    assert len(other.axes[0].lines) == 2


def test_many_metrics_stand_in_rows():
    figure = plots.training_curves({f"m{i}": [i] for i in range(5)})
    assert [axes.axison for axes in figure.axes] == [True] * 5 + [False] * 3


def test_no_point_lies_outside_of_the_curves_picture():
    rows = [
        {"epoch": 1, "loss": math.nan, "r2": 0.1, "validation_r2": -0.6},
        {"epoch": 2, "loss": 3.0, "r2": 0.5, "validation_r2": 0.97},
    ]
    loss, r2 = plots.training_curves(nn.History(rows)).axes
    assert loss.get_ylim()[0] == 0
    assert 3 < loss.get_ylim()[1] < 3.5
    assert -0.8 < r2.get_ylim()[0] < -0.6
    assert 0.97 < r2.get_ylim()[1] < 1.2


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        (nn.History(), ValueError, "there is no epoch to draw"),
        ({}, ValueError, "there is no epoch to draw"),
        ({"loss": []}, ValueError, "there is no epoch to draw"),
        ({"epoch": [1], "seconds": [2]}, ValueError, "there is no epoch to draw"),
        ({"loss": [1, 2], "f1": [1]}, ValueError, "different lengths: loss 2, f1 1"),
        ({"loss": [[1, 2]]}, ValueError, r"'loss' has shape \(1, 2\); expected one value"),
        ({"loss": ["low"]}, TypeError, "column 'loss' is of type list .*expected real numbers"),
        ({"epoch": [math.nan], "loss": [1]}, ValueError, "'epoch' has 1 of 1 values .*not finite"),
        ([1, 2], TypeError, "history is of type list; expected a History or a mapping"),
    ],
)
def test_what_is_no_history(history, error, message):
    with pytest.raises(error, match=f"training_curves: .*{message}"):
        plots.training_curves(history)


# -- filters -------------------------------------------------------------------------------


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


# -- histograms ----------------------------------------------------------------------------


def test_histograms_of_activations():
    rng = np.random.default_rng(0)
    layers = {"first": rng.normal(size=(20, 10)), "second": Tensor(rng.uniform(0, 3, size=500))}
    figure = plots.activation_histograms(layers, bins=7)
    first, second = figure.axes
    values = [layers["first"].ravel(), layers["second"].numpy()]
    low, high = min(v.min() for v in values), max(v.max() for v in values)
    for axes, name, value in zip(figure.axes, layers, values, strict=True):
        title, figures = axes.get_title().split("\n")
        assert title == name
        mean, deviation = (float(t.replace("−", "-")) for t in figures.split(" ± "))
        assert mean == pytest.approx(value.mean(), rel=0.005)
        assert deviation == pytest.approx(value.std(), rel=0.005)
        heights = [bar.get_height() for bar in axes.patches[:7]]
        edges = np.linspace(low, high, 8)
        inside = [((a <= value) & (value < b)).mean() for a, b in pairwise(edges)]
        inside[-1] += (value == high).mean()
        assert heights == pytest.approx(inside)
        assert sum(heights) == pytest.approx(1)
        assert [bar.get_x() for bar in axes.patches[:7]] == pytest.approx(edges[:-1])
    assert first.get_xlim() == second.get_xlim()
    assert first.get_ylim() == second.get_ylim()


def test_saturated_activations_are_told_apart():
    values = np.array([0.0, 0.05, 0.5, 0.6, 0.95, 1.0, 1.0, 0.3])
    axes = plots.activation_histograms({"σ": values}, saturated=(0.05, 0.95), bins=2).axes[0]
    assert [bar.get_height() * 8 for bar in axes.patches] == [1, 2, 2, 3]
    assert [bar.get_y() * 8 for bar in axes.patches] == [0, 0, 1, 2]
    assert [text.get_text() for text in axes.texts] == ["62% saturated"]
    colours = {to_rgb(bar.get_facecolor()[:3]) for bar in axes.patches}
    assert len(colours) == 2
    zeros = plots.activation_histograms({"ReLU": [0, 0, 0, 2.0]}, saturated=(0, math.inf)).axes[0]
    assert zeros.texts[0].get_text() == "75% saturated"


def test_what_the_bars_do_not_cover_is_written():
    figure = plots.activation_histograms({"a": np.arange(10.0), "b": [3.0]}, value_range=(0, 4))
    assert [axes.texts[0].get_text() for axes in figure.axes] == ["50% outside", ""]
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == pytest.approx(0.5)
    assert figure.axes[0].get_title().split("\n")[1] == "4.5 ± 2.87"


@pytest.mark.parametrize("values", [[0.0, 0.0], [1e9, 1e9], [-1e-12, -1e-12], [3]])
def test_equal_activations(values):
    axes = plots.activation_histograms({"layer": values}).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1)
    axes.figure.savefig(io.BytesIO())


@pytest.mark.parametrize(
    ("activations", "options", "error", "message"),
    [
        ({}, {}, ValueError, "there is no layer to draw"),
        ({"a": []}, {}, ValueError, r"layer 'a' is empty, of shape \(0,\)"),
        ({"a": [1.0, np.inf]}, {}, ValueError, "layer 'a' has 1 of 2 .*first inf at index"),
        ({"a": ["x"]}, {}, TypeError, "layer 'a' is of type list"),
        ([1.0], {}, TypeError, "of type list; expected a mapping"),
        ({"a": [1.0]}, {"bins": 0}, ValueError, "bins 0; expected at least 1"),
        ({"a": [1.0]}, {"value_range": (1, 1)}, ValueError, r"value_range \(1, 1\); expected"),
        ({"a": [1.0]}, {"saturated": (1, 0)}, ValueError, r"saturated \(1, 0\); expected \(low,"),
        ({"a": [1.0]}, {"saturated": 1}, ValueError, r"saturated 1; expected \(low, high\)"),
    ],
)
def test_what_are_no_activations(activations, options, error, message):
    with pytest.raises(error, match=f"activation_histograms: .*{message}"):
        plots.activation_histograms(activations, **options)


# -- level curves --------------------------------------------------------------------------


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


# -- decision regions ----------------------------------------------------------------------

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


# -- gradient norms ------------------------------------------------------------------------


def test_norms_of_gradients_are_root_mean_squares():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Affine(2, 3, rng=rng), nn.Sigmoid(), nn.Affine(3, 2, rng=rng))
    nn.SoftmaxCE()(model(POINTS), [0, 1, 1, 0, 1]).backward()
    expected = [math.sqrt(sum(g * g for g in p.grad.flat) / p.size) for p in model.parameters()]
    names = [name for name, _ in model.named_parameters()]
    for given in (
        model.named_parameters(),
        model.parameters(),
        dict(model.named_parameters()),
        {name: parameter.grad for name, parameter in model.named_parameters()},
    ):
        axes = plots.gradient_norms(given).axes[0]
        assert axes.get_yscale() == "log"
        (line,) = axes.lines
        assert line.get_ydata() == pytest.approx(expected, rel=1e-6)
        assert [label.get_text() for label in axes.get_xticklabels()] == names
        assert axes.get_legend() is None
    several = plots.gradient_norms({1: model.named_parameters(), 2: {"0.weight": [1.0]}}).axes[0]
    assert several.lines[0].get_ydata() == pytest.approx(expected, rel=1e-6)
    assert [text.get_text() for text in several.get_legend().get_texts()] == ["1", "2"]


def test_networks_beside_each_other():
    networks = {"sigmoid": {"a": [1e-9], "b": [1e-3]}, "ReLU": {"b": [0.1], "c": [0.2, 0.2]}}
    axes = plots.gradient_norms(networks).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]
    first, second = (line.get_ydata() for line in axes.lines)
    assert first == pytest.approx([1e-9, 1e-3, math.nan], nan_ok=True)
    assert second == pytest.approx([math.nan, 0.1, 0.2], nan_ok=True)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["sigmoid", "ReLU"]
    assert len({line.get_color() for line in axes.lines}) == 2
    assert len({line.get_marker() for line in axes.lines}) == 2
    assert not axes.texts


def test_what_has_no_logarithm_is_written():
    without = Tensor([1.0], requires_grad=True)
    gradients = {"a": [0.0, 0.0], "b": None, "c": [np.inf, 1], "d": [np.nan, 1], "e": [5.0]}
    axes = plots.gradient_norms({**gradients, "f": without}).axes[0]
    marks = {text.get_position()[0]: text.get_text() for text in axes.texts}
    assert marks == {0: "0", 1: "none", 2: "∞", 3: "NaN", 5: "none"}
    heights = [text.get_position()[1] for text in axes.texts]
    assert [height > 0.5 for height in heights] == [False, False, True, True, False]
    low, high = axes.get_ylim()
    assert low < 5 < high
    plots.gradient_norms({"a": None}).savefig(io.BytesIO())


@pytest.mark.parametrize("size", [1e-200, 1e-310, 1e-45, 1.0, 1e38, 1e300])
def test_norms_of_any_size(size):
    figure = plots.gradient_norms({"a": np.full((3, 2), size), "b": [size, 0]})
    first, second = figure.axes[0].lines[0].get_ydata()
    assert first == pytest.approx(size, rel=1e-12)
    assert second == pytest.approx(size * math.sqrt(0.5), rel=1e-12)
    low, high = figure.axes[0].get_ylim()
    assert low <= second
    assert first < high
    figure.savefig(io.BytesIO())


@pytest.mark.parametrize(
    ("gradients", "error", "message"),
    [
        ({}, ValueError, "there is no gradient to draw"),
        ({"a": {}, "b": {}}, ValueError, "there is no gradient to draw"),
        ({"a": []}, ValueError, r"the gradient of 'a' is empty, of shape \(0,\)"),
        ({"a": "steep"}, TypeError, "the gradient of 'a' is of type str"),
        (np.ones(3), TypeError, "of type ndarray; expected a mapping"),
        (Tensor([1.0]), TypeError, "of type Tensor; expected a mapping"),
        ([1.0, 2.0], TypeError, "float among the gradients"),
        (3, TypeError, "of type int; expected a mapping"),
    ],
)
def test_what_are_no_gradients(gradients, error, message):
    with pytest.raises(error, match=f"gradient_norms: .*{message}"):
        plots.gradient_norms(gradients)


# -- activation functions ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "value", "slope"),
    [
        (nn.functional.sigmoid, lambda x: 1 / (1 + np.exp(-x)), None),
        (np.tanh, np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        (nn.functional.relu, lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
        (nn.functional.step, lambda x: (x >= 0) * 1.0, lambda x: 0 * x),
        (lambda x: x * x, lambda x: x * x, lambda x: 2 * x),
    ],
)
def test_a_curve_and_its_derivative(f, value, slope):
    axes = plots.activation_function(f, (-3, 2)).axes[0]
    curve, derivative = axes.lines[-2:]
    x = curve.get_xdata()
    assert (x[0], x[-1]) == (-3, 2)
    assert curve.get_ydata() == pytest.approx(value(x), abs=1e-12)
    expected = np.gradient(value(x), x) if slope is None else slope(x)
    assert derivative.get_ydata() == pytest.approx(expected, abs=1e-12 if slope else 1e-3)
    assert np.array_equal(derivative.get_xdata(), x)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["f(x)", "f′(x)"]
    assert curve.get_linestyle() != derivative.get_linestyle()


def test_the_title_is_the_name_of_the_function():
    titles = [
        plots.activation_function(f).axes[0].get_title()
        for f in (nn.functional.sigmoid, nn.functional.elu, lambda x: x, nn.Sigmoid())
    ]
    assert titles == ["sigmoid", "elu", "", ""]


def test_gaps_where_a_function_is_not_finite():
    with np.errstate(invalid="ignore", divide="ignore"):
        axes = plots.activation_function(np.log, (-1, 1)).axes[0]
    curve, derivative = (line.get_ydata() for line in axes.lines[-2:])
    x = axes.lines[-1].get_xdata()
    assert np.array_equal(np.isnan(curve), x <= 0)
    assert derivative[x > 0] == pytest.approx(1 / x[x > 0])


@pytest.mark.parametrize(
    ("f", "value_range", "error", "message"),
    [
        (lambda x: x.numpy(), (-1, 1), TypeError, "f gave ndarray for a Tensor; expected a Tensor"),
        (lambda x: x.sum(), (-1, 1), ValueError, r"f gave shape \(\) for shape \(1001,\)"),
        (lambda x: x * np.nan, (-1, 1), ValueError, r"f is finite nowhere in \(-1, 1\)"),
        (np.tanh, (1, -1), ValueError, r"value_range \(1, -1\); expected \(low, high\)"),
    ],
)
def test_what_is_no_activation_function(f, value_range, error, message):
    with pytest.raises(error, match=f"activation_function: .*{message}"):
        plots.activation_function(f, value_range)
