"""The TikZ of a figure is LaTeX: by its structure everywhere, by a compiler where there is one."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
import viz
from nn import functional as F
from tests.viz.programs import diagrams, laid_out
from viz.labels import Label
from viz.lecture.latex import latex, latex_label, latex_lines
from viz.lecture.tikz import picture

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TRICKY = st.text(st.sampled_from("ab1²³₁₂′ᵀ⁻−·∂σθ$\\{}_^%#&~\"'`<>|[]*-,x̂ŷ한 \n"), max_size=30)

TOKEN = re.compile(r"\\(?:[a-zA-Z]+|.)|.", re.DOTALL)

# All commands that the pictures use; each is known to LaTeX, TikZ, or the packages they load.
KNOWN = set(
    TOKEN.findall(
        r"""
    \documentclass \usepackage \ifpdftex \else \fi \usetikzlibrary \definecolor \pagecolor \begin
    \end \sffamily \fontsize \selectfont \path \draw \node \fill \left \right \textbackslash
    \textasciicircum \textasciitilde \textquotedbl \textless \textgreater \textbar \textasciigrave
    \textquotesingle \mathsf \mbox \hat \tilde \bar \dot \prime \partial \cdot \times \div \infty
    \surd \le \ge \neq \pm \to \leftarrow \downarrow \odot \nabla \triangle \dots \alpha \beta
    \gamma \delta \epsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi \pi \rho \sigma \tau
    \upsilon \phi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi
    \Omega \\ \{ \} \$ \& \# \% \_
    """
    )
)

MATHEMATICS = {
    "^",
    "_",
    r"\partial",
    r"\mathsf",
    r"\hat",
    r"\prime",
    r"\times",
    r"\left",
    r"\right",
}
TEXTUAL = {r"\_", r"\textless", r"\textbackslash", r"\fontsize"}


def check(tex):
    """Read LaTeX as its tokenizer does: braces, mathematics, indices, known commands."""
    opened = []  # for each open brace or $, whether it is a $, and whether we came from mathematics
    is_math = False
    before = ""
    for token in TOKEN.findall(re.sub(r"(?<!\\)%\n", "", tex)):
        assert token[0] != "\\" or token in KNOWN, token
        if token == "{":
            opened.append(("{", is_math))
            is_math = is_math and before != r"\mbox"
        elif token == "}":
            assert opened, f"nothing to close: {tex}"
            brace, is_math = opened.pop()
            assert brace == "{", f"mathematics that does not end: {tex}"
        elif token == "$":
            if is_math:
                brace, is_math = opened.pop()
                assert brace == "$", f"mathematics that ends within braces: {tex}"
            else:
                opened.append(("$", False))
                is_math = True
        elif token == r"\begin" and is_math:
            is_math = False  # a table in a matrix
        elif token == r"\right":
            is_math = True
        assert token != "#"
        assert is_math or token not in MATHEMATICS, f"{token} outside of mathematics: {tex}"
        assert not is_math or token not in TEXTUAL, f"{token} in mathematics: {tex}"
        if token in "^_":  # a base of its own before each: no double superscript
            assert before == "}", tex
        before = token
    assert not opened, f"not closed: {tex}"


def body(tex):
    """The lines of the picture."""
    lines = tex.splitlines()
    return lines[lines.index(r"\begin{document}") + 1 : lines.index(r"\end{document}")]


@given(TEXT | TRICKY)
def test_any_text_is_balanced_latex(content):
    check(latex(content))
    check(latex_lines(content))


@given(
    TRICKY,
    st.lists(
        st.lists(
            st.sampled_from(["1", "−2.5", "NaN", "∞", "1e−9", "True"]), min_size=2, max_size=2
        ),
        max_size=3,
    ),
)
def test_any_label_is_balanced_latex(content, rows):
    tex = latex_label(Label(content, tuple(map(tuple, rows))))
    check(tex)
    assert tex.count(r"\begin{tabular}") == tex.count(r"\end{tabular}") == bool(rows)


@pytest.mark.parametrize(
    ("content", "tex"),
    [
        ("v₁₂", r"v${}_{12}$"),
        ("x²₁", r"x${}^{2}{}_{1}$"),
        ("y′²", r"y${}^{\prime 2}$"),
        ("∂L/∂x · y²", r"$\partial$L/$\partial$x $\cdot$ y${}^{2}$"),
        ("$∂", r"\$$\partial$"),
        ("∂·", r"$\partial \cdot$"),
        ("x̂", r"$\hat{\mathsf{x}}$"),
        ("θ̂", r"$\hat{\theta }$"),
        ("a_b^c", r"a\_b\textasciicircum{}c"),
        ("−1e−9", r"$-$1e$-$9"),
        ("한글 50%", r"한글 50\%"),
        ("a\\[b]*--", r"a\textbackslash{}{[}b]{*}{-}{-}"),
        ("10⁻⁸", r"10${}^{-8}$"),
    ],
)
def test_what_is_written(content, tex):
    assert latex(content) == tex


def test_a_line_break_never_takes_what_follows_for_an_option():
    assert latex_lines("a\n[1]\n*") == r"a\\{[}1]\\{*}"


@settings(max_examples=20, deadline=None)
@given(diagrams(largest=8))
def test_everything_is_drawn_once(diagram):
    layout = laid_out(diagram)
    tex = picture(layout, diagram.structure, diagram.appearance)
    check(tex)
    lines = body(tex)
    kinds = [vertex.kind for vertex in diagram.structure.vertices]
    assert sum(r"\node[operation" in line for line in lines) == kinds.count("operation")
    assert sum(r"\node[module" in line for line in lines) == kinds.count("module")
    arrows = [run for run in layout.runs if run.use is not None]
    assert sum(r"\draw[forward]" in line for line in lines) == len(arrows)
    assert sum(r"\draw[stem]" in line for line in lines) == len(layout.runs) - len(arrows)
    assert sum(r"\draw[backward]" in line for line in lines) == sum(r.flows for r in layout.runs)
    assert sum(r"\draw[draw=frame" in line for line in lines) == len(layout.frames)
    names = re.findall(r"\\node\[.*?\] \(([^)]*)\) at", tex)
    assert len(names) == len(set(names)) == len(kinds)
    assert all(re.fullmatch(r"[A-Za-z0-9 -]+", name) for name in names)
    for line in lines:
        assert line.endswith((";", "%", ",", "]", "}")), line
    assert tex.count(r"\begin{tikzpicture}") == tex.count(r"\end{tikzpicture}") == 1


def flow(**options):
    x = ad.Tensor(np.array([1.0, -2.0]), requires_grad=True, name="입력_1")
    w = ad.Tensor(np.array([0.5, 3.0]), requires_grad=True, name="ŵ₁₂")
    with np.errstate(all="ignore"), ad.scope("0:층 %"):
        y = ad.sum(F.sigmoid(x * w) + ad.log(x))
    y.name = "L"
    return viz.backward_flow(y, **options)


def test_steps_hide_arrows_and_keep_the_page():
    diagram = flow()
    pages, counts = set(), []
    for step in range(diagram.steps + 1):
        tex = flow(step=step).tikz()
        pages.add(next(line for line in tex.splitlines() if "bounding box" in line))
        counts.append(tex.count(r"\draw[backward]"))
    assert len(pages) == 1
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] == diagram.tikz().count(r"\draw[backward]")


def test_themes_alarms_legends_and_korean_letters():
    dark = flow(theme="dark", color="gradient", title="제목 & more").tikz()
    check(dark)
    assert r"\pagecolor{page}" in dark
    assert r"\usepackage{kotex}" in dark
    assert dark.count(r"\fill[fill]") == 7
    assert r"$\triangle$ NaN first here" in dark
    assert r"제목 \& more" in dark
    printed = flow(theme="print").tikz()
    assert "pagecolor" not in printed
    assert "dashed" in printed
    z = ad.Tensor(1.0, requires_grad=True, name="x")
    assert "kotex" not in viz.graph(z * 2.0).tikz()


@pytest.mark.parametrize("engine", ["lualatex", "pdflatex"])
def test_it_compiles(tmp_path, engine):
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    diagrams = [flow(theme="dark", color="gradient", title="A & B")] if engine == "lualatex" else []
    x = ad.Tensor(np.array([[1.0, -2.0]]), requires_grad=True, name="a_b$[θ]")
    diagrams.append(viz.backward_flow(ad.sum(x * x), title="50% * x²₁", color="gradient"))
    for number, diagram in enumerate(diagrams):
        path = tmp_path / f"figure{number}.tex"
        diagram.save(path)
        command = [engine, "-interaction=nonstopmode", "-halt-on-error", path.name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stdout[-2000:]
