"""Finding Graphviz and running it: DOT text in, a picture out."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from viz.rendering.fonts import east_asian_letters, without_font

FORMATS: Final = ("svg", "png", "jpg", "pdf", "json", "json0", "plain", "xdot", "dot")
"""What `render` draws; ``json0`` is ``json`` without the drawing operations."""

_LONGEST: Final = 2**31 / 1000 - 1
"""Seconds, 25 days: poll(2) takes its milliseconds in 32 bits."""

_NEED_FONTS: Final = ("png", "jpg", "pdf")

_PYGRAPHVIZ: Final = Path(__file__).with_name("pygraphviz_dot.py")

_PURE: Final = "graphviz-pure"

# libgvc draws on after such messages, with a label or an arrow left out, and says all is well.
_FAULT: Final = re.compile(r"^(Error|Warning: .*(HTML|libexpat))", re.MULTILINE)

# What the wheel's fontconfig thinks of the configuration of a newer one.
_NOISE: Final = re.compile(r"^Fontconfig .*\n?", re.MULTILINE)


class RenderingError(RuntimeError):
    """Graphviz gave no picture, or one with parts left out."""


class GraphvizNotFoundError(RenderingError):
    """There is no Graphviz, or not where it was said to be."""


class RenderingTimeoutError(RenderingError, TimeoutError):
    """Graphviz took too long; the DOT text is kept in a file that the message names."""


def render(
    source: str,
    format: str,
    *,
    placed: bool = False,
    timeout: float = 60.0,
    program: str | os.PathLike[str] | None = None,
    kept: str | None = None,
) -> bytes:
    """Draw DOT text.

    Graphviz runs as a process of its own, which ends with the time limit or Ctrl-C. Where
    PNG, JPEG or PDF would lack Korean, Japanese or Chinese letters, a UserWarning says so.

    Parameters
    ----------
    source : str
        One graph in the DOT language.
    format : str
        One of `FORMATS`. In ``json`` and ``plain`` Graphviz says where it put what.
    placed : bool
        Whether all positions are in the text (``pos`` of every node and edge, ``lp`` of every
        label, in points) and are kept. The whole picture moves to the origin unless the text
        says ``notranslate=true``.
    timeout : float
        The time limit in seconds.
    program : str or path, optional
        The Graphviz to run: a path, or a name on the PATH. Without it: what the environment
        variable ``GRAPHVIZ_DOT`` names, else the program ``dot``, else the wheel pygraphviz,
        else the wheel graphviz-pure.
    kept : str, optional
        The DOT text to be kept where the time limit strikes, if not `source`.

    Returns
    -------
    bytes
        The picture; text is in UTF-8.

    Raises
    ------
    ValueError
        If the format is none of `FORMATS`, the text has a NUL, or the limit is not positive.
    GraphvizNotFoundError
        If there is no Graphviz.
    RenderingTimeoutError
        If the time limit strikes.
    RenderingError
        If Graphviz fails, or leaves out what it does not understand; it has what Graphviz said.
    """
    if format not in FORMATS:
        raise ValueError(f"format {format!r} is not one of {', '.join(FORMATS)}")
    if "\0" in source:
        raise ValueError("DOT text must not have the character NUL: Graphviz stops reading there")
    if not timeout > 0:
        raise ValueError(f"timeout is {timeout}; it must be a positive number of seconds")
    command = find(program)
    if format == "pdf" and _name(command) == _PURE:
        raise RenderingError(
            f"{_PURE} draws no PDF; save as .svg, or install Graphviz itself: "
            'pip install "chainrule[render]"'
        )
    if format in _NEED_FONTS:
        _warn_of_missing_letters(source, format, command)
    layout = ("-Kneato", "-n2") if placed else ("-Kdot",)
    try:
        status, drawing, said = _run([*command, *layout, f"-T{format}"], source, timeout)
    except subprocess.TimeoutExpired:
        raise RenderingTimeoutError(_too_slow(kept or source, timeout)) from None
    if status or not drawing or _FAULT.search(said):
        raise RenderingError(_reason(source, command, status, said))
    return drawing


# -- finding --------------------------------------------------------------------------------


def find(program: str | os.PathLike[str] | None = None) -> list[str]:
    """The command that runs Graphviz, without arguments; see `render` for the order of search.

    Raises
    ------
    GraphvizNotFoundError
        If there is none, or none where `program` or ``GRAPHVIZ_DOT`` says.
    """
    if program is not None:
        return [_runnable(os.fspath(program), "program")]
    if variable := os.environ.get("GRAPHVIZ_DOT"):
        return [_runnable(variable, "the environment variable GRAPHVIZ_DOT")]
    if dot := shutil.which("dot"):
        return [dot]
    if sys.executable and importlib.util.find_spec("pygraphviz"):
        # -P: what lies beside the script is not meant by its imports.
        return [sys.executable, "-P", str(_PYGRAPHVIZ)]
    if pure := _program_of_wheel(_PURE):
        return [pure]
    raise GraphvizNotFoundError(
        'Graphviz is not installed: pip install "chainrule[render]" installs it '
        '("chainrule[render-pure]" where pygraphviz has no wheel, as on Alpine Linux). '
        "Without it a diagram still has its DOT text: .source, and saving as .dot"
    )


def _runnable(program: str, named_by: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise GraphvizNotFoundError(
            f"{named_by} is {program!r}, which is no program that can be run; "
            "give the path of Graphviz's dot, or leave it out to have one searched"
        )
    return found


def _program_of_wheel(name: str) -> str | None:
    """Where a wheel put its program: PATH has it only where the environment is activated."""
    try:
        files = importlib.metadata.files(name) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    paths = (Path(str(file.locate())) for file in files if file.stem == name)
    return next((str(path.resolve()) for path in paths if path.is_file()), None)


def _name(command: Sequence[str]) -> str:
    return Path(command[-1]).stem


# -- running --------------------------------------------------------------------------------


def _run(command: Sequence[str], source: str, timeout: float) -> tuple[int, bytes, str]:
    """The exit status, what came out, and what was said."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a group of its own, to be killed as a whole
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise RenderingError(f"{command[0]} cannot be started: {error}") from error
    with process:
        try:
            text = source.encode("utf-8", "replace")
            drawing, said = process.communicate(text, min(timeout, _LONGEST))
        except BaseException:  # Ctrl-C too
            _kill(process)
            raise
    return process.returncode, drawing, _NOISE.sub("", said.decode("utf-8", "replace")).strip()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        # Nothing is left of the group, or, as macOS puts it, nothing that could be killed.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


