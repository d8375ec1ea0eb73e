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
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{ printf "  make %-15s %s\n", $$1, $$2 }'
	@echo
	@echo "  PYTHON=…      the Python that makes .venv (now: $(PYTHON))"
	@echo "  TESTS=…       what pytest runs, e.g. make test TESTS='tests/engine -k stops'"
	@echo "  WORKERS=…     how many tests run at a time (now: $(WORKERS); 0: in one process, for a debugger)"
	@echo "  SECONDS=…     how long make fuzz looks for something (now: $(SECONDS))"
	@echo "  SEED=…        where make fuzz begins, to see the same again (now: a new one each time)"
	@echo "  MINUTES=…     how long make soak serves (now: $(MINUTES))"
	@echo "  CALLS=…       how many calls make soak-calls makes (now: $(CALLS))"

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

# As many files of tests at a time as there are processors. A test has no other limits than alone: none of them is timed.
WORKERS := auto
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile

.PHONY: test
test: $(VENV)/.installed-dev ## every test that needs only Python: the real engine and SQLite are among them
	$(PYTEST) -m "not browser" $(TESTS)

# Of make, not of bash, which counts in a variable of this name.
SECONDS := 60
# 0: a new one each time.
SEED := 0

.PHONY: fuzz
fuzz: $(VENV)/.installed-dev ## fuzz the lexer, the parser, the rules and the repairs for SECONDS=60 (Linux), then the engine for as long
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	PYTHONHASHSEED=0 $(BIN)/python -m tests.fuzz.fuzz_check --seconds $(SECONDS) --seed $(SEED)
	PYTHONHASHSEED=0 $(BIN)/python -m tests.fuzz.fuzz_calls --seconds $(SECONDS) --first $(SEED)

.PHONY: search
search: $(VENV)/.installed-dev ## the property tests with examples drawn anew: make test takes the same ones each time
	$(PYTEST) -m "hypothesis and not browser" --hypothesis-profile anew $(TESTS)

CALLS := 100000

.PHONY: soak-calls
soak-calls: $(VENV)/.installed-dev ## make CALLS=100000 hostile calls and look whether the engine is what it was before
	$(BIN)/python -m tests.hostile.soak --calls $(CALLS)

MINUTES := 10

.PHONY: soak
soak: $(VENV)/.installed-dev ## serve for MINUTES=10 under edits, attacks and clients that vanish: no good call fails, nothing grows (Linux)
	$(BIN)/python -m tests.soak.soak --minutes $(MINUTES)

# A guest that the suite has just passed with: where the rebuilt one is the same bytes, it need not run twice.
TESTED_GUEST :=

.PHONY: test-all
test-all: $(VENV)/.installed-dev chromium rust-tools patched-rune guest/node_modules/.installed ## also what needs more: rebuild the guest (Rust, Node), its own tests and lints, the suite against it, states on PostgreSQL
	cd guest && cargo fmt --check
	cd guest && cargo clippy --locked --no-deps --all-targets -- -D warnings
	cd guest && cargo test --locked
	$(BIN)/python guest/licenses.py --check
	$(BIN)/python guest/build.py --check
	$(BIN)/python guest/build.py --out $(REBUILT)
	$(MAKE) test-postgresql
	@if cmp -s "$(TESTED_GUEST)" $(REBUILT); then \
		echo "The rebuilt guest is byte for byte $(TESTED_GUEST), which the suite passed with: what is left is the page in a browser."; \
		$(BIN)/python -m pytest -m browser tests; \
	else \
		CRUCIBLE_GUEST="$(CURDIR)/$(REBUILT)" $(PYTEST) tests; \
	fi

.PHONY: chromium
chromium: ## the browser that the tests of the page need, from Debian's package where it is missing
	@command -v chromium || command -v google-chrome || { apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } \
		|| { echo "The page is tested in Chromium: install it, or run 'make test', which needs only Python." >&2; exit 1; }

.PHONY: test-postgresql
test-postgresql: $(VENV)/.installed-dev ## the tests of the store and of migrations with every state on a PostgreSQL that is started for them
	$(BIN)/python -m tests.postgresql -n $(WORKERS) --dist loadfile $(or $(TESTS),tests/store tests/migration tests/operations/serving/test_two_servers.py)

.PHONY: rust-tools
rust-tools:
	@command -v cargo >/dev/null || { echo "The guest is built with Rust: install rustup (https://rustup.rs), or run 'make test', which needs only Python." >&2; exit 1; }
	@command -v npm >/dev/null || { echo "The guest is pre-initialised with wizer, which npm installs: install Node.js 18 or later." >&2; exit 1; }
	@if command -v rustup >/dev/null; then rustup target add $(WASM_TARGET) && rustup component add clippy; fi

.PHONY: patched-rune
patched-rune: $(VENV)/bin/python rust-tools
	$(BIN)/python guest/patched.py

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
	rm -rf $(VENV) build dist guest/target guest/patched guest/node_modules bench/native/target .pytest_cache .ruff_cache .hypothesis
	find src tests bench guest examples -name __pycache__ -type d -prune -exec rm -rf {} +
