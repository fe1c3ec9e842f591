"""What holds for every plot."""

import io
import subprocess
import sys

import numpy as np
import pytest

import nn
from autodiff import Tensor
from tests.viz.plots.cases import ALL, NAMED, NAMES, ONE_PANEL, PANELS, POINTS, in_view, texts
from viz import plots

matplotlib = pytest.importorskip("matplotlib")
Figure = pytest.importorskip("matplotlib.figure").Figure
fonts = pytest.importorskip("viz.plots.fonts")


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


def test_a_font_that_matplotlib_has_not_listed_yet_is_found(monkeypatch):
    """It lists the fonts once for all programs, so that one installed later is not there."""
    listed = [font for font in fonts.fontManager.ttflist if font.name == "cmr10"]
    monkeypatch.setattr(fonts.fontManager, "ttflist", listed)
    fonts._found_new_fonts.cache_clear()
    with matplotlib.rc_context({"font.family": "cmr10", "axes.formatter.use_mathtext": True}):
        figure = plots.training_curves({"loss": [1.0]}, title="η = 0.1")
        figure.savefig(io.BytesIO())
    assert "η = 0.1" in texts(figure)


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