# -- what readers are told ------------------------------------------------------------------


def _too_slow(source: str, timeout: float) -> str:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", errors="replace", prefix="chainrule-", suffix=".dot", delete=False
    ) as file:
        file.write(source)
    return (
        f"Graphviz did not finish within {timeout:g} s. The DOT text is kept in {file.name}. "
        'Draw less of the graph (detail="module", or a smaller depth=), save it as .dot, '
        "or allow more time (timeout=)"
    )


def _reason(source: str, command: Sequence[str], status: int, said: str) -> str:
    failure = f"ended with status {status}" if status else "left out parts of the picture"
    reason = f"Graphviz ({Path(command[-1]).name}) {failure}:\n{said or 'it does not say why'}"
    lines = source.split("\n")
    if (at := re.search(r"syntax error in line (\d+)", said)) and int(at[1]) <= len(lines):
        reason += f"\nline {at[1]} is: {lines[int(at[1]) - 1].strip()}"
    return reason


def _warn_of_missing_letters(source: str, format: str, command: Sequence[str]) -> None:
    letters = east_asian_letters(source)
    if _name(command) == _PURE:
        missing, remedy = letters, 'pip install "chainrule[render]" uses the fonts of the machine'
    else:
        missing = without_font(letters)
        remedy = "install one, on Debian and Ubuntu the package fonts-noto-cjk or fonts-nanum"
    if missing:
        shown = " ".join(missing[:8]) + (" …" if len(missing) > 8 else "")
        warnings.warn(
            f"{format.upper()} may show boxes in place of {shown}, for want of a font: {remedy}, "
            "or save as .svg, where whoever looks at it has the fonts",
            stacklevel=5,  # whoever saves a diagram
        )
