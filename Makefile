# Trialdesk in a few words: `make run` and `make test` work from a bare clone.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Refusals of a production start are what `make check` is after; these keys open nothing.
PRODUCTION := TRIALDESK_MODE=production DEBUG=0 ALLOWED_HOSTS=check.invalid \
	DATABASE_URL=postgresql://nobody@127.0.0.1:9/nothing \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	TRIALDESK_PATIENT_KEY=$$($(BIN)/python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')
CHROMIUM_NAMES := chromium chromium-browser google-chrome google-chrome-stable chrome

.PHONY: help run test check bench bench-map test-corpus tour fix lock clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

run: $(VENV)/installed node_modules/installed  ## serve the demonstration on 127.0.0.1:$$PORT (8000)
	@TRIALDESK_MODE=demo exec $(BIN)/python manage.py serve

test: $(VENV)/installed-dev node_modules/installed chromium  ## run every test, in a real browser too
	$(BIN)/python -m pytest -n auto --maxprocesses=4 --dist=worksteal $(ARGS)

check: $(VENV)/installed-dev node_modules/installed  ## lint, format, types, templates, migrations, settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PRODUCTION) $(BIN)/mypy
	find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --check --target-version 6.1
	$(PRODUCTION) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/installed-dev node_modules/installed  ## measure, and say what on: ARGS=script, TRIALS=number
	@for script in $(or $(ARGS),tests/benchmarks/bench_*.py); do \
		echo "== $$script"; PYTHONPATH=. $(BIN)/python "$$script" || exit 1; \
	done

bench-map: $(VENV)/installed-dev node_modules/installed chromium  ## measure the map with 10,000 and 100,000 sites
	PYTHONPATH=. $(BIN)/python tests/benchmarks/map/bench_map.py $(ARGS)

test-corpus: $(VENV)/installed-dev  ## compare every fixture with its page: make test-corpus CORPUS=folder
	@test -d "$(CORPUS)" || { echo "CORPUS must name the folder of the pages."; exit 2; }
	CORPUS="$(abspath $(CORPUS))" $(BIN)/python -m pytest -n auto --maxprocesses=4 --dist=worksteal tests/corpus $(ARGS)

tour: $(VENV)/installed-dev node_modules/installed chromium  ## walk through every role and make the pictures of docs/tour.md
	$(BIN)/python -m tests.tour $(ARGS)

fix: $(VENV)/installed-dev  ## format, and repair what can be repaired by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 6.1

lock:  ## pin requirements*.in and package.json again (needs uv)
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
		--upgrade -q -o requirements.txt requirements.in
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
		--upgrade -q -c requirements.txt -o requirements-dev.txt requirements-dev.in
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url \
		--upgrade -q -o requirements-node.txt requirements-node.in
	npm update

clean:  ## remove what was installed or built; the data in var/ stays
	rm -rf $(VENV) node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis

# --- What the commands above need. A stamp is as old as the installation that it stands for. ---

$(VENV)/bin/python:
	@for python in python3.13 python3 python3.12 python3.14 /usr/bin/python3; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
			$$python -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); echo "$$python makes no venv: on Debian, apt-get install python3-venv."; exit 1; \
		fi; \
	done; echo "Trialdesk needs Python 3.12 or newer, and there is none on the PATH: install one."; exit 1

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/installed

# The machine's npm, or else the one that comes from PyPI.
node_modules/installed: package.json package-lock.json | $(VENV)/bin/python
	@npm --version >/dev/null 2>&1 || $(BIN)/npm --version >/dev/null 2>&1 \
		|| $(BIN)/pip install --quiet --require-hashes -r requirements-node.txt
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --loglevel=error
	@touch $@

.PHONY: chromium
chromium:
	@for name in "$$CHROMIUM" $(CHROMIUM_NAMES); do \
		test -n "$$name" && command -v "$$name" >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else \
		echo "The browser tests need Chromium: install your system's, or name one in CHROMIUM."; exit 1; \
	fi
