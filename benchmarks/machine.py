"""What was measured on: the machine and the versions, without names of hosts or folders."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np


def machine():
    """The processor, its cores and caches, memory, the system, Python, and NumPy with its BLAS.

    Returns
    -------
    dict
        What could not be found out is left out.
    """
    facts = {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "caches": _caches(),
        "memory_gib": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "numpy": np.__version__,
        "blas": _blas(),
    }
    facts["cores"] = facts["cores"] or os.cpu_count()
    return {name: fact for name, fact in facts.items() if fact}


def sentence(facts):
    """What `machine` found, for the head of a table."""
    caches = ", ".join(f"{name} {size}" for name, size in facts.get("caches", {}).items())
    parts = [
        facts.get("processor"),
        f"{facts['cores']} cores",
        caches,
        f"{facts['memory_gib']} GiB of memory" if "memory_gib" in facts else None,
        facts["system"],
        facts["python"],
        f"NumPy {facts['numpy']}" + (f" with {facts['blas']}" if "blas" in facts else ""),
    ]
    return "; ".join(part for part in parts if part)


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _caches():
    """Sizes of the caches of the first core, by name."""
    caches = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            level, kind, size = (
                (folder / name).read_text().strip() for name in ("level", "type", "size")
            )
        except OSError:
            continue
        caches[f"L{level}" + {"Data": "d", "Instruction": "i"}.get(kind, "")] = size
    return caches


def _memory():
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (AttributeError, ValueError, OSError):
        return None


def _blas():
    blas = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    return " ".join(str(blas[key]) for key in ("name", "version") if blas.get(key))
