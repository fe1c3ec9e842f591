"""``dot`` made of pygraphviz: DOT text on standard input, the picture on standard output.

A program of its own, since libgvc neither lets other threads run nor can be interrupted. It
takes the arguments ``-Kdot -Tsvg``, or ``-Kneato -n2 -Tsvg`` to keep positions.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Draw what standard input has; gives the exit status."""
    graphviz = importlib.import_module("pygraphviz.graphviz")
    if not hasattr(graphviz, "gvContextWithBuiltins"):
        sys.exit('pygraphviz is too old: pip install "pygraphviz>=2.0.4"')
    engine = b"nop2" if "-n2" in arguments else b"dot"  # nop2 is neato -n2
    format = arguments[-1].removeprefix("-T").encode()
    # Before reading: a graph that is read without a context has no default label, so that
    # nodes without one of their own lose their text.
    context = graphviz.gvContextWithBuiltins()
    try:
        graph = graphviz.agread(sys.stdin.buffer, None)
    except ValueError:
        return 1  # libgvc has said why
    if graphviz.gvLayout(context, graph, engine):
        return 1
    _, drawing = graphviz.gvRenderData(context, graph, format)
    sys.stdout.buffer.write(drawing)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
