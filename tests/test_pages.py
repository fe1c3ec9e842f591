"""The README and the docs are true to the letter."""

import contextlib
import io
import re
import subprocess
import sys

import pytest

from docs import tables
from tests.readme import ROOT, blocks, examples

PAGES = ["README.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").glob("*.md")))]


@pytest.mark.parametrize("page", PAGES)
def test_code_prints_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # what the code writes
    names = {}
    for code, expected in examples(page):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, page, "exec"), names)
        assert expected is None or printed.getvalue() == expected


def test_table_of_operations_is_what_they_declare():
    """If this fails: ``python -m docs.tables`` writes it anew."""
    assert tables.PAGE.read_text(encoding="utf-8") == tables.page()


def test_every_page_has_code():
    assert all(examples(page) for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for link in links:
        if not link.startswith("https://"):
            assert ((ROOT / page).parent / link).exists(), link


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
