"""Libraries that come with the extras of the distribution, and not everybody needs."""

from __future__ import annotations

import importlib
from types import ModuleType


def import_extra(module: str, extra: str, caller: str) -> ModuleType:
    """Import a module that is not there unless an extra is installed.

    Parameters
    ----------
    module : str
        Its name.
    extra : str
        What it comes with.
    caller : str
        Whom errors name.

    Raises
    ------
    ModuleNotFoundError
        If it is missing; the error says what to install.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'{caller}: needs {module}; install it: pip install "chainrule[{extra}]"',
            name=error.name,
        ) from error
