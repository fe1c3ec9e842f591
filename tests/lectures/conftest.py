"""Running a lesson as a user would."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.readme import ROOT


@dataclass(frozen=True)
class Run:
    """What a lesson printed, and the folder of its pictures."""

    printed: str
    folder: Path

    def says(self, text):
        """Whether it printed this, however many blanks stand between words."""
        return " ".join(text.split()) in " ".join(self.printed.split())

    @property
    def pictures(self):
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture(scope="session")
def lesson(tmp_path_factory):
    """``python -m examples.lectures.NAME`` with further arguments; each run is made once."""
    runs = {}

    def run(name, *arguments):
        if (name, arguments) not in runs:
            folder = tmp_path_factory.mktemp(name)
            done = subprocess.run(
                [sys.executable, "-m", f"examples.lectures.{name}", "--out", folder, *arguments],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert not done.stderr
            for path in folder.iterdir():
                assert path.read_text(encoding="utf-8").rstrip().endswith("</svg>")
                assert path.stat().st_size < 150_000
            runs[name, arguments] = Run(done.stdout, folder)
        return runs[name, arguments]

    return run
