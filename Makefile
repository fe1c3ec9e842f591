# Two commands do all the set-up on a machine that has Python (3.11 or newer) and make:
#   make demo    trains a network on real handwritten digits, and draws it
#   make test    passes the tests
# Arguments of the demo: make demo ARGS="--epochs 10 --seed 1"; make demo ARGS=--help
# The documentation: make docs writes out/docs/index.html; make docs ARGS=--quick runs the lessons
# small for it; make links also follows the links that lead elsewhere.
# Another Python: make clean, then make PYTHON=python3.13 demo

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check

.PHONY: demo test mutants lint bench docs links clean

demo: $(VENV)/demo.installed
	@$(RUN) -m examples.digits $(ARGS)

test: $(VENV)/test.installed
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(RUN) -m pytest --numprocesses 2 $(ARGS)

mutants: $(VENV)/test.installed
	$(RUN) -m tests.mutation $(ARGS)

lint: $(VENV)/test.installed
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

bench: $(VENV)/bench.installed
	$(RUN) -m benchmarks $(ARGS)

docs: $(VENV)/docs.installed
	$(RUN) -m docs.write_gallery $(ARGS)
	$(RUN) -m docs.write_reference
	rm -rf out/docs  # pages of what is no longer there
	$(RUN) -m sphinx --fail-on-warning --keep-going --quiet --doctree-dir out/doctrees docs out/docs
	@echo "out/docs/index.html"

links: docs
	$(RUN) -m sphinx --fail-on-warning --keep-going --quiet --doctree-dir out/doctrees --builder linkcheck docs out/links

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys' 2>/dev/null \
	  || { echo "cannot run $(PYTHON); give a Python 3.11 or newer: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than Python 3.11; give a newer one: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable ".[data,train,plots,render]"
	@touch $@

$(VENV)/test.installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable ".[data,train,plots,render,test]"
	@touch $@

$(VENV)/bench.installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable ".[bench]"
	@touch $@

$(VENV)/docs.installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable ".[data,train,plots,render,testing,docs]"
	@touch $@

clean:
	rm -rf $(VENV) docs/gallery docs/reference out build dist .hypothesis .pytest_cache .mypy_cache .ruff_cache
