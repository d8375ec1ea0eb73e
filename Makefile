# `make` alone explains itself. Every target works from a fresh clone; what a target needs, it makes.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
WASM_TARGET := wasm32-unknown-unknown
# A rebuilt guest goes beside the committed one, so that tests of it leave the work tree as it was.
REBUILT := build/guest/guest.wasm

.PHONY: help
help: ## this text
	@echo "crucible-tools: migrate legacy Rune tools into a sandbox, and run them there."
	@echo
	@echo "  Start with:   make demo      needs Python 3.11 or later and nothing else"
	@echo "  Then:         make test      needs nothing more"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'
	@echo
	@echo "  PYTHON=…      the Python that makes .venv (now: $(PYTHON))"
	@echo "  TESTS=…       what pytest runs, e.g. make test TESTS='tests/engine -k stops'"
	@echo "  SECONDS=…     how long make fuzz looks for something (now: $(SECONDS))"

# Two stamps: users of `make demo` get what the package needs, developers also the tools.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "crucible-tools needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Say PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.installed

.PHONY: venv
venv: $(VENV)/.installed-dev ## make .venv with the package (editable) and the development tools

.PHONY: demo
demo: $(VENV)/.installed ## migrate a copy of examples/legacy_tools, print the report, call three tools
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh

.PHONY: test
test: $(VENV)/.installed-dev ## every test that needs only Python: the real engine and SQLite are among them
	$(BIN)/python -m pytest $(TESTS)

# Of make, not of bash, which counts in a variable of this name.
SECONDS := 60

.PHONY: fuzz
fuzz: $(VENV)/.installed-dev ## fuzz the lexer, the parser, the rules and the repairs for SECONDS=60 (Linux)
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz.fuzz_check --seconds $(SECONDS)

.PHONY: test-all
test-all: $(VENV)/.installed-dev rust-tools guest/node_modules/.installed ## also what needs more: rebuild the guest (Rust, Node), its own tests and lints, the suite against it
	cd guest && cargo fmt --check
	cd guest && cargo clippy --locked --all-targets -- -D warnings
	cd guest && cargo test --locked
	$(BIN)/python guest/licenses.py --check
	$(BIN)/python guest/build.py --check
	$(BIN)/python guest/build.py --out $(REBUILT)
	CRUCIBLE_GUEST="$(CURDIR)/$(REBUILT)" $(BIN)/python -m pytest tests

.PHONY: rust-tools
rust-tools:
	@command -v cargo >/dev/null || { echo "The guest is built with Rust: install rustup (https://rustup.rs), or run 'make test', which needs only Python." >&2; exit 1; }
	@command -v npm >/dev/null || { echo "The guest is pre-initialised with wizer, which npm installs: install Node.js 18 or later." >&2; exit 1; }
	@if command -v rustup >/dev/null; then rustup target add $(WASM_TARGET) && rustup component add clippy; fi

guest/node_modules/.installed: guest/package.json
	npm install --prefix guest --no-package-lock --no-audit --no-fund
	@touch $@

.PHONY: guest
guest: $(VENV)/.installed-dev rust-tools guest/node_modules/.installed ## rebuild src/crucible_tools/engine/guest.wasm and its digest (Rust, Node; two minutes)
	$(BIN)/python guest/build.py

.PHONY: guest-check
guest-check: $(VENV)/bin/python ## is the committed guest.wasm stale against its sources?
	$(BIN)/python guest/build.py --check

.PHONY: check
check: $(VENV)/.installed-dev ## ruff, formatting, pyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

.PHONY: docs
docs: $(VENV)/.installed-dev ## write docs/rules.md from the rules, and the JSON Schema of reports
	$(BIN)/python -m crucible_tools.cli.formats docs

.PHONY: bench
bench: $(VENV)/.installed-dev ## measure, beside peers in the same run; JSON in build/bench.json
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	@mkdir -p build
	$(BIN)/python -m bench.run --json build/bench.json

.PHONY: wheel
wheel: $(VENV)/.installed-dev ## build the wheel (pure Python; the guest is inside) into dist/
	$(BIN)/python -m build --wheel --outdir dist

.PHONY: clean
clean: ## remove everything that a target made, .venv included
	rm -rf $(VENV) build dist guest/target guest/node_modules bench/native/target .pytest_cache .ruff_cache .hypothesis
	find src tests bench guest examples -name __pycache__ -type d -prune -exec rm -rf {} +
