# Five Purposes. `make run` needs nothing but make and Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run dev backup restore test test-quick screenshots check bench drill fuzz audit format lock

help:
	@echo "make run     install what is needed, serve on http://127.0.0.1:8000 (HOST, PORT)"
	@echo "make dev     the same with DEBUG and reloading, for work on the code"
	@echo "make backup  write the database to a new file in var/backups/ (FILE)"
	@echo "make restore put FILE into the database; REPLACE=yes deletes what is there"
	@echo "make test    every test, those in the browser too"
	@echo "make test-quick   without the browser, and without what starts processes of its own"
	@echo "make screenshots  pictures of every page, in var/screenshots/"
	@echo "make check   formatters, linters, types, floors, templates, migrations"
	@echo "make bench   what requests cost, and what Lighthouse and html-validate say (needs npm)"
	@echo "make drill   kill processes under load, and count what is left (KILLS)"
	@echo "make fuzz    random hostile requests (N, SEED)"
	@echo "make audit   known vulnerabilities of the pinned versions"
	@echo "make format  let the formatters mend what they can"
	@echo "make lock    pin the dependencies of pyproject.toml anew (needs uv)"

run: .venv/local
	@exec $(BIN)/python manage.py serve

dev: .venv/local
	@DEBUG=true $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=true exec $(BIN)/python manage.py runserver "$${HOST:-127.0.0.1}:$${PORT:-8000}"

backup: .venv/local
	@$(BIN)/python manage.py backup $(FILE)

restore: .venv/local
	@test "$(FILE)" || { echo "Say which: make restore FILE=var/backups/..."; exit 1; }
	@$(BIN)/python manage.py restore $(FILE) $(if $(REPLACE),--replace)

# Keep bytecode even where containers forbid it: tests start some hundred processes, and two read every test.
unexport PYTHONDONTWRITEBYTECODE
PYTEST = $(BIN)/python -m pytest -n 2

test: .venv/dev
	@$(PYTEST) $(ARGS)

test-quick: .venv/dev
	@$(PYTEST) -q --ignore tests/browser -m "not processes" $(ARGS)

screenshots: .venv/dev
	@SCREENSHOTS=1 $(PYTEST) -q tests/browser
	@echo "They are in var/screenshots/"

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

# KILLS=1000 is the long form, which takes half an hour or so.
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

# Each set of requirements is pinned to the versions of the smaller one before it.
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
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed: install it, or say where it is with PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || \
		{ rm -rf .venv; $(PYTHON) -m pip --version >/dev/null 2>&1 && $(PYTHON) -m venv --without-pip .venv; } || \
		{ rm -rf .venv; echo "pip or venv is needed: install python3-venv (or python3-pip)."; exit 1; }
