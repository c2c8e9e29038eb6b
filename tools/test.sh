#!/usr/bin/env bash
# All tests: everything on SQLite, and beside it what touches the database once more on a PostgreSQL of its own.
#
#   tools/test.sh [ARGUMENT OF PYTEST ...]
set -uo pipefail
cd "$(dirname "$0")/.."
said=$(mktemp)
trap 'rm -f "$said"' EXIT
# Ordinary tests need not wait for the disk at every commit; the databases of tests/faults do (tests/faults/house.py).
LOPER_PG_CONF="synchronous_commit = off" tools/postgres.sh .venv/bin/pytest -p no:cacheprovider -m "not browser" --durations=5 \
  tests/run tests/server tests/story tests/api tests/log tests/faults "$@" >"$said" 2>&1 &
beside=$!
.venv/bin/pytest --durations=10 "$@"
here=$?
wait "$beside"
there=$?
echo
echo "== The same on PostgreSQL =="
cat "$said"
exit $((here || there))
