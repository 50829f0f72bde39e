# Every target sets up what it needs first (local/setup/setup.sh); when all is there that takes a second.

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests python demo demo-lost demo-up test unit e2e bench bench-capacity chaos bad-models story-score mutants latest sbom audit notice lint format types

CACHE = $(or $(STORYLINE_CACHE),$(HOME)/.cache/storyline)
# Looked up when it is used: set-up may have installed it a moment before.
UV = $(shell command -v uv || echo "$(CACHE)/uv/bin/uv")
# Several processes; a file's tests stay together. What needs no call waits more than it computes;
# calls in more than two processes make each other late.
SIDE_BY_SIDE = --dist loadscope --no-loadscope-reorder
# Where these tests are: to load all others takes ten seconds.
E2E = tests/bench/chaos tests/e2e
ALONE = tests/bench tests/local/caller tests/local/test_speech.py
# How long `make mutants` may take, and, if not all, which: MUTANTS="bot.worker.guardian*"
MUTANTS_S = 3600
MUTANTS =
# What `make story-score` scores in place of the local storyteller: transcripts of demos, or --kept=URL
STORIES =
RUN = UV_PYTHON_DOWNLOADS=never "$(UV)" run --no-sync

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install and build everything (the other targets do it themselves)
	@local/setup/setup.sh

setup-tests:
	@local/setup/setup.sh tests

python:
	@local/setup/setup.sh python

demo: setup ## One whole call on this machine, no keys: watch Echo tell a story (DESK=1: at the desk, too)
	@$(RUN) python -m local.demo $(if $(DESK),--desk)

demo-lost: setup ## The same, and the process of the call is killed in mid-story: the story goes on
	@$(RUN) python -m local.demo --lost

demo-up: setup ## Leave the line open, to ring it with a softphone on this machine
	@$(RUN) python -m local.stack up

chaos: setup ## Every fault on a real call, and a table of what the caller heard (three quarters of an hour)
	@$(RUN) python -m bench.chaos

bad-models: setup ## Models and callers that misbehave, each on a real call, and a table (half an hour)
	@$(RUN) python -m bench.models

test: setup-tests ## All tests, with real SIP calls
	$(RUN) pytest -n 3 $(SIDE_BY_SIDE) -m "not (e2e or alone)"
	$(RUN) pytest -n 2 $(SIDE_BY_SIDE) -m e2e $(E2E)
	$(RUN) pytest -m alone $(ALONE)

unit: python ## The tests that need no server, no model and no process of their own
	$(RUN) pytest -n 2 $(SIDE_BY_SIDE) -m "unit and not process" --ignore=tests/e2e

e2e: setup-tests ## The tests that talk on real SIP calls
	$(RUN) pytest -n 2 $(SIDE_BY_SIDE) -m e2e $(E2E)
	$(RUN) pytest -m alone $(ALONE)

bench: setup-tests ## Measure on the wire what a caller hears: the short table
	$(RUN) python -m bench all

bench-capacity: setup-tests ## The same for 1, 2, 4 and 8 calls: waits, CPU, memory
	$(RUN) python -m bench capacity

story-score: python ## How well the stories are told: measures, and with OPENAI_API_KEY a judge
	@$(RUN) python -m bench.story $(STORIES)

# Survivors of an earlier run are tried again, the killed are not, unless their code has changed. One
# mutant at a time, with a limit of memory, and of time in pyproject.toml: some of them never end.
mutants: python ## Change one line at a time of the heart and the guards: does a unit test notice?
	-ulimit -v 8000000; $(RUN) nice -n 19 timeout --kill-after=10 $(MUTANTS_S) mutmut run --max-children 1 $(MUTANTS)
	$(RUN) mutmut results

latest: ## Do we work with the newest LiveKit and libraries? Tried in a copy, reported (ten minutes)
	@local/setup/latest.sh

sbom: python ## What is shipped, as CycloneDX, into dist/sbom.json
	@mkdir -p dist
	@"$(UV)" export --quiet --frozen --no-dev --format cyclonedx1.5 --output-file dist/sbom.json
	@echo "dist/sbom.json"

audit: python ## Known faults of what is shipped (asks api.osv.dev)
	@"$(UV)" audit --frozen --no-dev

notice: python ## Write the licences of what is shipped into NOTICE
	@"$(UV)" build --quiet --wheel --clear
	@rm -rf dist/installed
	@UV="$(UV)" deploy/install.sh dist/storyline-*.whl dist/installed
	@UV="$(UV)" deploy/licences.sh dist/installed

lint: python ## ruff and mypy
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

format: python ## Let ruff mend what it can
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

types: python ## mypy alone
	$(RUN) mypy
