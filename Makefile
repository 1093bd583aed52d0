# `make` alone lists what can be made. Python ≥ 3.11 with pip is all that is needed; the rest goes into .venv.
PYTHON ?= python3
CASES ?= 1000000
OUT ?= docs/screenshots
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/uv pip install --python $(BIN)/python --link-mode copy
SYNC := $(BIN)/uv pip sync --python $(BIN)/python --link-mode copy
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header \
	--universal --python-version 3.11 $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help run install test lint audit bench soak screenshots lock clean
MAKEFLAGS += --no-print-directory

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name what; do \
		printf '%-19s%s\n' "$$name" "$$what"; done

run: $(VENV)/run.stamp ## serve the demonstration on http://127.0.0.1:8050 (CASES=…: its size, once)
	@test -f "$${VIGIE_HOME:-.vigie}/CURRENT" || $(BIN)/vigie simulate --cases $(CASES)
	@champion="$${VIGIE_HOME:-.vigie}/models/CHAMPION"; before="$$(cat "$$champion" 2>/dev/null)"; \
	$(BIN)/vigie train --if-needed; \
	test "$$before" = "$$(cat "$$champion" 2>/dev/null)" || $(BIN)/vigie score --all
	@exec $(BIN)/vigie serve --demo

install: $(VENV)/run.stamp ## install into .venv what serving needs, and no more

test: $(VENV)/test.stamp lint ## check and test everything (ARGS=…: for pytest)
	@.ci/chromium
	@test -n "$(ARGS)" || $(BIN)/python -m pytest tests/faults/test_load.py
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not load" $(ARGS)

lint: $(VENV)/test.stamp ## ruff, mypy and the import contracts alone
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

audit: $(VENV)/test.stamp ## known vulnerabilities, bill of materials and licences of what is locked
	@$(BIN)/python .ci/dependencies.py

bench: $(VENV)/test.stamp ## print the benchmark tables (ARGS="simulate --cases 1000000")
	@.ci/chromium
	@$(BIN)/python -m tests.benchmarks $(ARGS)

soak: $(VENV)/test.stamp ## cause every fault in full counts
	@.ci/chromium
	@VIGIE_SOAK=1 $(BIN)/python -m pytest -m "fault or soak" --timeout 3600 $(ARGS)

screenshots: $(VENV)/test.stamp ## take the pictures of every page and state (OUT=folder)
	@.ci/chromium
	@$(BIN)/python -m tests.browser.screenshots $(OUT)

lock: $(VENV)/setup.stamp ## write the locks again (ARGS=--upgrade: with the newest versions)
	$(COMPILE) requirements/setup.in -o requirements/setup.lock
	$(COMPILE) requirements/run.in -o requirements/run.lock
	$(COMPILE) requirements/test.in -c requirements/run.lock -o requirements/test.lock

clean: ## remove what was installed and cached; the data stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is as old as the lock it was installed from: nothing is installed twice.
$(VENV)/setup.stamp: requirements/setup.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Vigie needs Python 3.11 or newer as $(PYTHON); name another one: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
		echo "Vigie needs pip for $(PYTHON); on Debian: apt install python3-pip" >&2; exit 1; }
	@echo "== .venv"
	@$(PYTHON) -m venv --without-pip $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/run.stamp: requirements/run.lock pyproject.toml $(VENV)/setup.stamp
	@echo "== $<"
	@$(INSTALL) --require-hashes -r $<
	@$(INSTALL) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements/test.lock requirements/setup.lock pyproject.toml $(VENV)/setup.stamp
	@echo "== $<"
	@$(SYNC) --require-hashes requirements/setup.lock $<
	@$(INSTALL) --quiet --no-deps --no-build-isolation --editable .
	@touch $@
