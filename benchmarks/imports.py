"""What importing costs: each time in a fresh interpreter, which times the statement alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks.workers import ROOT

MODULES = ("autodiff", "numpy")
PROGRAM = """
from time import perf_counter
start = perf_counter()
import {module}
print(perf_counter() - start)
"""


def import_seconds(repeats):
    """The seconds of ``import autodiff`` and of ``import numpy``, by turns.

    Parameters
    ----------
    repeats : int
        How many fresh interpreters there are for each.

    Returns
    -------
    dict of str to list of float
        By module.
    """
    with tempfile.TemporaryDirectory() as cache:
        # Both have their bytecode in the same place, whatever could be written elsewhere.
        variables = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        variables.pop("PYTHONDONTWRITEBYTECODE", None)

        def once(module):
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM.format(module=module)],
                env=variables,
                cwd=ROOT,
                check=True,
                capture_output=True,
                text=True,
            )
            return float(done.stdout)

        for module in MODULES:
            once(module)  # compiles it
        seconds = {module: [] for module in MODULES}
        for number in range(repeats):
            for module in MODULES[:: 1 if number % 2 else -1]:
                seconds[module].append(once(module))
        return seconds
