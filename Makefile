# Everything that is done with this project, the same on a laptop and in continuous integration.
# Needs Python 3.11, 3.12 or 3.13, make, and access to the package registries; nothing else.

VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-to-use
UV := $(BIN)/uv
# Arguments for the verb, for example: make demo ARGS=--exit
ARGS ?=
# The first of these that works is used; a name that exists but does not run is passed over.
PYTHON ?=
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python)
PROBE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# The system's certificates, also behind a proxy that re-signs TLS.
export UV_SYSTEM_CERTS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install demo test check e2e nightly bench screenshots lock clean test-versions

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## Make the virtual environment and install everything, hash-pinned

demo: $(READY) ## Play six months of three clinics through the whole line (ARGS=--exit: and end)
	@$(BIN)/myomap demo $(ARGS)

test: $(READY) ## Run every test, also those with a broker and a browser
	@$(BIN)/python -m infra.chromium
	$(BIN)/pytest $(ARGS)

e2e: $(READY) ## Run only the tests that drive the whole line as a user would
	$(BIN)/pytest -m e2e $(ARGS)

nightly: $(READY) ## Run what takes long: hundreds of kills, 10,000 histories for each law; write nightly.json
	$(BIN)/pytest -m nightly -s $(ARGS)
	$(if $(ARGS),,LAWS_EXAMPLES=10000 LAWS_PERMUTED=3000 LAWS_DRIVEN=1000 $(BIN)/pytest tests/equivalence --timeout 7200 -n auto)

check: $(READY) ## Run linters, types, import rules and fast tests; report all failures
	@failed=""; \
	run() { name="$$1"; shift; echo "== $$name"; "$$@" || failed="$$failed $$name;"; }; \
	run "ruff check" $(BIN)/ruff check .; \
	run "ruff format" $(BIN)/ruff format --check .; \
	run "mypy" $(BIN)/mypy; \
	run "import rules" $(BIN)/lint-imports; \
	run "fast tests" $(BIN)/pytest -q -m "not broker and not browser and not e2e and not slow" $(ARGS); \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed"; exit 1; fi; echo "All checks passed."

bench: $(READY) ## Measure against something run in the same minutes, write bench.json
	@$(BIN)/python -m infra.bench $(ARGS)

screenshots: $(READY) ## Take a picture of every page of every role
	@$(BIN)/python -m infra.chromium
	$(BIN)/python -m infra.screenshots $(ARGS)

test-versions: ## Run every test on each of Python 3.11, 3.12 and 3.13 that is installed
	@for version in 3.11 3.12 3.13; do \
	  if python$$version -c "$(PROBE)" 2>/dev/null; then \
	    $(MAKE) test PYTHON=python$$version VENV=.venv-$$version || exit 1; \
	  else echo "python$$version is not installed here: passed over"; fi; done

lock: $(READY) ## Resolve the dependencies anew and pin them by hash
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --all-extras --group dev pyproject.toml -o requirements.lock
	echo uv | $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url - -o requirements-uv.lock
	printf 'quixstreams==3.28.1\nmsgspec>=0.22\npyyaml>=6\ntzdata\n' | $(UV) pip compile -q --universal \
	  --python-version 3.11 --generate-hashes --no-header --no-emit-index-url - -o infra/benchmarks/quix.lock

clean: ## Remove the virtual environment and caches; the home folder with your data stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf warehouse/transform/target warehouse/transform/logs

$(BIN)/python:
	@for candidate in $(PYTHONS); do \
	  if "$$candidate" -c "$(PROBE)" 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$candidate" --version)"; \
	    exec "$$candidate" -m venv $(VENV); \
	  fi; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 with its venv module was found (tried: $(strip $(PYTHONS)))." >&2; \
	echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1

$(READY): requirements.lock requirements-uv.lock pyproject.toml | $(BIN)/python
	@echo "Installing hash-pinned dependencies into $(VENV) (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-uv.lock
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .
	@touch $@
