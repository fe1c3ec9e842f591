"""The gallery shows every lesson and every figure."""

import re
from types import SimpleNamespace

import pytest

from docs import write_gallery
from docs.write_gallery import Shown
from examples.figures import FIGURES
from examples.lectures.contents import CONTENTS, LESSONS

LESSON = "sigmoid_graph"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """A gallery of one lesson."""
    folder = tmp_path_factory.mktemp("site") / "gallery"
    write_gallery.write(folder, {"Foundations": (LESSON,), "Nothing yet": ()})
    return folder


def test_the_page_of_a_lesson_has_all_of_it(gallery):
    page = (gallery / f"{LESSON}.md").read_text(encoding="utf-8")
    assert page.startswith("# The graph of the sigmoid")
    assert "The same gradient comes out of the four parts" in page
    assert "y = σ(1)               0.7311" in page
    assert "The sigmoid in parts, and its gradient\\\n시그모이드의 계산 그래프와 역전파" in page
    assert "def show(lesson):" in page
    assert f"python -m examples.lectures.{LESSON}" in page


def test_pictures_have_their_captions_on_the_page_alone(gallery):
    picture = (gallery / "pictures" / f"{LESSON}.svg").read_text(encoding="utf-8")
    assert "The sigmoid in parts" not in picture
    assert str(gallery) not in (gallery / f"{LESSON}.md").read_text(encoding="utf-8")


def test_all_links_lead_somewhere(gallery):
    for page in gallery.glob("*.md"):
        links = re.findall(r"\]\(([\w/]+\.\w+)\)", page.read_text(encoding="utf-8"))
        assert links, page
        assert all((gallery / link).exists() for link in links), page


def test_all_pages_are_in_the_contents(gallery):
    trees = {"index"}
    for page in gallery.glob("*.md"):
        for tree in re.findall(r"\{toctree\}\n:hidden:\n\n(.*?)\n`", page.read_text(), re.DOTALL):
            trees |= set(tree.split())
    assert trees == {page.stem for page in gallery.glob("*.md")}


def test_every_lesson_of_the_lectures_has_a_card():
    lectures = {
        lecture: [Shown(name, "", ((f"{name}.svg", "", ""),)) for name in names]
        for lecture, names in CONTENTS.items()
    }
    page = write_gallery.index_page(lectures)
    places = [page.index(f"({name}.md)") for name in LESSONS]
    assert places == sorted(places)
    assert all(f"![](pictures/{name}.svg)" in page for name in LESSONS)
    assert all(lecture in page for lecture in CONTENTS)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_its_code(name, gallery):
    page = (gallery / "figures.md").read_text(encoding="utf-8")
    picture = page.index(f"](pictures/{name}.svg)")
    assert picture < page.index(f"def {name}():")
    assert (gallery / "pictures" / f"{name}.svg").exists()


def test_a_figure_brings_what_its_code_uses(gallery):
    page = (gallery / "figures.md").read_text(encoding="utf-8")
    last = page[page.index("## Vanishing gradients") :]
    definitions = [last.index(text) for text in ("class Layer", "def _deep", "def vanishing")]
    assert definitions == sorted(definitions)
    assert "def variable" not in last


def test_output_names_the_folder_that_a_reader_has(tmp_path, monkeypatch):
    lesson = SimpleNamespace(show=lambda lesson: print(lesson.out / "table.csv"))
    monkeypatch.setattr(write_gallery, "module_of", lambda name: lesson)
    assert write_gallery.run("any", tmp_path).printed == "out/lectures/table.csv"


def test_a_run_made_small_says_so():
    small = "of a run with `--quick`"
    assert small in write_gallery.page(Shown("dropout", "", ()), quick=True)
    assert small not in write_gallery.page(Shown("dropout", "", ()))
    assert small not in write_gallery.page(Shown(LESSON, "", ()), quick=True)  # small anyway
