"""Workers as the measurement sees them: processes that are asked, one at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""Where the project's packages are."""


class WorkerError(RuntimeError):
    """What was asked of a worker went wrong there."""


class Worker:
    """A process in which one peer computes.

    Parameters
    ----------
    peer : Peer
        Who computes.
    threads : int
        With how many threads.
    """

    def __init__(self, peer, threads):
        self.peer = peer
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", peer.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env=peer.variables(threads),
            start_new_session=True,  # Ctrl-C is for the one who asks, who then ends the others
        )

    def tell(self, command, **arguments):
        """Give a command; its `answer` must be fetched before the next one."""
        try:
            self._process.stdin.write(json.dumps([command, arguments]) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._gone() from None

    def answer(self):
        """What came of the last command."""
        line = self._process.stdout.readline()
        if not line:
            raise self._gone()
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(f"{self.peer.label}:\n{answer['error']}")
        return answer

    def ask(self, command, **arguments):
        """Give a command and wait for what comes of it."""
        self.tell(command, **arguments)
        return self.answer()

    def close(self):
        """End the process."""
        with suppress(BrokenPipeError):  # it may have ended before
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _gone(self):
        status = self._process.wait()
        return WorkerError(f"{self.peer.label}: its process ended by itself, with status {status}")


@contextmanager
def workers(peers, threads):
    """Workers of these peers, by name, that end with the block."""
    with ExitStack() as stack:
        started = {}
        for peer in peers:
            worker = started[peer.name] = Worker(peer, threads)
            stack.callback(worker.close)
        yield started


def tell_all(started, command, **arguments):
    """Give all workers the same command at once; their answers, by name."""
    for worker in started.values():
        worker.tell(command, **arguments)
    return {name: worker.answer() for name, worker in started.items()}
