"""What users call: options, errors, sizes."""

import re
import sys

import numpy as np
import pytest

import autodiff as ad
import nn
import viz
import viz.draw
from autodiff import INPUTS, Op, Tensor
from tests.viz.graphs import edges, gradients, texts, values, vertices
from viz.diagram import LARGEST, LECTURE


def leaf(data, name=None):
    return Tensor(data, requires_grad=True, name=name)


@pytest.fixture
def y():
    return ad.exp(leaf([1.0, 2.0], "x")) * np.array([3.0, 4.0])


# -- errors that say what to do -------------------------------------------------------------------


@pytest.mark.parametrize("draw", [viz.graph, viz.backward_flow])
class TestErrors:
    @pytest.mark.parametrize("nothing", [3.0, np.ones(2), None, "y", {"y": 1}])
    def test_no_tensor(self, draw, nothing):
        name = type(nothing).__name__
        with pytest.raises(TypeError, match=f"viz.{draw.__name__}: {name}; expected a Tensor"):
            draw(nothing)

    def test_not_all_are_tensors(self, draw):
        with pytest.raises(TypeError, match="expected a Tensor, the result of a computation"):
            draw([leaf(1.0) * 2, 3.0])

    def test_none_at_all(self, draw):
        with pytest.raises(ValueError, match="expected at least one Tensor"):
            draw([])

    def test_nothing_recorded(self, draw):
        with ad.no_grad():
            y = leaf(1.0) * 2
        with pytest.raises(TypeError, match=r"nothing was recorded .* outside no_grad\(\)"):
            draw(y)
        with pytest.raises(TypeError, match="requires_grad=True"):
            draw(Tensor(1.0) * 2)

    @pytest.mark.parametrize(
        ("option", "value", "expected"),
        [
            ("detail", "layer", "'primitive', 'operation', 'module'"),
            ("theme", "blue", "'light', 'dark', 'print'"),
            ("direction", "RL", "'LR', 'TB'"),
            ("depth", -1, "0 or more"),
        ],
    )
    def test_unknown_options(self, draw, y, option, value, expected):
        with pytest.raises(ValueError, match=f"{option}={value!r}; expected .*{expected}"):
            draw(y, **{option: value})


def test_a_gradient_of_another_shape(y):
    with pytest.raises(ValueError, match=r"the gradient has shape \(3,\), the result \(2,\)"):
        viz.backward_flow(y, np.ones(3))
    with pytest.raises(ValueError, match=r"shape \(\), the result \(2,\)"):
        viz.backward_flow(y, 1.0)


def test_a_gradient_that_is_no_number(y):
    with pytest.raises(TypeError, match="expected real numbers"):
        viz.backward_flow(y, np.array([1j, 2]))


def test_a_gradient_for_several_roots(y):
    with pytest.raises(ValueError, match="gradient is for a single Tensor, 2 were given"):
        viz.backward_flow([y, y * 2], np.ones(2))


def test_an_unknown_colour(y):
    with pytest.raises(ValueError, match="color='size'; expected \"gradient\" or None"):
        viz.backward_flow(y, color="size")


@pytest.mark.parametrize("name", ["picture.jpeg", "picture", ".svg", "picture.svg.txt"])
def test_an_unknown_suffix(y, tmp_path, name):
    with pytest.raises(
        ValueError, match=r"expected a name that ends in one of \.svg, \.png, \.pdf"
    ):
        viz.graph(y).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["graph.dot", "graph.gv", "graph.DOT"])
