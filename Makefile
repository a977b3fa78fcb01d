# Chosei. `make` alone explains itself; every target installs what it needs and is missing.

SHELL := /bin/sh
PYTHON := .venv/bin/python
CHECKED := shared services deploy tests
QUICK := tests/unit tests/contract
# Folders that need servers or the providers' own (large) client libraries from their first import on.
WITHOUT_SERVERS := --ignore=tests/contract/sandbox --ignore=tests/contract/gateway
SIDE_BY_SIDE := $(QUICK) tests/integration
WHOLE_SYSTEM := tests/e2e
ALONE := tests/chaos
# With PYTEST_ARGS a part may have nothing to run, which pytest says with 5.
NOTHING_IS_FINE = $(if $(PYTEST_ARGS),|| [ $$? -eq 5 ])
.DEFAULT_GOAL := help
.PHONY: help demo demo-stop test chaos check bench events dashboards format lock clean for-demo for-test format-check lint types imports unit

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: for-demo ## Start everything on this machine (DETACH=1 returns when it is ready; Ctrl-C stops it)
	@exec $(PYTHON) -m deploy.demo

demo-stop: ## Stop the demo that was started with DETACH=1 (CHOSEI_GATEWAY_PORT says which)
	@if [ -x $(PYTHON) ]; then exec $(PYTHON) -m deploy.demo stop; else echo nothing was running; fi

test: for-test ## Run every check and every test (PYTEST_ARGS adds options)
	@$(MAKE) --no-print-directory -k -j2 --output-sync=target format-check lint imports types
	@$(PYTHON) -m tests.parts -q -n 3 --dist loadfile --durations=10 $(SIDE_BY_SIDE) $(PYTEST_ARGS) $(NOTHING_IS_FINE)
	@$(PYTHON) -m tests.parts -q -n 3 --dist loadfile --durations=10 $(WHOLE_SYSTEM) $(PYTEST_ARGS) $(NOTHING_IS_FINE)
	@$(PYTHON) -m tests.parts -q $(ALONE) $(PYTEST_ARGS) $(NOTHING_IS_FINE)

chaos: for-test ## The chaos test at full size: 2,000 appointments (CHOSEI_CHAOS=300 makes fewer)
	@CHOSEI_CHAOS=$${CHOSEI_CHAOS:-2000} $(PYTHON) -m pytest -q -s -o faulthandler_timeout=0 $(ALONE) $(PYTEST_ARGS)

check: for-test ## Format, lint, types, import rules, unit and contract tests; two minutes
	@$(MAKE) --no-print-directory -k -j2 --output-sync=target format-check lint imports types unit

bench: for-test ## Take the figures of performance (BENCH=p4 takes one)
	@exec $(PYTHON) -m tests.bench

events: for-test ## Write the event schemas, the catalogue and the AsyncAPI document
	@exec $(PYTHON) -m deploy.events

dashboards: for-test ## Write Grafana's dashboards and the cluster's alerts
	@exec $(PYTHON) -m deploy.grafana

format: for-test ## Format the code and repair what the linter can
	@$(PYTHON) -m ruff check -q --fix $(CHECKED) || true
	@$(PYTHON) -m ruff format $(CHECKED)

lock: ## Write both lock files and package-lock.json anew (needs uv and npm)
	uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-emit-find-links -o requirements-dev.lock
	uv pip compile -q pyproject.toml --extra demo --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-emit-find-links -c requirements-dev.lock -o requirements.lock
	npm install --package-lock-only

clean: demo-stop ## Stop the demo and remove all that was installed, built or recorded here
	rm -rf .venv .local .cache .demo artifacts node_modules services/gateway/static/vendor
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What a machine needs. Each script costs a few milliseconds when there is nothing to do.
for-demo:
	@deploy/bootstrap/system.sh demo
	@deploy/bootstrap/python.sh demo
	@deploy/bootstrap/mongod.sh
	@deploy/bootstrap/frontend.sh demo

for-test:
	@deploy/bootstrap/system.sh test
	@deploy/bootstrap/python.sh test
	@deploy/bootstrap/mongod.sh
	@deploy/bootstrap/prometheus.sh
	@deploy/bootstrap/frontend.sh test

# The parts of `check`.
format-check:
	@$(PYTHON) -m ruff format -q --check $(CHECKED) || { echo "not formatted: make format"; exit 1; }

lint:
	@$(PYTHON) -m ruff check -q $(CHECKED)

imports:
	@said=$$(.venv/bin/lint-imports --no-logo --no-cache 2>&1) || { echo "$$said"; exit 1; }

types:
	@$(PYTHON) -m mypy

unit:
	@$(PYTHON) -m pytest -q -m "not server and not slow" $(WITHOUT_SERVERS) $(QUICK) $(PYTEST_ARGS)
