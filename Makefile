# Everyday verbs. Bare `make` prints them.
PYTHON ?= python3
BIN := .venv/bin
ENV ?= default
# What all environments have in common goes below each, where there is such a file.
LAYERS = $(filter-out values/$(ENV).yaml,$(wildcard values/base.yaml)) values/$(ENV).yaml

.DEFAULT_GOAL := help
.PHONY: help docs venv demo walkthrough render test faults noise check format golden bench profile dist clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: .venv/.made ## create .venv with everything that the project needs

.venv/.made: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")' 1>&2
	@echo "making .venv, which takes a minute" 1>&2
	@$(PYTHON) -m venv .venv 1>&2
	@$(BIN)/pip install --quiet --editable '.[dev]' 1>&2
	@$(BIN)/python -m compileall -q audit bridge generator 1>&2
	@PYTHONDONTWRITEBYTECODE= $(BIN)/audit-generator render values/default.yaml >/dev/null
	@touch $@

demo: venv ## sandbox, bridge and a replay of a real audit log: nothing lost; ONCE=1 exits when done
	@$(BIN)/audit-generator render values/demo.yaml -o rendered/demo >/dev/null
	@$(BIN)/audit-bridge demo --config rendered/demo/bridge.yaml $(if $(ONCE),--once)

render: venv ## manifests for ENV: rendered/ENV/ and, on standard output, the stream for kubectl apply -f -; ARGS="--set a.b=c"
	@$(BIN)/audit-generator render $(LAYERS) -o rendered/$(ENV) --stream $(ARGS)

test: venv ## all tests; the closing summary names the live peers that took part
	@$(BIN)/python -m pytest -q $(ARGS)

faults: venv ## senders x faults, an hour: nothing may be lost; writes the tables of docs/delivery.md; ARGS="--fault 503 --seconds 5" for some of it
	@$(BIN)/python -m tests.faults $(or $(ARGS),--write)

walkthrough: venv ## the blog post on a real API server: log, users, secrets, exec, Jenkins, policies, webhook; needs KUBEBUILDER_ASSETS; ONCE=1 ends it, WRITE=1 writes docs/tutorial.md
	@$(BIN)/python -m walkthrough $(if $(ONCE),--once) $(if $(WRITE),--write)

noise: venv ## a small cluster for five minutes, its log under each preset; writes docs/noise.md; needs KUBEBUILDER_ASSETS; ARGS="--seconds 60" for a look
	@$(BIN)/python -m tests.noise $(or $(ARGS),--write)

check: venv ## style, types, import contracts, rendered examples, documentation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/yamllint --strict -d '{extends: default, rules: {line-length: disable}}' values tests/golden
	@$(BIN)/python -m tests.golden

format: venv ## let ruff mend what it can
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

golden: venv ## re-render the golden files from values/
	@$(BIN)/python -m tests.golden --write

bench: venv ## every goal of speed and memory with its figure, beside the bare loop and the peers on PATH; about 6 minutes; OUT=file, WRITE=1, BIG=1
	@$(BIN)/python -m benchmarks

profile: venv ## where an event's time goes in the bridge's process; INPUT=recorded with bodies, WAY=file from a log
	@$(BIN)/python -m benchmarks.profiling

dist: venv ## what a release has: dist/ with wheel, source, and the packages that the wheel brings along, as CycloneDX JSON
	@rm -rf dist
	@$(BIN)/python -m build --outdir dist . >/dev/null
	@$(PYTHON) -m venv dist/plain
	@dist/plain/bin/pip install --quiet --disable-pip-version-check --find-links dist "kube-audit-bridge==$$(ls dist/*.whl | cut -d - -f 2)"
	@.ci/sbom dist/plain/bin/python >dist/sbom.cdx.json
	@rm -rf dist/plain

.venv/.docs: .venv/.made
	@$(BIN)/pip install --quiet --editable '.[docs]' 1>&2
	@touch $@

docs: .venv/.docs ## the pages as a site, build/docs: every link and anchor is checked; read it with python3 -m http.server -d build/docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

clean: ## remove everything that the other targets made
	@rm -rf .venv rendered build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
