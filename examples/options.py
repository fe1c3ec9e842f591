"""What the examples' command lines understand."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path


def whole(smallest):
    """A parser of whole numbers."""

    def parse(text):
        try:
            value = int(text)
        except ValueError:
            value = smallest - 1
        if value < smallest:
            raise argparse.ArgumentTypeError(
                f"{text!r}; expected a whole number, at least {smallest}"
            )
        return value

    return parse


def positive(text):
    """A parser of positive numbers."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a positive number")
    return value


def new_file(*suffixes):
    """A parser of paths that can be written, and end in one of these."""

    def parse(text):
        path = Path(text)
        if path.suffix not in suffixes:
            several = ", ".join(suffixes[:-1]) + " or " if len(suffixes) > 1 else ""
            raise argparse.ArgumentTypeError(
                f"{text!r}; expected a name in {several}{suffixes[-1]}"
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise argparse.ArgumentTypeError(f"cannot write {path}: {error.strerror}") from None
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            why = "it is a folder" if path.is_dir() else f"{path.parent} cannot be written"
            raise argparse.ArgumentTypeError(f"cannot write {path}: {why}")
        return path

    return parse
