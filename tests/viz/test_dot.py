"""DOT text: the same everywhere, and accepted whatever things are called."""

import os
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import autodiff as ad
import viz
from autodiff import Tensor
from tests.viz.graphs import drawn_texts, edges, programs, vertices
from viz.labels import visible
from viz.rendering.render import render

ROOT = Path(__file__).parents[2]


def leaf(data, name=None):
    return Tensor(data, requires_grad=True, name=name)


# -- the same text --------------------------------------------------------------------------------

DRAW = """
import sys
import numpy as np
import autodiff as ad, nn, viz
from autodiff import Tensor

def draw():
    rng = np.random.default_rng(3)
    nn.seed(3)
    layers = nn.Affine(3, 4), nn.Sigmoid(), nn.Affine(4, 4), nn.ReLU(), nn.Affine(4, 2)
    model = nn.Sequential(*layers)
    x = rng.normal(size=(2, 3))
    loss = nn.SoftmaxCE()(model(x), np.array([0, 1]))
    a, b = Tensor(2.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    y = ad.exp(a * b) + a
    for detail in ("operation", "primitive", "module"):
        diagram = viz.backward_flow(loss, detail=detail, color="gradient", names={"x": x})
        yield diagram.source
        yield str(diagram)
    yield viz.graph([y, loss], names={"a": a, "b": b}).source

if sys.argv[1] == "later":
    for _ in range(2):
        keep = list(draw())
    junk = [Tensor(1.0, requires_grad=True) * 2 for _ in range(100)]
sys.stdout.buffer.write("\\n".join(draw()).encode())
"""


