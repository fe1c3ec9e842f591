"""Texts have the room that they need, and not much more."""

import json

import graphviz
import numpy as np
import pytest

from viz.appearance import Appearance
from viz.dot import EDGE_SIZE, FONT, VERTEX_SIZE, dot_label, legend
from viz.labels import Label, array_label
from viz.lecture.margins import legend_extent
from viz.measure import extent, width
from viz.rendering.render import render

TEXTS = [
    "∂L/∂y · y² · exp(−x)",
    "−0.1966",
    "mean 0.002321, −0.5 … 0.5909",
    "5 × 2 float64",
    "∂f/∂(w · x) = 1",
    "(∂L/∂y where y > 0, else 0)",
    "Σ t · log(exp(a) / (Σ₀ exp(a)))",
    "∂J/∂W @ Xᵀ",
    "v₁₂ = √x ± 1e−9",
    "σ(x) ≤ ∞ ≠ μ ≥ ‖θ‖",
    "0123456789",
    "The quick brown fox jumps over the lazy dog",
    "SPHINX OF BLACK QUARTZ, JUDGE MY VOW",
    "272 parameters → Affine_1",
    "naïve façade über Ångström Łódź",
    "~!@#$%^&*()_+`-={}|[]\\:\";'<>?,./",
    "⚠ NaN first here",
    "iiiiiiii",
    "WWWWMMMMmmmm",
]


@pytest.fixture(scope="module")
def metrics():
    """How wide matplotlib's DejaVu Sans is, in sizes of the letters."""
    manager = pytest.importorskip("matplotlib.font_manager")
    from matplotlib.ft2font import FT2Font, LoadFlags

    font = FT2Font(manager.findfont(manager.FontProperties(family="DejaVu Sans")))
    font.set_size(1000, 72)

    def measure(text):
        glyphs = (font.load_char(ord(c), flags=LoadFlags.NO_HINTING) for c in text)
        return sum(glyph.linearHoriAdvance for glyph in glyphs) / 65536 / 1000

    return measure


@pytest.mark.parametrize("text", TEXTS)
def test_estimates_are_at_least_as_wide_as_dejavu_sans(metrics, text):
    assert metrics(text) <= width(text, 1.0) <= 1.5 * metrics(text)


def test_no_letter_of_a_common_alphabet_is_wider_than_its_estimate(metrics):
    greek = "".join(map(chr, [*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x3B1, 0x3CA)]))
    letters = [chr(c) for c in range(0x20, 0x7F)] + list(greek + "−×·²³¹₀₉⁰⁹ᵀ∂√Σ∞≤≥≠±→←…⊙∇")
    assert {c for c in letters if metrics(c) > width(c, 1.0)} == set()


def test_combining_accents_take_no_width():
    assert width("x̂", 1.0) == width("x", 1.0)
    assert width("é", 1.0) == width("e\u0301", 1.0) == width("e", 1.0)


@pytest.mark.parametrize("size", [EDGE_SIZE, EDGE_SIZE + 1, VERTEX_SIZE, 18])
def test_graphviz_needs_no_more_room(size):
    labels = [Label(text) for text in [*TEXTS, "학습률 = 0.1", "입력\n은닉층\n출력"]]
    labels += [
        array_label(np.array([1.0, -2.0, 3.0]), "x"),
        array_label(np.array([[0.0571, -0.0171], [1e-9, np.nan]]), "∂L/∂W"),
        array_label(np.array([[True], [False], [True], [True]])),
        Label("a\nb\nc =", (("1",),)),
        Label("행렬 =", (("1", "−∞"), ("∞", "12345"))),
    ]
    for label, (across, down) in zip(labels, _drawn(map(dot_label, labels), size), strict=True):
        estimate = extent(label, size)
        assert across <= estimate[0] + 1, label
        assert down <= estimate[1] + 1, label
        assert estimate[0] <= 1.5 * across + 4, label


def test_the_legend_has_room():
    for theme in ("light", "dark", "print"):
        label = legend(Appearance(theme=theme, coloured=True))
        ((across, down),) = _drawn([label], VERTEX_SIZE)
        estimate = legend_extent()
        assert across <= estimate[0] <= 1.5 * across
        assert down <= estimate[1] <= 1.2 * down


def test_nothing_takes_no_room():
    assert extent(Label(), 11) == (0.0, 0.0)


def _drawn(labels, size):
    """Width and height of labels as Graphviz measures them."""
    graph = graphviz.Digraph()
    graph.attr("node", fontname=FONT, fontsize=str(size))
    graph.attr("node", shape="plaintext", margin="0", width="0", height="0")
    for number, label in enumerate(labels):
        graph.node(f"n{number}", label=label, pos=f"{number},0")
    nodes = json.loads(render(graph.source, "json0", placed=True))["objects"]
    nodes.sort(key=lambda node: int(node["name"][1:]))
    return [(72 * float(node["width"]), 72 * float(node["height"])) for node in nodes]
