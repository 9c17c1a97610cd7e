# Five Purposes. `make run` only needs make and Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run dev backup restore test test-quick screenshots check bench drill fuzz audit format lock

help:
	@echo "make run          install and serve the site on http://127.0.0.1:8000 (HOST, PORT)"
	@echo "make dev          the same with DEBUG, reloading when the code changes"
	@echo "make backup       write all data to a new file in var/backups/, or to FILE"
	@echo "make restore      restore FILE into an empty database; REPLACE=yes deletes existing data first"
	@echo "make test         run all tests, including the browser tests (ARGS for pytest)"
	@echo "make test-quick   run the tests that need no browser and start no processes"
	@echo "make screenshots  save pictures of every page in var/screenshots/"
	@echo "make check        run formatters, linters, type, import, template and migration checks"
	@echo "make format       apply the formatters' fixes"
	@echo "make bench        measure the cost of requests; run Lighthouse and html-validate (needs npm)"
	@echo "make drill        kill processes under load and check that no data is lost (KILLS, SEED)"
	@echo "make fuzz         send random hostile requests (N, SEED)"
	@echo "make audit        look for known vulnerabilities in the pinned dependencies"
	@echo "make lock         pin the dependencies in pyproject.toml again (needs uv)"

run: .venv/local
	@exec $(BIN)/python manage.py serve

dev: .venv/local
	@DEBUG=true $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=true exec $(BIN)/python manage.py runserver "$${HOST:-127.0.0.1}:$${PORT:-8000}"

backup: .venv/local
	@$(BIN)/python manage.py backup $${FILE:+"$$FILE"}

restore: .venv/local
	@test "$$FILE" || { echo "Name the file: make restore FILE=var/backups/..."; exit 1; }
	@$(BIN)/python manage.py restore "$$FILE" $(if $(REPLACE),--replace)

# Write bytecode even if the container disables it: the tests start about a hundred processes, and two import all tests.
unexport PYTHONDONTWRITEBYTECODE
PYTEST = $(BIN)/python -m pytest -n 2

test: .venv/dev
	@$(PYTEST) $(ARGS)

test-quick: .venv/dev
	@$(PYTEST) -q --ignore tests/browser -m "not processes" $(ARGS)

screenshots: .venv/dev
	@SCREENSHOTS=1 $(PYTEST) -q tests/browser
	@echo "The pictures are in var/screenshots/"

check: .venv/dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@git ls-files -z -- 'templates/*.html' | xargs -0 $(BIN)/djade --check --target-version 5.2
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/python manage.py makemigrations --check --dry-run

bench: .venv/dev
	@$(BIN)/python -m bench.served
	@$(BIN)/python -m bench.requests
	@$(BIN)/python -m bench.crowd
	@$(BIN)/python -m bench.community
	@$(BIN)/python -m bench.room
	@$(BIN)/python -m bench.pages

# KILLS=1000 takes about half an hour.
drill: .venv/dev
	@KILLS=$(KILLS) $(BIN)/python -m drill.faults
	@$(BIN)/python -m drill.failover

audit: .venv/dev
	@$(BIN)/python -m drill.audit

fuzz: .venv/dev
	@N=$(N) SEED=$(SEED) $(BIN)/python -m drill.fuzz

format: .venv/dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@git ls-files -z -- 'templates/*.html' | xargs -0 $(BIN)/djade --target-version 5.2

# Each set of requirements has the same versions as the smaller sets before it.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml

lock:
	$(LOCK) -o requirements/server.txt
	$(LOCK) --extra local -c requirements/server.txt -o requirements/local.txt
	$(LOCK) --extra monitoring -c requirements/server.txt -o requirements/monitoring.txt
	$(LOCK) --extra local --extra monitoring --extra dev -c requirements/local.txt \
		-c requirements/monitoring.txt -o requirements/dev.txt

# --- Installing -----------------------------------------------------------------------------

.venv/local: requirements/local.txt
.venv/dev: requirements/dev.txt

# On a Debian without python3-venv the environment has no pip, so the system's pip installs into it.
.venv/local .venv/dev: | .venv/bin/python
	@echo "Installing $< into .venv ..."
	@if $(BIN)/python -m pip --version >/dev/null 2>&1; then pip="$(BIN)/python -m pip"; \
	else pip="$(PYTHON) -m pip --python $(BIN)/python"; fi; \
	$$pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/bin/python:
	@test -w . || { echo "You can't write to this folder: $(CURDIR)"; exit 1; }
	@test ! -e .venv || { echo "There is no Python in .venv (any more). Delete the folder .venv and try again."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed: install it, or set PYTHON to its path"; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || \
		{ rm -rf .venv; $(PYTHON) -m pip --version >/dev/null 2>&1 && $(PYTHON) -m venv --without-pip .venv; } || \
		{ rm -rf .venv; echo "pip or venv is needed: install python3-venv (or python3-pip)."; exit 1; }
