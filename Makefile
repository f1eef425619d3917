# `make prove` and `make test` need python3 and make; they create .venv and install what they need, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# -m, since scripts name the folder they were installed in; -P keeps this folder, full of common names, off the path.
RUN := "$(BIN)/python" -P -m
# The stamps carry a checksum of this folder: in a copied or moved clone the old installation does not count.
HERE := $(shell pwd | cksum | cut -d ' ' -f 1)
RUN_STAMP := $(VENV)/.run-$(HERE)
DEV_STAMP := $(VENV)/.dev-$(HERE)
INPUTS := pyproject.toml constraints.txt

.NOTPARALLEL:
.PHONY: help prove test lint format types drift bench

help:
	@echo 'make prove   derive the lemmas, then decide every example'
	@echo 'make test    the tests (ARGS="..." goes to pytest)'
	@echo 'make lint    ruff; make format mends what it can'
	@echo 'make types   pyright'
	@echo 'make bench   the benchmarks; renews benchmarks/results.json and docs/performance.md'
	@echo 'make drift   generated files are what the code generates'

prove: $(RUN_STAMP)
	@status=0; \
	$(RUN) convergan prove || status=1; \
	$(RUN) convergan check examples/*.proposal.toml || status=1; \
	exit $$status

test: $(DEV_STAMP)
	@$(RUN) pytest -n 2 $(ARGS)

lint: $(DEV_STAMP)
	@status=0; \
	$(RUN) ruff check . || status=1; \
	$(RUN) ruff format --check . || status=1; \
	exit $$status

format: $(DEV_STAMP)
	@$(RUN) ruff check --fix . ; $(RUN) ruff format .

types: $(DEV_STAMP)
	@$(RUN) pyright

bench: $(DEV_STAMP)
	@$(RUN) convergan.benchmarks --write

drift: $(RUN_STAMP)
	@$(RUN) convergan prove --check

# A development installation covers the other one, so it sets both stamps.
$(RUN_STAMP): $(INPUTS)
	$(call install,.,convergan)
	@touch "$@"

$(DEV_STAMP): $(INPUTS)
	$(call install,.[dev],convergan and the development tools)
	@touch "$(RUN_STAMP)" "$@"

# Also mends an environment whose creation was interrupted. $(1): what pip installs, $(2): its name for people.
define install
@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "convergan needs Python 3.11 or newer; name one: make PYTHON=python3.11")'
@$(RUN) pip --version >/dev/null 2>&1 || { \
	echo 'creating $(VENV)' && "$(PYTHON)" -m venv "$(VENV)"; }
@echo 'installing $(2) into $(VENV) (the first time: about 1 GB, some minutes)'
@$(RUN) pip --disable-pip-version-check install -c constraints.txt -e '$(1)'
endef
