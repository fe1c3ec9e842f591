"""Text as LaTeX prints it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final, TypeAlias

from viz.labels import Label, visible

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    '"': r"\textquotedbl{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "*": "{*}",  # these two mean something behind a line break
    "[": "{[}",
    "-": "{-}",  # and these are drawn together with their like
    ",": "{,}",
    "\ufffd": "?",
}
"""What LaTeX gives a meaning to, and how it is written."""

_SIGNS: Final = {
    "∂": r"\partial ",
    "·": r"\cdot ",
    "×": r"\times ",
    "÷": r"\div ",
    "−": "-",
    "∞": r"\infty ",
    "√": r"\surd ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "≠": r"\neq ",
    "±": r"\pm ",
    "→": r"\to ",
    "←": r"\leftarrow ",
    "↓": r"\downarrow ",
    "∗": "*",
    "⊙": r"\odot ",
    "∇": r"\nabla ",
    "⚠": r"\triangle ",
    "…": r"\dots ",
}
"""Signs that are set in mathematics mode."""

_SCRIPTS: Final = {
    "′": ("^", r"\prime "),
    "ᵀ": ("^", r"\mathsf{T}"),
    "⁻": ("^", "-"),
    "ᵢ": ("_", "i"),
    "ⱼ": ("_", "j"),
    **{sign: ("^", str(digit)) for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: ("_", str(digit)) for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}
"""What is written above the line or below it."""

_ACCENTS: Final = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot"}

_GREEK: Final = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)

_LETTERS: Final = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", _GREEK.split(), strict=True))

Token: TypeAlias = tuple[str, str]
"""What kind of text it is ("text", "math", "^" or "_"), and how it is written."""


def latex(content: str) -> str:
    """Text in one line; signs in mathematics mode."""
    written = []
    for is_text, tokens in groupby(_tokens(content), key=lambda token: token[0] == "text"):
        if is_text:
            written.append("".join(tex for _, tex in tokens))
            continue
        runs = [(kind, "".join(t for _, t in run)) for kind, run in groupby(tokens, _kind)]
        # {} before each index: two in a row, or one without a base, would be an error.
        math = [tex if kind == "math" else f"{{}}{kind}{{{tex.strip()}}}" for kind, tex in runs]
        written.append(f"${''.join(math).strip()}$")
    return "".join(written)


def latex_lines(content: str) -> str:
    """Text of several lines."""
    return r"\\".join(map(latex, content.split("\n")))


def latex_label(label: Label) -> str:
    """Text, and the table that may follow it as a matrix."""
    written = latex_lines(label.text)
    if not label.table:
        return written
    rows = r"\\".join(" & ".join(map(latex, row)) for row in label.table)
    columns = "r" * len(label.table[0])
    matrix = rf"$\left[\begin{{tabular}}{{@{{}}{columns}@{{}}}}{rows}\end{{tabular}}\right]$"
    return f"{written} {matrix}".strip()


def _kind(token: Token) -> str:
    return token[0]


def _tokens(content: str) -> Iterator[Token]:
    letters = unicodedata.normalize("NFC", visible(content))
    for letter, following in zip(letters, f"{letters[1:]} ", strict=False):
        if following in _ACCENTS:
            yield "math", rf"\{_ACCENTS[following]}{{{_base(letter)}}}"
        elif letter in _SCRIPTS:
            yield _SCRIPTS[letter]
        elif sign := _sign(letter):
            yield "math", sign
        elif letter in _SPECIAL:
            yield "text", _SPECIAL[letter]
        elif "\u2400" <= letter <= "\u2426":  # what stands for a control character
            yield "text", "?"
        elif unicodedata.category(letter) != "Mn":
            yield "text", letter


def _sign(letter: str) -> str:
    """How a sign or a Greek letter is written in mathematics mode; nothing for others."""
    return _SIGNS.get(letter) or (rf"\{_LETTERS[letter]} " if letter in _LETTERS else "")


def _base(letter: str) -> str:
    """What an accent of mathematics is put on."""
    if letter.isascii() and letter.isalpha():
        return rf"\mathsf{{{letter}}}"
    return _sign(letter) or rf"\mbox{{{_SPECIAL.get(letter, letter)}}}"
