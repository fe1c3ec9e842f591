"""How each library computes the workloads, written as its own users would.

Each module here has `RUNS`: for the names of workloads, what makes a run of one. A run has

- ``step()``: one training step or prediction, finished when it returns;
- ``results()``: the arrays that all peers must agree on;
- ``reset()``: the parameters are again as at first.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

DENSE = ("chain", "two_layer", "three_layer", "inference")
CONVOLUTIONAL = ("simple_conv", "deep_conv")


@dataclass(frozen=True)
class Peer:
    """One way to compute the workloads.

    Parameters
    ----------
    name, label : str
        On the command line and in tables.
    module : str
        Of this package.
    needs : tuple of str
        What must be installed, as imported; the first one's version is told.
    workloads : tuple of str
        The names of those that it computes.
    options : dict
        Arguments of each run.
    environment : dict
        Variables of the process that it runs in.
    ours : bool
        Whether it is chainrule.
    """

    name: str
    label: str
    module: str
    needs: tuple[str, ...]
    workloads: tuple[str, ...] = DENSE
    options: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    ours: bool = False

    def missing(self):
        """What is not installed of what it needs."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]

    def version(self):
        """That of the library, or "" where it is NumPy's or our own."""
        name = self.needs[0]
        return "" if name in ("autodiff", "numpy") else importlib.metadata.version(name)

    def run(self, workload):
        """Make a run of `workload`."""
        module = importlib.import_module(f"benchmarks.peers.{self.module}")
        return module.RUNS[workload.name](workload, **self.options)

    def variables(self, threads):
        """The variables of a process that computes with so many threads."""
        count = str(threads)
        variables = dict(os.environ)
        for name in (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "VECLIB_MAXIMUM_THREADS",
            "NPROC",  # how XLA sizes its pools
        ):
            variables[name] = count
        return {**variables, **self.environment}


PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            "chainrule",
            "chainrule",
            "chainrule_",
            ("autodiff",),
            DENSE + CONVOLUTIONAL,
            ours=True,
        ),
        Peer("by_hand", "by hand in NumPy", "by_hand", ("numpy",)),
        Peer("torch", "PyTorch, eager", "torch_", ("torch",), DENSE + CONVOLUTIONAL),
        Peer(
            "jax_jit",
            "JAX, jit",
            "jax_",
            ("jax",),
            DENSE + CONVOLUTIONAL,
            {"jit": True},
            {"JAX_PLATFORMS": "cpu"},
        ),
        Peer(
            "jax",
            "JAX, without jit",
            "jax_",
            ("jax",),
            DENSE + CONVOLUTIONAL,
            {"jit": False},
            {"JAX_PLATFORMS": "cpu"},
        ),
        Peer("autograd", "autograd", "autograd_", ("autograd",)),
        Peer("mygrad", "MyGrad", "mygrad_", ("mygrad",), DENSE + CONVOLUTIONAL),
    )
}
