# The commands of this project. `make` alone tells them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash

.DEFAULT_GOAL := help
.PHONY: help demo demo-stop demo-status test test-fast test-browser test-slow \
	test-slow-demo test-slow-alone test-all lint bench screenshots docs clean
# Each keeps one processor busy and tells what it did when it ends.
SIDE_BY_SIDE := $(MAKE) --no-print-directory --jobs=2 --output-sync

help:  ## Tell these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

demo:  ## Start Horizon on a demo cloud; with CLOUD=name on a cloud of yours.
	@$(PYTHON) demo/demo up $(if $(CLOUD),--cloud '$(CLOUD)')

demo-stop:  ## End all that `make demo` started.
	@$(PYTHON) demo/demo down

demo-status:  ## Tell what runs of the demo.
	@$(PYTHON) demo/demo status

test: lint  ## Check the code and run the tests.
	@$(SIDE_BY_SIDE) test-fast test-browser

test-all: test test-slow  ## The same, and the tests that take minutes.

lint: $(VENV)/tests-installed  ## Check the form of the code.
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/python -m django makemigrations --check --dry-run \
		--settings tests.settings rey_dashboard

test-fast: $(VENV)/tests-installed
	$(BIN)/python -m pytest -m 'not slow and not browser'

# Status 3: no browser, and this machine cannot get one; it said so.
test-browser: $(VENV)/tests-installed
	@status=0; $(PYTHON) demo/demo browser || status=$$?; \
	case $$status in \
	0) $(BIN)/python -m pytest -m 'browser and not slow' ;; \
	3) ;; \
	*) exit $$status ;; \
	esac

# Status 3: no databases; the tests that need them skip themselves.
test-slow: $(VENV)/tests-installed
	@$(PYTHON) demo/demo databases || [ $$? -eq 3 ]
	@$(SIDE_BY_SIDE) test-slow-alone test-slow-demo

test-slow-demo: $(VENV)/tests-installed
	$(BIN)/python -m pytest -m 'slow and browser'

test-slow-alone: $(VENV)/tests-installed
	$(BIN)/python -m pytest -m 'slow and not browser'

bench: $(VENV)/tests-installed  ## Measure the pages with much data.
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_find

screenshots: $(VENV)/tests-installed  ## Take the guides' pictures from the demo.
	$(BIN)/python -m tests.screenshots

docs: $(VENV)/docs-installed  ## Build the documentation in doc/build.
	$(BIN)/sphinx-build -W --keep-going -b html doc/source doc/build

clean:  ## Remove what the commands made here, but for the demo.
	rm -rf $(VENV) doc/build build dist .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.demo*' -prune \
		-exec rm -rf {} +

# $(call install,extra): this checkout with one of setup.cfg's extras.
define install
	@echo 'Installing the $(1) of this project into $(VENV) ...'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --no-input --disable-pip-version-check \
		--editable '.[$(1)]' > $(VENV)/pip-$(1).log 2>&1 || { \
		tail -n 15 $(VENV)/pip-$(1).log; \
		echo 'Installing failed. Read $(VENV)/pip-$(1).log, mend what' \
			'it says and say the same again.'; \
		exit 1; }
	@touch $@
endef

$(VENV)/tests-installed: setup.cfg setup.py
	$(call install,test)

$(VENV)/docs-installed: setup.cfg setup.py
	$(call install,docs)
