# The one door. Each target sets up what it needs by itself, on a bare Debian with python3, make and git.
.DEFAULT_GOAL := help
.PHONY: help demo serve work test faults check format messages lock bench docs setup system clean
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 18

demo: setup  ## a fictional housing association with 200 cases, a mailbox and a clock that you can move
	$(BIN)/loper demo

serve: setup  ## the pages, on the embedded database
	$(BIN)/loper serve

work: setup  ## the worker: what is due happens
	$(BIN)/loper work

test: setup system check  ## everything that must hold: checks, then all tests, those of the database on both
	tools/test.sh

faults: setup system  ## 200 kills during 2,000 journeys, on SQLite and on PostgreSQL; takes half an hour
	$(BIN)/python -m tests.faults.kills --kills 200 --journeys 2000
	tools/postgres.sh $(BIN)/python -m tests.faults.kills --kills 200 --journeys 2000

check: setup  ## format, lint, types, layers, docs
	$(BIN)/ruff format --check -q src tests tools
	$(BIN)/ruff check -q src tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py --check
	$(BIN)/python tools/check_docs.py

messages: setup  ## texts of the pages into the Dutch catalogues
	$(BIN)/python tools/messages.py

format: setup  ## put the code in form
	$(BIN)/ruff format -q src tests tools
	$(BIN)/ruff check -q --fix src tests tools

lock:  ## requirements.lock made anew from pyproject.toml
	tools/lock.sh

bench: setup system  ## each speed claim beside a peer, same work, same run
	tools/bench.sh

docs: setup  ## pictures and reference pages made again from the code
	$(BIN)/python tools/make_docs.py

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml tools/venv.sh
	tools/venv.sh $(PYTHON)
	@touch $@

system:  ## what the tests need of the machine: Chromium, PostgreSQL, Dovecot
	tools/system.sh

clean:  ## away with the virtual environment and the demo's data
	rm -rf .venv .data
