"""Graphviz is found where it should be, runs within limits, and fails with reasons."""

import json
import math
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from viz.rendering.fonts import east_asian_letters, without_font
from viz.rendering.render import (
    FORMATS,
    GraphvizNotFoundError,
    RenderingError,
    RenderingTimeoutError,
    find,
    render,
)

CHAIN = 'digraph { a [label="x"]; b [label="y"]; a -> b }'

PLACED = """digraph {
    notranslate=true
    a [label="x" pos="50,60"]
    b [label="y" pos="150,100"]
    a -> b [pos="e,132,86 70,62 80,70 100,80 122,84"]
}"""

unix = pytest.mark.skipif(os.name == "nt", reason="the programs that stand in are shell scripts")


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.delenv("GRAPHVIZ_DOT", raising=False)


@pytest.fixture
def script(tmp_path):
    """Write a program that stands in for Graphviz."""

    def write(body, name="fake/dot"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def nothing_installed(tmp_path, monkeypatch):
    """An empty PATH and an environment without packages, whose folders are returned."""
    programs, packages = tmp_path / "programs", tmp_path / "packages"
    programs.mkdir()
    packages.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(sys, "path", [str(packages)])
    return programs, packages


def install_pure(packages):
    """Lay out the wheel graphviz-pure as pip does."""
    program = packages.parent / "bin" / "graphviz-pure"
    program.parent.mkdir()
    program.write_text("")
    info = packages / "graphviz_pure-0.2.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: graphviz-pure\nVersion: 0.2.2\n")
    (info / "RECORD").write_text(
        "../bin/graphviz-pure,,\ngraphviz_pure-0.2.2.dist-info/METADATA,,\n"
    )
    return str(program.resolve())


# -- finding --------------------------------------------------------------------------------


@unix
def test_order_of_search(nothing_installed, script, monkeypatch):
    _, packages = nothing_installed
    pure = install_pure(packages)
    assert find() == [pure]
    (packages / "pygraphviz").mkdir()
    (packages / "pygraphviz" / "__init__.py").write_text("")
    assert find()[0] == sys.executable
    assert Path(find()[-1]).name == "pygraphviz_dot.py"
    dot = script("", "programs/dot")
    assert find() == [str(dot)]
    named = script("", "elsewhere/dot")
    monkeypatch.setenv("GRAPHVIZ_DOT", str(named))
    assert find() == [str(named)]
    given = script("", "given/my dot")
    assert find(given) == [str(given)]
    assert find("dot") == [str(dot)]


def test_no_graphviz_at_all(nothing_installed):
    with pytest.raises(GraphvizNotFoundError, match=r'pip install "chainrule\[render\]"') as error:
        render(CHAIN, "svg")
    assert ".source" in str(error.value)


def test_wheel_without_its_program(nothing_installed):
    program = install_pure(nothing_installed[1])
    os.remove(program)
    with pytest.raises(GraphvizNotFoundError):
        find()


def test_named_programs_are_not_skipped(tmp_path, monkeypatch):
    absent = tmp_path / "absent"
    with pytest.raises(GraphvizNotFoundError, match=r"program is .*absent"):
        render(CHAIN, "svg", program=absent)
    monkeypatch.setenv("GRAPHVIZ_DOT", str(absent))
    with pytest.raises(GraphvizNotFoundError, match=r"GRAPHVIZ_DOT is .*absent"):
        render(CHAIN, "svg")
    monkeypatch.setenv("GRAPHVIZ_DOT", "")
    assert render(CHAIN, "svg")


# -- what is asked of the program -----------------------------------------------------------


@unix
def test_arguments_and_text(script):
    program = script('echo "$@"; cat', "a folder; touch hacked $(touch hacked)/dot")
    text = '# 한글 ∂ `touch hacked`\ndigraph { a [label="$(touch hacked) \\";"] }'
    assert render(text, "svg", program=program).decode() == f"-Kdot -Tsvg\n{text}"
    assert render(text, "xdot", placed=True, program=program).decode() == (
        f"-Kneato -n2 -Txdot\n{text}"
    )
    assert not Path("hacked").exists()
    assert list(program.parent.iterdir()) == [program]


@unix
def test_text_larger_than_a_pipe(script):
    text = "digraph { 한글 }\n" * 200_000
    assert render(text, "dot", program=script("cat")).decode() == text


@unix
def test_text_that_utf_8_does_not_have(script):
    assert render("# \ud800", "dot", program=script("cat")) == b"# ?"


def test_refused():
    with pytest.raises(ValueError, match="'bmp' is not one of svg, png") as error:
        render(CHAIN, "bmp")
    assert all(name in str(error.value) for name in FORMATS)
    with pytest.raises(ValueError, match="NUL"):
        render("digraph { \0 }", "svg")
    for timeout in (0, -1, math.nan):
        with pytest.raises(ValueError, match="timeout"):
            render(CHAIN, "svg", timeout=timeout)


# -- pictures -------------------------------------------------------------------------------


@pytest.fixture(params=["first found", "pygraphviz"])
def graphviz(request, monkeypatch, tmp_path):
    if request.param == "pygraphviz":
        monkeypatch.setenv("PATH", str(tmp_path))
        assert Path(find()[-1]).name == "pygraphviz_dot.py"


