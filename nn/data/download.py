"""Files from the network, whole and unchanged or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from autodiff.whole_file import whole_file

TIMEOUT_SECONDS = 30


def fetch_file(path: Path, mirrors: Sequence[str], sha256: str, caller: str) -> None:
    """Fetch a file of `path`'s name from the first mirror that has it.

    Parameters
    ----------
    path : Path
        Where it goes; the folder is made where it is missing.
    mirrors : sequence of str
        URLs of folders, each with a slash at its end.
    sha256 : str
        What the file's SHA-256 must be, in hexadecimal digits.
    caller : str
        Whom errors name.

    Raises
    ------
    ConnectionError
        If no mirror gives it; the error says what was tried.
    ValueError
        If what came is another file.
    """
    url, data = _fetch(path.name, mirrors, caller)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{caller}: what came from {url} has the SHA-256 {found}; expected {sha256}; it was "
            f"thrown away"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(data)


def _fetch(name: str, mirrors: Sequence[str], caller: str) -> tuple[str, bytes]:
    """The URL that answered, and its answer."""
    # Here, since importing them takes nearly as long as NumPy, and they are seldom needed.
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import urlopen

    tried = []
    for url in (mirror + name for mirror in mirrors):
        try:
            with urlopen(url, timeout=TIMEOUT_SECONDS) as response:
                return url, response.read()
        except (OSError, HTTPException) as error:
            tried.append(f"{url} ({error})")
            if isinstance(error, HTTPError):
                error.close()
    raise ConnectionError(
        f"{caller}: {name} could not be fetched; tried {', '.join(tried)}; fetch it where there "
        f"is a network, and put it into the folder"
    )