def test_every_process_writes_the_same():
    texts = []
    for seed, when in (("0", "first"), ("1", "first"), ("4242", "later")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", textwrap.dedent(DRAW), when]
        texts.append(
            subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        )
    assert len(texts[0]) > 5000
    assert texts[0] == texts[1] == texts[2]


@settings(max_examples=25)
@given(programs())
def test_equal_graphs_have_equal_texts(program):
    first, second = program.run()[2], program.run()[2]
    for draw in (viz.graph, viz.backward_flow):
        for detail in ("operation", "primitive"):
            assert draw(first, detail=detail).source == draw(second, detail=detail).source
            assert str(draw(first, detail=detail)) == str(draw(second, detail=detail))


def test_no_address_is_in_the_text():
    class Odd(ad.Op):
        def __init__(self, array):
            self.array = array

        def forward(self, x):
            return x + 0

        def vjp(self, g):
            return (g,)

    source = viz.backward_flow(Odd(object())(leaf(1.0))).source
    assert "0x" not in source


# -- structure ------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(programs(max_steps=5))
def test_every_edge_joins_vertices_that_are_there(program):
    diagram = viz.backward_flow(program.run()[2])
    ids = [vertex.id for vertex in diagram.structure.vertices]
    assert len(set(ids)) == len(ids)
    for line in edges(diagram.source, False) + edges(diagram.source, True):
        tail, _, head, *_ = line.replace('"', "").split()
        assert {tail, head} <= set(ids)
    assert diagram.source.count("{") == diagram.source.count("}")


def test_small_arrays_are_tables_that_graphviz_takes():
    x = leaf([[1.0, -2.0], [np.inf, np.nan]], "x<&>")
    diagram = viz.backward_flow((x * 2).sum())
    shown = drawn_texts(diagram.source)
    assert shown["multiply"] == ["×"]
    assert any(lines[0] == "x<&>" for lines in shown.values() if lines)


# -- whatever it is called ------------------------------------------------------------------------

HARD = [
    '"',
    "'",
    "<",
    ">",
    "|",
    "{",
    "}",
    "\\",
    "\n",
    "\t",
    "\r",
    "\\N",
    "\\L",
    "\\G",
    "\\n",
    "\\l",
    "\\E",
    "\\T",
    "\\H",
    "\x00",
    "\x7f",
    "\x85",
    "\u2028",
    "😀",
    "שלום",
    "مرحبا",
    "가중치",
    "é",
    "e\u0301",
    "<b>x</b>",
    "<<TABLE>>",
    "graph",
    "node",
    "edge",
    "digraph",
    "subgraph",
    "strict",
    "node:port",
    "a->b",
    "--",
    "//",
    "/*",
    "#",
    ";",
    "=",
    "[",
    "]",
    ",",
    "%",
    "$x$",
    "_",
    " ",
    "\ufeff",
    "\ufffe",
    "\ud800",
    "\U0010ffff",
    "cluster_0",
    "null",
    "None",
    "nan",
    "0",
    "1",
    "-1",
    "x_1",
    "ﬀ",
    "𝑥",
]
NAMES = st.one_of(
    st.sampled_from(HARD),
    st.lists(st.sampled_from(HARD), min_size=1, max_size=4).map("".join),
    st.text(st.characters(exclude_categories=[]), min_size=1, max_size=12),
)


def flat(*lines):
    """Spaces at the ends, and which kind of space it is, do not matter."""
    return "".join(" ".join(line.split(" ")).replace("\xa0", " ") for line in lines).strip()


@settings(max_examples=25)
@given(st.lists(NAMES.filter(str.strip), min_size=3, max_size=8, unique=True))
@example([name for name in HARD if name.strip()])
@example(["x" * 3000, "가" * 500, "\\" * 7, '"' * 5 + "\\"])
def test_names_are_drawn_as_they_are(names):
    start = leaf(1.0, "start")
    total = start
    for name in names:
        total = total + leaf(2.0, name)
    diagram = viz.backward_flow(total, expressions=False)
    shown = drawn_texts(diagram.source)
    for vertex in vertices(diagram, "input"):
        assert flat(*shown[vertex.id]) == flat(str(vertex.label))
    labels = {str(v.label) for v in vertices(diagram, "input")}
    counts = Counter(visible(name).strip() for name in names)  # equal ones are numbered
    assert {name for name, count in counts.items() if count == 1} <= labels


@settings(max_examples=15)
@given(NAMES, NAMES, NAMES)
def test_titles_scopes_and_results_are_drawn_as_they_are(title, scope, result):
    with ad.scope(scope):
        y = leaf(2.0, "x") * 3
    diagram = viz.backward_flow(y, title=title, names={"r" + result: y})
    shown = drawn_texts(diagram.source)
    lines = [visible(line) for line in title.split("\n")]
    assert [flat(line) for line in shown["diagram"] if flat(line)] == [
        flat(line) for line in lines if flat(line)
    ]
    (group,) = diagram.structure.groups
    assert flat(*shown["cluster_0"]) == flat(group.title)
    (vertex,) = vertices(diagram, "result")
    assert flat(*shown[vertex.id]) == flat(visible("r" + result))


@settings(max_examples=10)
@given(st.lists(NAMES, min_size=1, max_size=4))
def test_symbols_and_expressions_are_drawn_as_they_are(symbols):
    y = leaf(2.0, "x")
    for symbol in symbols:
        y = _named(symbol)(y)
    diagram = viz.backward_flow(y)
    shown = drawn_texts(diagram.source)
    for vertex in vertices(diagram, "operation"):
        written = [visible(line) for line in vertex.label.text.split("\n")]
        assert flat(*shown[vertex.id]) == flat(*written)


def _named(text):
    class Named(ad.Op):
        name = text
        symbol = text

        def forward(self, x):
            return x + 0

        def vjp(self, g):
            return (g,)

        def expression(self, *arguments):
            return f"{text}{arguments[0]}"

    return Named()


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("options", [{"color": "gradient"}, {"step": 0}, {"direction": "TB"}])
def test_graphviz_takes_every_option(theme, options):
    x = leaf([[1.0, np.nan]], "x")
    y = (ad.exp(x) * x).sum()
    assert render(viz.backward_flow(y, theme=theme, **options).source, "dot")
