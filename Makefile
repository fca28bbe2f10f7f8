# Every target does its own set-up: system libraries, a virtual environment in .venv, locked dependencies.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
HOST   := $(shell uname -s)

.PHONY: run test lint tour bench soak package self-test locale lock clean help

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## +/\t/' | expand -t 12

run: $(READY)    ## open the window; without a display, play the tour and say where its pictures are
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$(HOST)" = Darwin ]; then exec $(BIN)/dbc-desktop; \
	else echo "No display here: playing the tour instead."; $(MAKE) --no-print-directory tour; fi

# The tests start this program some hundred times; each start would compile it anew where bytecode is not kept.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.ready-tests lint ## lint, types, contracts and all tests, one at a time on each core
	$(BIN)/python -m pytest -q -n logical --maxprocesses 8 --dist worksteal

lint: $(READY)   ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check dbc_desktop tests
	$(BIN)/ruff format --check dbc_desktop tests
	$(BIN)/mypy
	$(BIN)/lint-imports

tour: $(READY)   ## play the newcomer's path through the real window; pictures in build/tour/
	$(BIN)/dbc-desktop tour --out build/tour

bench: $(READY)  ## measure the budgets; build/bench.json
	$(BIN)/python tests/bench/run.py build/bench.json

soak: $(VENV)/.ready-tests ## the long repetitions
	$(BIN)/python -m pytest -q -m soak --timeout=3600

package: $(VENV)/.ready-tests ## the one-folder program in build/package/, and its self-test
	$(BIN)/pyinstaller --noconfirm --distpath build/package --workpath build/pyinstaller build.spec
	$(BIN)/python -m pytest -q -m package tests/packaging

self-test: $(READY) ## what works on this computer and what is missing
	$(BIN)/dbc-desktop self-test

locale: $(READY) ## extract the texts, update and compile the catalogues
	$(BIN)/pybabel -q extract -k tr -k ntr:1,2 --no-location --sort-output --project=dbc-desktop \
	  -o resources/locale/dbc_desktop.pot dbc_desktop
	$(BIN)/pybabel -q update -D dbc_desktop --no-fuzzy-matching -N -i resources/locale/dbc_desktop.pot -d resources/locale -l zh_CN
	$(BIN)/pybabel -q compile -D dbc_desktop -d resources/locale

lock: $(READY)   ## renew requirements.lock
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --upgrade --python-version 3.11 --generate-hashes --group dev --no-emit-index-url \
	  --custom-compile-command "make lock" -o requirements.lock pyproject.toml

clean:           ## forget everything that was made here
	rm -rf build $(VENV)

$(READY): requirements.lock pyproject.toml .ci/system
	sh .ci/system window
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-tests: $(READY)
	sh .ci/system tests
	@touch $@
