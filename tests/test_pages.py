"""The README and the docs are true to the letter."""

import contextlib
import io
import re
import subprocess
import sys

import pytest

from docs import tables
from tests.readme import ROOT, blocks, examples

READMES = ["README.md", "README.ko.md"]
PAGES = [*READMES, *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").glob("*.md")))]


def imports(code):
    """The libraries that code imports, in order."""
    return list(dict.fromkeys(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE)))


def printed_by(code, page, names):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, page, "exec"), names)
    return printed.getvalue()


@pytest.mark.parametrize("page", PAGES)
def test_code_prints_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # what the code writes
    names = {}
    for code, expected in examples(page):
        printed = printed_by(code, page, names)
        assert expected is None or printed == expected


@pytest.mark.parametrize(
    ("page", "code", "expected"),
    [
        pytest.param(page, code, expected, id=f"{page}-{number}-{imports(code)[0]}")
        for page in PAGES
        for number, (code, expected) in enumerate(examples(page, "py"))
    ],
)
def test_code_of_other_libraries(page, code, expected, tmp_path, monkeypatch):
    """Each stands alone, and runs where its library is installed."""
    for library in imports(code):
        pytest.importorskip(library)
    monkeypatch.chdir(tmp_path)
    printed = printed_by(code, page, {})
    assert expected is None or printed == expected


def test_other_libraries_are_set_beside_ours():
    codes = [code for code, _ in examples("docs/coming_from.md", "py")]
    libraries = {name for code in codes for name in imports(code)}
    assert libraries == {"torch", "jax", "mygrad", "numpy"}


def test_table_of_operations_is_what_they_declare():
    """If this fails: ``python -m docs.tables`` writes it anew."""
    assert tables.PAGE.read_text(encoding="utf-8") == tables.page()


def test_every_page_has_code():
    assert all(examples(page) for page in PAGES)


def links(page):
    """What a page links to and shows."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'src="([^"]+)"', text)


def anchors(path):
    """The anchors that GitHub gives to the headings of a page."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-").lower() for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in links(page):
        if not link.startswith("https://"):
            name, _, anchor = link.partition("#")
            target = (ROOT / page).parent / name if name else ROOT / page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_readmes_have_the_same_code_and_links():
    """In two languages; each leads to the other first."""
    english, korean = map(links, READMES)
    assert blocks(READMES[0]) == blocks(READMES[1])
    assert [english[0], korean[0]] == READMES[::-1]
    assert english[1:] == korean[1:]


def test_first_example_stands_alone():
    code, expected = examples("README.md")[0]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == expected


def test_commands_are_targets_of_the_makefile():
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    commands = [code for language, code in blocks("README.md") if language == "sh"]
    named = re.findall(r"^make (\w+)", "\n".join(commands), re.MULTILINE)
    assert set(named) == {"demo", "test"}
    assert set(named) <= set(targets)
