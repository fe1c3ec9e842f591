"""The code in the pages of the project, and what the pages say it prints.

``python -m tests.readme`` prints the README's first example.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page):
    """All fenced blocks of a page, as (language, text)."""
    return _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


def examples(page, language="python"):
    """Each block of Python with the text block after it, None where there is none.

    Code of other libraries is marked as ``py``, for which readers see no difference.
    """
    found = blocks(page)
    following = [*found[1:], ("", "")]
    return [
        (code, output if kind == "text" else None)
        for (marked, code), (kind, output) in zip(found, following, strict=True)
        if marked == language
    ]


if __name__ == "__main__":
    print(examples("README.md")[0][0])