def test_dot_files_hold_the_source(y, tmp_path, name):
    diagram = viz.backward_flow(y)
    diagram.save(tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8") == diagram.source


# -- options --------------------------------------------------------------------------------------


def test_several_roots_share_what_they_share():
    x = leaf(2.0, "x")
    h = ad.exp(x)
    diagram = viz.graph([h * 2, h + 1], names={"h": h})
    assert texts(diagram, "result") == ["y₁", "y₂"]
    assert texts(diagram, "operation").count("exp") == 1
    assert viz.graph((h * 2, h + 1)).source == viz.graph([h * 2, h + 1]).source


def test_without_constants():
    x = leaf(2.0, "x")
    y = (x * 3 + np.ones(2)).sum()
    diagram = viz.backward_flow(y, constants=False)
    assert not vertices(diagram, "constant")
    assert len(edges(diagram.source, backward=False)) == 4
    # It changes nothing but what is drawn.
    assert gradients(diagram) == gradients(viz.backward_flow(y))


def test_without_numbers_expressions_are_those_of_a_loss():
    x = leaf(3.0, "x")
    diagram = viz.backward_flow(x * x, values=False, gradients=False)
    assert gradients(diagram)["x", "multiply"] == ["∂L/∂y · x"] * 2
    assert "9" not in str(diagram)


def test_with_shapes():
    x = leaf(np.ones((2, 3)), "x")
    diagram = viz.graph(ad.exp(x), shapes=True, values=False)
    assert values(diagram) == {"x": ["2 × 3"], "exp": ["2 × 3"]}


def test_title_and_direction(y):
    diagram = viz.graph(y, title="제목", direction="TB")
    assert 'label="제목"' in diagram.source or "label=제목" in diagram.source
    assert "rankdir=TB" in diagram.source
    assert str(diagram).splitlines()[0] == "제목"


def test_in_print_arrows_back_are_known_by_more_than_colour(y):
    for line in edges(viz.backward_flow(y, theme="print").source, backward=True):
        assert "style=dashed" in line
        assert "penwidth=3" in line


def test_a_leaf_alone():
    x = leaf(2.0, "x")
    for diagram, steps in ((viz.graph(x), 0), (viz.backward_flow(x), 1)):
        assert texts(diagram, "input") == texts(diagram, "result") == ["x"]
        assert diagram.steps == steps
        assert diagram.source
    assert "∂x/∂x = 1" in str(viz.backward_flow(x))


def test_a_leaf_among_the_roots():
    x = leaf(3.0, "x")
    table = str(viz.backward_flow([x * x, x], expressions=False))
    assert [line.split()[-1] for line in table.splitlines()[2:]] == ["1", "1", "3", "3", "7"]


def test_a_root_given_twice_is_drawn_once():
    y = leaf(2.0, "x") * 3
    assert str(viz.backward_flow([y, y])) == str(viz.backward_flow(y))


def test_tensors_of_one_name_are_told_apart():
    a, b = leaf(2.0, "w"), leaf(3.0, "w")
    table = str(viz.backward_flow(a * b * b))
    assert "∂y/∂w₁ = w₂² = 9" in table
    assert "∂y/∂w₂ = 2 · w₁ · w₂ = 12" in table


def test_names_that_look_like_numbers():
    y = leaf(2.0, "1") * leaf(5.0, "w")
    assert "∂y/∂1 = w = 5" in str(viz.backward_flow(y))
    assert "∂y/∂w = 1 = 2" in str(viz.backward_flow(y))


def test_a_name_of_blanks_is_none():
    assert texts(viz.graph(leaf(2.0, "  ") * 3), "input") == ["x"]


def test_a_named_number_is_written_by_its_name():
    t = np.array(3.0)
    assert "∂y/∂x = t = 3" in str(viz.backward_flow(leaf(2.0, "x") * t, names={"t": t}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": {1: 2}}, "expected a mapping of text"),
        ({"names": ["x"]}, "names is a list"),
        ({"title": 3}, "title=3; expected text"),
        ({"step": 1.5}, "step=1.5; expected a whole number"),
        ({"depth": 0.5}, "depth=0.5; expected a whole number"),
    ],
)
def test_arguments_of_another_kind(options, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        viz.backward_flow(leaf(2.0) * 3, **options)


class Deaf(Op):
    """The first of two inputs; the rule has nothing to say of the second."""

    saves = INPUTS

    def forward(self, x, y):
        return x * 1.0

    def vjp(self, g, x, y):
        return g, None


def test_nothing_flows_beyond_an_edge_that_nothing_flows_along():
    h = leaf(3.0, "h")
    diagram = viz.backward_flow(Deaf()(leaf(2.0, "x"), ad.exp(h)))
    assert {w.tail for w in diagram.structure.wires if w.flows} == {"x", "deaf"}
    assert diagram.steps == 2


class Second(Op):
    """The second half: a fused operation whose definition has one of several outputs."""

    saves = INPUTS

    def forward(self, x):
        return x[len(x) // 2 :] * 1.0

    def vjp(self, g, x):
        return (np.concatenate([np.zeros_like(g), g]),)

    def definition(self, x):
        return ad.split(x, 2)[1]


def test_one_of_several_outputs():
    x = leaf([1.0, 2.0], "x")
    table = str(viz.backward_flow(ad.split(x, 2)[1].sum()))
    assert "split(x)[1] = [2]" in table
    assert "∂y/∂x = concatenate(0, 1) = [0, 1]" in table
    table = str(viz.backward_flow(Second()(x).sum(), detail="primitive"))
    assert "split(x)[1] = [2]" in table


class Gate(nn.Module):
    """A module whose second operation takes another input."""

    def forward(self, x, y):
        return ad.tanh(x) * y


@pytest.mark.parametrize("as_leaf", [True, False])
def test_a_box_with_several_inputs(as_leaf):
    y = leaf([1.0, 2.0], "y") if as_leaf else np.array([1.0, 2.0])
    diagram = viz.graph(Gate()(leaf([1.0, 2.0], "x"), y).sum(), detail="module", names={"y": y})
    ids = [vertex.id for vertex in diagram.structure.vertices]
    assert ids[:3] == ["x", "y", "Gate"]
    assert "<svg" in diagram.svg()


def test_the_source_of_a_large_graph_is_not_drawn_by_modules(monkeypatch):
    monkeypatch.setattr("viz.request.fold_repeated", lambda *_: pytest.fail("folded"))
    with ad.scope("chain"):
        y = leaf(1.0)
        for _ in range(2100):
            y = ad.sin(y)
    assert viz.graph(y).source


def test_expressions_are_left_out_of_large_diagrams_unless_asked_for():
    y = x = leaf(0.5, "x")
    for _ in range(LECTURE + 1):
        y = ad.sin(y)
    assert "cos(" not in str(viz.backward_flow(y))
    assert "cos(" in str(viz.backward_flow(y, expressions=True))
    assert x.grad is None


# -- size -----------------------------------------------------------------------------------------


def chain(count, x=None):
    y = x = leaf(0.5, "x") if x is None else x
    for _ in range(count):
        y = y * 1.0
    return y


def test_a_large_graph_is_not_rendered_but_written(tmp_path):
    diagram = viz.backward_flow(chain(LARGEST + 1), constants=False)
    assert len(edges(diagram.source, backward=True)) == LARGEST + 2
    for draw in (
        diagram.svg,
        lambda: diagram.save(tmp_path / "a.svg"),
        lambda: diagram.save(tmp_path / "a.png"),
    ):
        with pytest.raises(
            ValueError, match=r"2,003 vertices are too many .* detail=\"module\" or depth="
        ):
            draw()
    assert not list(tmp_path.iterdir())
    diagram.save(tmp_path / "a.dot")
    assert "image/svg+xml" not in diagram._repr_mimebundle_()


def test_the_largest_that_is_rendered():
    diagram = viz.graph(chain(LARGEST - 2), constants=False)
    assert len(diagram.structure.vertices) == LARGEST
    assert diagram._drawable() is diagram


def test_a_large_graph_of_modules_is_drawn_by_module():
    class Deep(nn.Module):
        def forward(self, x):
            return chain(LARGEST, x)

    y = nn.Sequential(Deep(), nn.Tanh())(leaf(0.5, "x"))
    diagram = viz.backward_flow(y)
    assert len(diagram.structure.vertices) > LARGEST
    drawn = diagram.svg()
    assert "Deep" in drawn
    assert "Tanh" in drawn


@pytest.mark.parametrize("detail", ["operation", "primitive", "module"])
def test_no_recursion(detail):
    y = chain(20_000)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        source = viz.backward_flow(y, detail=detail, fold=False).source
    finally:
        sys.setrecursionlimit(limit)
    assert len(edges(source, backward=True)) == 20_001


def test_deeply_nested_scopes_need_no_recursion():
    y = leaf(0.5, "x")
    scopes = [ad.scope(f"s{i}") for i in range(400)]
    for scope in scopes:
        scope.__enter__()
    y = y * 2
    for scope in reversed(scopes):
        scope.__exit__(None, None, None)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        source = viz.graph(y).source
    finally:
        sys.setrecursionlimit(limit)
    assert source.count("subgraph") == 400


def work(make, count):
    """How many calls of Python functions it takes to draw a graph of so many operations."""
    y = make(count)
    calls = 0

    def profile(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        diagram = viz.backward_flow(y)
        diagram.source  # noqa: B018  # the text is built here
        str(diagram)
    finally:
        sys.setprofile(None)
    return calls


def fan(count):
    x = leaf(0.5, "x")
    y = x * 2
    total = y
    for _ in range(count // 2):
        total = total + y * y
    return total


def fused(count):
    y = leaf(0.5, "x")
    for _ in range(count):
        y = nn.functional.sigmoid(y)
    return y


@pytest.mark.parametrize("make", [chain, fan, fused])
def test_work_grows_with_the_graph_and_no_faster(make):
    few, many = work(make, 200), work(make, 800)
    assert many < 4.4 * few


@pytest.mark.parametrize(
    ("activation", "rule"),
    [(nn.Sigmoid, " · v₁ · (1 − v₁)"), (nn.ReLU, " where v₁ > 0, else 0"), (nn.GELU, "0.5 · ")],
)
def test_a_rule_is_never_dropped_for_its_length(activation, rule):
    rng = np.random.default_rng(0)
    layers = [nn.Affine(2, 3, rng=rng), activation(), nn.Affine(3, 4, rng=rng), activation()]
    model = nn.Sequential(*layers, nn.Affine(4, 2, rng=rng))
    loss = nn.SoftmaxCE()(model(rng.normal(size=(8, 2))), [0, 1] * 4)
    diagram = viz.backward_flow(loss, values=False, gradients=False)
    written = [str(use.gradient) for w in diagram.structure.wires for use in w.uses if use.flows]
    assert all(written)
    assert any(rule in text for text in written)
    for note in diagram.structure.notes:  # and nothing is explained that is not written
        name = re.escape(note.partition(" = ")[0])
        assert any(re.search(rf"(?<!\w){name}(?![\w′])", text) for text in written)
    for text in written:  # what is used by its name is said somewhere
        for name in re.findall(r"∂L/∂v.", text):
            assert any(other.startswith(f"{name} = ") for other in written)


def test_a_gradient_is_named_after_one_quantity_alone():
    x = leaf(2.0, "x")
    table = str(viz.backward_flow(x * x * 3 + x * x * 5))
    assert "∂y/∂x² =" not in table
    assert "∂y/∂v₁ = 3" in table
    assert "∂y/∂v₂ = 5" in table


def test_a_power_is_named_in_parentheses():
    assert "∂y/∂(x²) = 3" in str(viz.backward_flow(leaf(2.0, "x") ** 2 * 3))


def test_what_several_losses_add_up_to():
    x = leaf(2.0, "x")
    assert str(viz.backward_flow([x * x, x * 3])).endswith("L = y₁ + y₂")


def test_ones_in_a_product_of_matrices_are_no_number():
    table = str(viz.backward_flow((leaf(np.eye(2), "A") @ leaf(np.eye(2), "B")).sum()))
    assert "∂y/∂A = ones @ Bᵀ" in table


def test_a_leaf_of_many_uses_is_written_anew_where_graphviz_does_the_layout():
    weight, h = leaf(np.eye(2), "W"), leaf(np.ones((1, 2)), "h")
    for _ in range(100):
        h = np.tanh(h @ weight)
    diagram = viz.backward_flow(h.sum())
    assert diagram.source.count("[label=W ") == 100
    assert "<svg" in diagram.svg(timeout=30)


def test_arrays_are_known_by_name_in_another_dtype():
    data = np.random.default_rng(0).normal(size=(4, 2))
    y = nn.Affine(2, 3)(data).sum()
    assert "MYX" in texts(viz.graph(y, names={"MYX": data}), "constant")


def test_a_transpose_of_a_transpose_is_not_written():
    b, c = leaf(np.ones((2, 3)), "B"), leaf(np.ones((4, 3)), "C")
    table = str(viz.backward_flow((b @ c.T).sum(), values=False, gradients=False))
    assert "∂L/∂y @ C" in table
    assert "(Cᵀ)ᵀ" not in table


def test_the_resolution_of_a_picture(tmp_path):
    diagram = viz.graph(leaf(2.0, "x") * 3)
    widths = []
    for dpi in (96, 192):
        diagram.save(tmp_path / "x.png", dpi=dpi)
        widths.append(int.from_bytes((tmp_path / "x.png").read_bytes()[16:20], "big"))
    assert widths[1] == pytest.approx(2 * widths[0], rel=0.02)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder") as error:
        viz.graph(leaf(2.0) * 3).save(tmp_path / "none" / "x.dot")
    assert error.value.filename == str(tmp_path / "none")


@pytest.mark.parametrize("dpi", [0, -1, np.nan, np.inf])
def test_a_resolution_that_is_none(dpi, tmp_path):
    with pytest.raises(ValueError, match="expected a positive number"):
        viz.graph(leaf(2.0) * 3).save(tmp_path / "x.png", dpi=dpi)
    assert not list(tmp_path.iterdir())


def test_a_picture_that_would_be_too_wide(tmp_path):
    with pytest.warns(UserWarning, match="pixels wide; it is drawn at") as warned:
        viz.graph(leaf(2.0, "x") * 3).save(tmp_path / "x.png", dpi=20_000)
    assert warned[0].filename == __file__
    assert int.from_bytes((tmp_path / "x.png").read_bytes()[16:20], "big") < 32_767


def abbreviations(diagram):
    """The abbreviations in what is written, and those that something says the meaning of."""
    labels = []
    for wire in diagram.structure.wires:
        labels += [wire.value.text, wire.gradient.text, *(use.gradient.text for use in wire.uses)]
    used = {name for label in labels for name in re.findall(r"(?:∂\w+/∂)?v[₀-₉]+", label)}
    defined = {label.partition(" =")[0] for label in labels if " =" in label}
    return used, defined


@pytest.mark.parametrize("gradients", [True, False])
def test_every_abbreviation_is_defined(gradients):
    x, w, u = leaf(0.3, "x"), leaf(0.4, "w"), leaf(0.5, "u")

    def both():
        return ad.exp(x * x + 3 * x + 1)

    a = x * w
    for y in (
        ad.sin(both()) + ad.tanh(both()),
        ad.sin(a * w + x) * ad.exp(a * u + w) + ad.cos(a * x + u) * ad.tanh(a + x * u),
    ):
        used, defined = abbreviations(viz.backward_flow(y, gradients=gradients, values=gradients))
        assert used
        assert used <= defined


def test_the_text_of_the_diagram_is_kept_when_the_time_is_up(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    diagram = viz.backward_flow(leaf(2.0, "x") * 3)
    with pytest.raises(viz.RenderingTimeoutError) as error:
        diagram.save(tmp_path / "x.svg", timeout=1e-3)
    (kept,) = tmp_path.iterdir()
    assert str(kept) in str(error.value)
    assert kept.read_text(encoding="utf-8") == diagram.source
