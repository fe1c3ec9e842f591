"""Which letters of a text no font of this machine has."""

from __future__ import annotations

import subprocess
import sys
import unicodedata


def east_asian_letters(text: str) -> str:
    """The Korean, Japanese and Chinese letters of a text, each once, in the order of Unicode."""
    wide = (c for c in set(text) if unicodedata.east_asian_width(c) == "W" and c.isalpha())
    return "".join(sorted(wide))


def without_font(letters: str) -> str:
    """Those of `letters` that no font has.

    fontconfig is asked, which lists the fonts on everything but macOS and Windows; those two
    come with fonts for East Asian letters. A machine without fontconfig's programs has no
    more than a few Western fonts, if any: all letters are returned.
    """
    if not letters or sys.platform in ("darwin", "win32"):
        return ""
    listing = ["fc-list", "--format", "%{charset} ", ":scalable=true"]
    try:
        done = subprocess.run(listing, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return letters
    covered: set[int] = set()
    for characters in set(done.stdout.split()):  # ac00, or ac00-d7a3
        first, _, last = characters.partition("-")
        covered.update(range(int(first, 16), int(last or first, 16) + 1))
    return "".join(letter for letter in letters if ord(letter) not in covered)
