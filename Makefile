# make run    serve the demo world on http://127.0.0.1:8650   (ARGS="--port 0 --clock frozen" adds flags)
# make test   run the tests: no network, no sleeping
# make coverage   run them, and measure the share of the code that they reach
# make test-postgres   run the tests that use the database, on a PostgreSQL server of their own
# make test-lowest   run the tests on the lowest version of each library that pyproject.toml allows
# make lock   rewrite requirements-dev.lock with the newest versions that pyproject.toml allows
# make check  check lint, formatting, types, import rules, and clauses without a test
# make acceptance   run the slower tests: real processes, signals, PostgreSQL, a browser, a thousand of everything
# make image-test   build the container image and run it, as root, without a container engine
# make soak   run the long acceptance tests, with 50,000 calls of every kind   (TEST_SEED=8 makes other calls)
# make bench  measure the speed, next to servers that do nothing   (ARGS="--only get_snapshot --rounds 3 --seconds 2", PEERS=1)
# make bench-scaling   measure calls per second of one, two and three servers on one PostgreSQL   (ARGS="--rounds 3 --seconds 2")
# make long   run the property tests with ten times as many examples
# make bench-growth   measure the time per call as the store grows; write docs/evidence/growth.svg   (ARGS="--only journal")
# make fidelity   write the generated pages of docs/ from the code: wire contract, assumptions, sources, command line
# make docs   build the documentation as a site into site/; a broken link or anchor is an error
# make docs-serve   build the documentation and show it on http://127.0.0.1:8651   (DOCS_PORT=9000 takes another port)
# make screenshots   draw the pictures of the pages in docs/images, with Chromium
.DEFAULT_GOAL := run
.PHONY: run test coverage test-postgres test-lowest lock check acceptance image-test soak bench bench-growth bench-scaling long format clauses fidelity docs docs-serve screenshots clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
LOCK := requirements-dev.lock
ARGS ?=
DOCS_PORT ?= 8651

# Images of containers often set it. Then each of the thousand processes that the tests start compiles all modules again.
unexport PYTHONDONTWRITEBYTECODE

# Compare the state in memory with the database after each commit (storage/state_check.py).
test test-postgres test-lowest: export TEST_CHECK_STATE := 1

# Material for MkDocs prints an advertisement of its successor with each build.
docs: export NO_MKDOCS_2_WARNING := 1

run: $(VENV)/installed
	@exec $(BIN)/invapi-emulator serve $(ARGS)

test: $(VENV)/installed-dev
	$(BIN)/pytest -n auto $(QUICK) $(ARGS)

coverage: $(VENV)/installed-dev
	@$(MAKE) test ARGS="--cov --cov-report=term --cov-fail-under=$(COVERAGE) $(ARGS)"

test-postgres: $(VENV)/installed-dev
	$(BIN)/python -m tests.support.postgres_server \
		$(BIN)/pytest -n auto $(QUICK) $(ON_POSTGRES) $(ARGS)

test-lowest: $(VENV)/installed-dev
	@bash scripts/make_venv.sh $(PYTHON) $(LOWEST)
	@$(BIN)/python scripts/lowest.py > $(LOWEST)/constraints.txt
	@$(LOWEST)/bin/python scripts/install.py --editable '.[dev]' --constraint $(LOWEST)/constraints.txt
	$(LOWEST)/bin/pytest -n auto $(QUICK) $(ARGS)

lock:
	@rm -rf .venv-lock
	@bash scripts/make_venv.sh $(PYTHON) .venv-lock
	@.venv-lock/bin/python scripts/install.py --editable '.[dev]' uv
	@{ echo "# The versions for development, on Python 3.11 to 3.14. Written by make lock."; \
		.venv-lock/bin/pip freeze --exclude-editable; } > $(LOCK)
	@rm -rf .venv-lock

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/clauses.py
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml

# These tests wait for other processes a fifth of the time, so there is one worker more than processors.
acceptance: $(VENV)/installed-dev
	$(BIN)/pytest -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist worksteal -m "acceptance and not soak" $(ARGS)

soak: $(VENV)/installed-dev
	$(BIN)/pytest -n 0 -m soak $(ARGS)

image-test: $(VENV)/installed-dev
	@bash scripts/image_tools.sh
	$(BIN)/pytest -n 0 -v -m image tests/image $(ARGS)

bench: $(VENV)/installed-dev
	@bash scripts/bench_tools.sh
	@$(BIN)/python -m benchmarks.bench $(if $(PEERS),--peers) $(ARGS)

long: $(VENV)/installed-dev
	TEST_MORE=10 $(BIN)/pytest -n auto tests/unit/engine/test_model.py tests/unit/server tests/unit/control/test_changing_vms.py tests/unit/control/test_state_mistakes.py

bench-growth: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.growth.measure_growth $(ARGS)

bench-scaling: $(VENV)/installed-dev
	@bash scripts/bench_tools.sh
	@$(BIN)/python -m benchmarks.shared $(ARGS)

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fidelity: $(VENV)/installed-dev
	$(BIN)/python scripts/fidelity.py

docs: $(VENV)/installed-dev
	$(BIN)/mkdocs build --strict

docs-serve: docs
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory site $(DOCS_PORT)
screenshots: $(VENV)/installed-dev
	$(BIN)/python -m scripts.screenshots

clauses: $(VENV)/installed-dev
	$(BIN)/python scripts/clauses.py

clean:
	rm -rf $(VENV) $(LOWEST) build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .import_linter_cache

ON_POSTGRES := tests/contract $(addprefix tests/unit/,client_lint contract/assumptions control dashboard \
	engine/faults engine/test_large_ends.py engine/test_long_queues.py \
	engine/test_model.py engine/test_money_model.py engine/test_profiles.py engine/test_worker.py server api/test_concurrency.py api/test_races_for_money.py \
	storage/test_statement.py storage/test_state_check.py storage/test_task_limit.py storage/test_unit_of_work.py \
	storage/test_isolation.py storage/test_restart.py test_demo_traffic.py test_secrets.py testing/test_testing.py)

# tests/unit and tests/contract, without the tests there that are marked as slower.
QUICK := -m "not acceptance and not image and not soak" $(addprefix --ignore=tests/,acceptance browser fuzz image)

# The minimum coverage of branches and lines, in percent. It is never lowered.
COVERAGE := 97

$(VENV)/installed: pyproject.toml $(LOCK)
	@bash scripts/make_venv.sh $(PYTHON) $(VENV)
	@$(BIN)/python scripts/install.py --editable . --constraint $(LOCK)
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(LOCK)
	@bash scripts/make_venv.sh $(PYTHON) $(VENV)
	@$(BIN)/python scripts/install.py --editable '.[dev]' --constraint $(LOCK)
	@touch $@ $(VENV)/installed