@pytest.mark.usefixtures("graphviz")
@pytest.mark.parametrize("source", [CHAIN, PLACED])
@pytest.mark.parametrize(
    ("format", "start"),
    [
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("pdf", b"%PDF-"),
        ("jpg", b"\xff\xd8\xff"),
        ("plain", b"graph "),
        ("xdot", b"digraph"),
        ("dot", b"digraph"),
    ],
)
def test_formats(source, format, start):
    assert render(source, format, placed=source is PLACED).startswith(start)


@pytest.mark.usefixtures("graphviz")
@pytest.mark.parametrize("format", ["json", "json0"])
def test_positions_are_kept(format):
    drawn = json.loads(render(PLACED, format, placed=True, timeout=math.inf))
    assert {node["name"]: node["pos"] for node in drawn["objects"]} == {
        "a": "50,60",
        "b": "150,100",
    }
    (edge,) = drawn["edges"]
    assert edge["pos"] == "e,132,86 70,62 80,70 100,80 122,84"


@pytest.mark.usefixtures("graphviz")
def test_dot_places_along_the_arrows():
    drawn = json.loads(render("digraph { rankdir=LR; a -> b }", "json"))
    x = {node["name"]: float(node["pos"].split(",")[0]) for node in drawn["objects"]}
    assert x["a"] + 54 < x["b"]  # nodes are 54 points wide


@pytest.mark.usefixtures("graphviz")
def test_text_of_every_node_and_language():
    source = 'digraph { a; 가중치 -> a [label="∂손실/∂w · ×²"]; b [label=<<b>굵게</b>>] }'
    root = ElementTree.fromstring(render(source, "svg"))
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert texts == {"a", "가중치", "∂손실/∂w · ×²", "굵게"}
    names = {node["name"] for node in json.loads(render(source, "json"))["objects"]}
    assert names == {"a", "가중치", "b"}


def test_nothing_is_printed(capfd):
    render("digraph { a [shape=nosuchshape] }", "svg")
    assert capfd.readouterr() == ("", "")


def test_threads():
    with ThreadPoolExecutor(4) as pool:
        sources = [f'digraph {{ a [label="node {i}"] }}' for i in range(8)]
        drawings = list(pool.map(lambda source: render(source, "svg"), sources))
    for i, drawing in enumerate(drawings):
        assert f">node {i}</text>".encode() in drawing


# -- failures -------------------------------------------------------------------------------


@pytest.mark.usefixtures("graphviz")
def test_syntax_errors_name_the_line():
    with pytest.raises(RenderingError, match="syntax error in line 3 near ']'") as error:
        render("digraph {\n a\n a -> ] }\n", "svg")
    assert str(error.value).endswith("line 3 is: a -> ] }")
    with pytest.raises(RenderingError, match="syntax error in line"):
        render("digraph {", "svg")


@pytest.mark.usefixtures("graphviz")
@pytest.mark.parametrize("label", ["<b>x", "x & y", "<table><tr><td>x</td></tr>"])
def test_bad_html_labels(label):
    with pytest.raises(RenderingError, match="in label of node broken"):
        render(f"digraph {{ broken [label=<{label}>]; b }}", "svg")


@pytest.mark.usefixtures("graphviz")
def test_missing_positions():
    with pytest.raises(RenderingError, match=r"node a in graph .* has no position"):
        render(CHAIN, "svg", placed=True)


@pytest.mark.usefixtures("graphviz")
def test_no_graph():
    with pytest.raises(RenderingError):
        render("", "svg")


@unix
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo out of paint >&2; exit 3", "(?s)dot.*ended with status 3.*out of paint"),
        ("echo half a picture; exit 1", "ended with status 1"),
        ("exit 0", "it does not say why"),
        ("kill -9 $$", "ended with status -9"),
        ("echo picture; echo 'Error: lost an arrow' >&2", "(?s)left out.*lost an arrow"),
        (
            "echo picture; echo 'Warning: Not built with libexpat. HTML is not there' >&2",
            "libexpat",
        ),
        ("exit 1; echo Fontconfig warning: old >&2", "ended with status 1"),
    ],
)
def test_failing_programs(script, body, message):
    with pytest.raises(RenderingError, match=message):
        render(CHAIN, "svg", program=script(body))


@unix
def test_warnings_are_no_failures(script):
    body = "echo picture; echo 'Warning: node a is small' >&2; echo 'Fontconfig error: x' >&2"
    assert render(CHAIN, "svg", program=script(body)) == b"picture\n"


@unix
def test_noise_of_fontconfig_is_not_told(script):
    body = "echo 'Fontconfig warning: old' >&2; echo 'Error: real' >&2; exit 1"
    with pytest.raises(RenderingError, match="real") as error:
        render(CHAIN, "svg", program=script(body))
    assert "Fontconfig" not in str(error.value)


@unix
def test_program_that_cannot_be_started(script):
    program = script("")
    program.write_text("#!/no/such/interpreter\n")
    with pytest.raises(RenderingError, match="cannot be started"):
        render(CHAIN, "svg", program=program)


