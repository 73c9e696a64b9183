# What one does with this project. Needs Python 3.11 and make; everything else is fetched.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check bench lint format lock
PYTHON ?=
BIN := .venv/bin
export PYTHON

help: ## Show what make can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 18

setup: ## Make the environment, the browser parts and Asterisk, as far as this machine can have them
	@tools/bootstrap
	@$(BIN)/python tools/asterisk.py & voice=$$!; $(BIN)/python tools/frontend.py; code=$$?; wait $$voice; exit $$code

run: setup ## Start the demonstration house and print its address and how to sign in
	@$(BIN)/omniwarden demo

setup-dev:
	@tools/bootstrap --dev

test: setup-dev ## Run every test, with real PostgreSQL, Asterisk, callers and browsers (about 20 minutes)
	@$(BIN)/python tools/testbed.py
	@$(BIN)/python tools/everything.py

check: setup-dev lint ## Lint, types, import rules and the unit tests: those that need nothing but Python (under 2 minutes)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not needs and not slow and not database"

lint: setup-dev ## Style, types and import rules
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup-dev ## Put the code into the project's form
	@$(BIN)/ruff format --quiet
	@$(BIN)/ruff check --fix

bench: setup-dev ## Measure the figures; some with make bench ONLY=gate,signin and smaller with SCALE=0.1
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(SCALE),--scale $(SCALE))

lock: setup-dev ## Write the lock files anew from pyproject.toml, with hashes and no address
	@$(BIN)/python tools/lock.py
