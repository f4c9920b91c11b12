# The two commands of a newcomer are `make demo` and `make test`. They need Python 3.11 or later with pip and venv, and nothing
# else; uv is used where it is on the path, because it installs faster.

PYTHON ?= python3
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
TEST_WORKERS ?= 2
OLDEST_PYTHON ?= python3.11
OLDEST_TESTS := tests/test_config.py tests/test_config_sample.py tests/test_cli.py tests/test_golden.py tests/lab/test_export.py tests/lab/test_store.py

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
ifneq ($(shell command -v uv 2>/dev/null),)
# uv does not read pip's settings, so where it finds no packages pip is asked.
INSTALL = uv pip install --quiet --python $(BIN)/python --compile-bytecode -c constraints.txt $(1) || $(PIP) $(1)
else
INSTALL = $(PIP) $(1)
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo app lint test test-all test-oldest golden torture mutants bench validate docs clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-9s %s\n' "$$name" "$$text"; done

setup: .venv/.with-tests  ## create .venv with everything that development needs

demo: .venv/.core  ## install and run the main experiment: results, tables and figures in results/lombardy_designs
	$(BIN)/obc batch configs/experiments/lombardy_designs.toml --workers $(WORKERS)

app: .venv/.with-app  ## the laboratory in the browser, on this machine alone
	$(BIN)/obc app

lint: .venv/.with-tests  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint  ## install if needed; style, types and the quick tests
	$(BIN)/python -c "from abm.engine import compile_engine; compile_engine()"  # once, before the workers all start
	$(BIN)/pytest -m "not slow" -n $(TEST_WORKERS)

test-all: lint .venv/.with-docs  ## the same with the slow tests
	$(BIN)/python -c "from abm.engine import compile_engine; compile_engine()"
	$(BIN)/pytest -n $(TEST_WORKERS)

bench: .venv/.with-tests  ## measure side by side: docs/speed.md; COMPARE=1 reports what became slower, FRAMEWORKS=1 installs the others, LARGE=1 is for an hour: to 1,500,000 families
	$(BIN)/python -m benchmarks $(if $(COMPARE),--compare) $(if $(FRAMEWORKS),--install) $(if $(LARGE),--large) $(if $(ONLY),--only $(ONLY))
	$(BIN)/python -m abm.handbook.front

torture: .venv/.with-tests  ## every kind of fault, and workers and parents killed many times over: docs/reliability.md, README
	PYTHONPATH=.:tests $(BIN)/python tests/torture.py --page docs/reliability.md
	$(BIN)/python -m abm.handbook.front

mutants: .venv/.with-tests  ## one small error at a time into rules, ledger, trust and statistics, and whether tests notice: docs/mutants.md
	$(call INSTALL,-e ".[test,mutants]")
	$(BIN)/python -m tests.mutants --workers $(WORKERS)

test-oldest:  ## the oldest versions that are allowed, in an environment of their own: a small set of tests
	$(OLDEST_PYTHON) -m venv --clear build/oldest
	build/oldest/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-oldest.txt -e . pytest
	build/oldest/bin/python -m pytest -q -p no:cacheprovider -m "not slow" $(OLDEST_TESTS)

golden: .venv/.core  ## make the baselines of tests/golden anew, with a line in the changelog: make golden WHY="what changed, and why"
	$(BIN)/python -m tests.golden $(if $(WHY),"$(WHY)")

validate: .venv/.core  ## every pattern at 100 seeds, with its mechanism at work and off: docs/validation.md
	$(BIN)/obc validate --workers $(WORKERS) --out docs/validation.md

docs: .venv/.with-docs  ## the pages and tables that the code writes, and the whole documentation as a site: build/site/index.html
	for page in show.parameters show.metrics show.validation handbook.odd handbook.mechanisms handbook.commands handbook.front; do \
		$(BIN)/python -m abm.$$page || exit 1; done
	$(BIN)/python experiments/write_found.py
	$(BIN)/python -m sphinx -q -W --keep-going -b doctest docs build/doctest
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/site

clean:  ## remove the environment and all caches here; results stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "'$(PYTHON)' was not found: install Python 3.11 or later, or say make PYTHON=…" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$$($(PYTHON) --version) is too old: Python 3.11 or later is needed, for example make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: on Debian and Ubuntu, apt install python3-venv" >&2; exit 2; }
	@echo "Creating .venv and installing (about a minute and 1 GB with pip)"
	$(PYTHON) -m venv --clear .venv

.venv/.core: pyproject.toml constraints.txt | .venv/bin/python
	$(call INSTALL,-e .)
	@touch $@

.venv/.with-app: pyproject.toml constraints.txt | .venv/bin/python
	$(call INSTALL,-e ".[app]")
	@touch $@ .venv/.core

.venv/.with-tests: pyproject.toml constraints.txt | .venv/bin/python
	$(call INSTALL,-e ".[test]")
	@touch $@ .venv/.core .venv/.with-app

.venv/.with-docs: pyproject.toml constraints.txt | .venv/bin/python
	$(call INSTALL,-e ".[docs]")
	@touch $@ .venv/.core
