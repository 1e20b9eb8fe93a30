# Two commands do everything: make run, make test. Both install what they need, with nothing but Python and make.

PYTHON ?= python3
BIN := .venv/bin
LANGUAGES := $(wildcard locales/*/LC_MESSAGES/hotline.po)

.PHONY: run test quick style bench night install lock words

run: install            ## the whole hotline on this machine, with phones in the browser
	$(BIN)/itikia run

test: style             ## every check there is; in the end, what no test reaches
	$(BIN)/python -m slipcover -m pytest -n 4
	$(BIN)/python -m tests.building.coverage

quick: style            ## while you work: each test on one database, and none that kills processes
	$(BIN)/pytest -n 4 --one -m "not kill"

style: .venv/tested     ## how it is written, which types it has, and what may import what
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/tested     ## how fast it is, as ratios beside a yardstick in the same run
	$(BIN)/python -m benchmarks.bench

night: .venv/tested     ## a whole night in a county, on a clock that is turned, while everything breaks
	$(BIN)/python -m benchmarks.night

install: .venv/installed ## what the others need

.venv/installed: requirements.txt pyproject.toml $(LANGUAGES)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/tested: requirements-dev.txt .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

words: .venv/tested     ## collect the sentences for the translators
	$(BIN)/pybabel --quiet extract -F pyproject.toml -k _ --no-location --sort-output --project Itikia --version 0 --copyright-holder "the Itikia contributors" -o locales/hotline.pot hotline bot ussd
	for catalog in locales/*/LC_MESSAGES/hotline.po; do $(BIN)/pybabel --quiet update -N -D hotline -i locales/hotline.pot -o $$catalog -l $$(basename $$(dirname $$(dirname $$catalog))); done

lock: .venv/tested      ## pin every dependency anew, for every platform
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra embedded --extra build -o requirements.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra embedded --extra build --extra dev -o requirements-dev.txt pyproject.toml