# -- limits ---------------------------------------------------------------------------------


@pytest.fixture
def lifeline(tmp_path):
    """A pipe that sleeping programs hold open while they live: its reading end and its path."""
    path = tmp_path / "lifeline"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield descriptor, path
    os.close(descriptor)


def read(descriptor):
    readable, _, _ = select.select([descriptor], [], [], 60)
    assert readable, "a program has not begun, or still lives"
    return os.read(descriptor, 100)


def sleeper(script, path):
    """A program that starts another one and waits for it."""
    return script(f"exec 9>'{path}'; echo $$ >&9; sleep 120; echo picture")


@unix
def test_time_limit(script, lifeline, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    descriptor, path = lifeline
    start = time.monotonic()
    with pytest.raises(RenderingTimeoutError, match=r"within 0\.3 s") as error:
        render("digraph { 한글 }", "svg", timeout=0.3, program=sleeper(script, path))
    assert time.monotonic() - start < 10  # it was not waited for
    assert isinstance(error.value, TimeoutError)
    assert isinstance(error.value, RenderingError)
    (kept,) = tmp_path.glob("chainrule-*.dot")
    assert kept.read_text(encoding="utf-8") == "digraph { 한글 }"
    for way_out in (str(kept), 'detail="module"', "depth=", "timeout=", ".dot"):
        assert way_out in str(error.value)
    process = int(read(descriptor))
    assert read(descriptor) == b""  # what it started is dead as well
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)  # a zombie would still be there


def test_time_limit_of_what_is_installed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    edges = "\n".join(f"{i} -> {i * j % 997}" for i in range(997) for j in range(2, 6))
    with pytest.raises(RenderingTimeoutError):
        render(f"digraph {{ {edges} }}", "svg", timeout=0.5)


@unix
def test_interrupt(script, lifeline):
    descriptor, path = lifeline
    code = (
        "import signal, sys; from viz.rendering.render import render; "
        # What a shell runs in the background ignores interrupts, and so would this.
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        "render('', 'svg', program=sys.argv[1])"
    )
    command = [sys.executable, "-c", code, str(sleeper(script, path))]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        read(descriptor)
        time.sleep(0.5)  # the program has begun; now Python waits for it too
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert said.rstrip().endswith(b"KeyboardInterrupt")
    assert read(descriptor) == b""


# -- letters --------------------------------------------------------------------------------


def test_east_asian_letters():
    assert east_asian_letters("x ∂ σ é 글한한 中 あ カ 🙂 。 ᵀ 𝑥") == "あカ中글한"


@pytest.fixture
def fonts(script, monkeypatch):
    """Pretend that the fonts of the machine have these ranges of characters."""

    def pretend(*charsets):
        monkeypatch.setattr("sys.platform", "linux")
        fc_list = script(f"printf '%s ' {' '.join(charsets)}", "fonts/fc-list")
        monkeypatch.setenv("PATH", f"{fc_list.parent}{os.pathsep}{os.environ['PATH']}")

    return pretend


@unix
def test_without_font(fonts, monkeypatch, tmp_path):
    fonts("20-7e", "ac00-ac02", "d55c", "20-7e")
    assert without_font("가각갂갃한핝") == "갃핝"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert without_font("한") == "한"
    monkeypatch.setattr("sys.platform", "darwin")
    assert without_font("한") == ""


@unix
@pytest.mark.parametrize("format", ["png", "pdf", "jpg"])
def test_warns_of_missing_letters(format, fonts, script):
    program = script("cat")
    fonts("20-7e")
    with pytest.warns(UserWarning, match=f"{format.upper()} .*가.*fonts-noto-cjk.*svg"):
        assert render("digraph { 가 }", format, program=program)
    with pytest.warns(UserWarning, match=r"가 각 갂 갃 간 갅 갆 갇 …,"):
        render("digraph { 가각갂갃간갅갆갇갈갉 }", format, program=program)
    render("digraph { a -> σ }", format, program=program)
    render("digraph { 가 }", "svg", program=program)
    fonts("ac00-d7a3")
    render("digraph { 가 }", format, program=program)


@unix
def test_graphviz_pure_has_its_own_fonts(fonts, script):
    program = script("cat", "graphviz-pure")
    fonts("ac00-d7a3")
    with pytest.warns(UserWarning, match=r"chainrule\[render\]"):
        render("digraph { 가 }", "png", program=program)
    with pytest.raises(RenderingError, match=r"no PDF.*chainrule\[render\]"):
        render(CHAIN, "pdf", program=program)


@unix
@pytest.mark.skipif(shutil.which("fc-list") is None, reason="fontconfig's programs are not here")
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have these letters")
def test_fonts_are_read_as_fontconfig_means_it():
    letters = "가한中"
    for letter in letters:
        query = ["fc-list", f":scalable=true:charset={ord(letter):x}"]
        fonts = subprocess.run(query, capture_output=True, check=True).stdout
        assert (letter in without_font(letters)) == (fonts == b"")
    assert without_font("a") == "" or not subprocess.check_output(["fc-list"])
