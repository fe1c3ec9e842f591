"""How much more memory a piece of work takes than was taken before it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

RESET_PEAK = "5"
"""Written to clear_refs, it makes the peak of the resident set the present one (proc(5))."""


def resident_above(work):
    """Peak resident set during ``work()`` above the resident set before it.

    Returns
    -------
    (int, str)
        In bytes, and how it was found out. Where the peak so far cannot be forgotten, it is that
        of the whole process, which tells too little if importing took more than the work.
    """
    status = Path("/proc/self/status")
    if status.exists():
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text(RESET_PEAK)
            before = _kibibytes(status, "VmRSS")
            # Some sandboxes take the 5 and do nothing.
            if _kibibytes(status, "VmHWM") <= 1.01 * before:
                work()
                return 1024 * (_kibibytes(status, "VmHWM") - before), "VmHWM, reset before"
        before = 1024 * _kibibytes(status, "VmRSS")
    else:
        before = _peak()
    work()
    return max(0, _peak() - before), "ru_maxrss"


def _kibibytes(status, name):
    for line in status.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(f"{status} does not tell {name}")


def _peak():
    """The largest resident set of this process so far, in bytes."""
    if os.name != "posix":
        raise NotImplementedError("the peak of the resident set is known on Linux and macOS alone")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
