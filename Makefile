# Two commands on a fresh machine with git, make and Python 3.11 or newer: `make demo` and `make test`.
# Each makes its own virtual environment; `make help` lists the rest.

SEEDS ?= 1000
CASES ?= 1000000
TIMES ?= 100
ARGS ?=
# pytest workers: one for each core.
WORKERS ?= auto
export PYTHON

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint types layers format simulate mutants kills peers oracle adopt bench docs wheel requirements \
	clean

help: ## this list
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z]*\):.*## /  \1 - /p' Makefile

demo: ## list the sample catalog on two emulated shops and tell the story
	@scripts/setup .venv-demo demo
	@.venv-demo/bin/storesync demo $(ARGS)

test: ## all tests, in parallel (ARGS="-k price" for some)
	@scripts/setup .venv test
	@.venv/bin/python -m pytest -n $(WORKERS) $(ARGS)

lint: types layers ## style, types and layers
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: ## mypy --strict on src and the public API as users write it
	@scripts/setup .venv lint
	@.venv/bin/mypy

layers: ## imports go down only
	@scripts/setup .venv lint
	@.venv/bin/python scripts/layers.py

format: ## put the code in the house's format
	@scripts/setup .venv lint
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

simulate: ## crash and fault schedules in virtual time (SEEDS=1000)
	@scripts/setup .venv test
	@.venv/bin/python -m storesync.testing.simulate --seeds $(SEEDS) $(ARGS)

mutants: ## the engine broken on purpose, which the simulation must notice each time
	@scripts/setup .venv test
	@.venv/bin/python -m storesync.testing.mutants $(ARGS)

kills: ## real syncs killed with SIGKILL and started again (TIMES=100)
	@scripts/setup .venv test
	@.venv/bin/python -m storesync.testing.kills --times $(TIMES) $(ARGS)

peers: ## storesync beside other tools, each in an environment of its own (needs a package index)
	@scripts/setup .venv test
	@.venv/bin/python benchmarks/peers/run.py $(ARGS)

oracle: ## a million random prices against an independent judge on exact fractions (CASES=1000000)
	@scripts/setup .venv test
	@.venv/bin/python -m tests.pricing.oracle --cases $(CASES) $(ARGS)

adopt: ## match a grown shop of 10,000 listings with its catalog, and judge it (make test: two of 1,500)
	@scripts/setup .venv test
	@.venv/bin/python -m benchmarks.adopt $(ARGS)

bench: ## speed, as ratios measured in one run
	@scripts/setup .venv test
	@.venv/bin/python benchmarks/bench.py $(ARGS)

docs: ## the documentation as a site in site/
	@scripts/setup .venv-docs docs
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --strict --quiet $(ARGS)

wheel: ## build the wheel and run its tests without src
	@scripts/setup .venv test
	@scripts/wheel $(ARGS)

requirements: ## pin requirements/*.txt anew (UPGRADE=1 for the newest versions)
	@scripts/pin

clean: ## remove what the targets made
	rm -rf .venv .venv-* .venv.log dist build site .demo .coverage \
		.hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
