"""What `import autodiff` brings in, in an interpreter of its own."""

import subprocess
import sys

import pytest

import autodiff


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "module",
    [
        *("hypothesis", "scipy", "matplotlib", "difflib", "string", "zlib"),
        *("autodiff.testing", "autodiff.transforms", "nn", "viz"),
    ],
)
def test_what_few_programs_need_waits(module):
    assert run(f"import sys, autodiff; print({module!r} in sys.modules)") == "False\n"


def test_every_name_is_there():
    program = "import autodiff; print(*(n for n in autodiff.__all__ if hasattr(autodiff, n)))"
    assert run(program).split() == autodiff.__all__


def test_every_name_is_listed():
    listed = run("import autodiff; print(*dir(autodiff))").split()
    assert set(autodiff.__all__) <= set(listed)


@pytest.mark.parametrize(
    "program",
    [
        "import autodiff; print(autodiff.grad.__name__)",
        "from autodiff import grad; print(grad.__name__)",
        "from autodiff import *; print(grad.__name__)",
        "import autodiff; print(autodiff.transforms.grad.__name__)",
        "from autodiff import transforms; print(transforms.grad.__name__)",
        "import autodiff; autodiff.vjp; print(vars(autodiff)['grad'].__name__)",
    ],
)
def test_transforms_come_when_asked_for(program):
    assert run(program) == "grad\n"


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="module 'autodiff' has no attribute 'gard'"):
        _ = autodiff.gard
