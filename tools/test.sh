#!/usr/bin/env bash
# All tests, four runs beside each other, because most of them wait more than they reckon: what needs a browser or
# another machine's programs; what kills processes; once more on a PostgreSQL of its own what touches the database, and
# the logs asked; and the rest.
#
#   tools/test.sh [OPTION OF PYTEST ...]
set -uo pipefail
cd "$(dirname "$0")/.."
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
# These tests begin hundreds of processes: where Python may not keep what it compiled, each compiles all of Loper anew.
unset PYTHONDONTWRITEBYTECODE
quiet=(-p no:cacheprovider --durations=5)
(
  failed=0
  # Ordinary tests need not wait for the disk at every commit; the databases of tests/faults do (tests/faults/house.py).
  LOPER_PG_CONF="synchronous_commit = off" tools/postgres.sh .venv/bin/pytest "${quiet[@]}" -m "not browser" \
    tests/run tests/server tests/story tests/api tests/log/test_touches.py "$@" || failed=1
  .venv/bin/pytest "${quiet[@]}" tests/observe "$@" || failed=1  # Spark among them
  exit $failed
) >"$said/postgresql" 2>&1 &
postgresql=$!
(
  failed=0
  .venv/bin/pytest "${quiet[@]}" tests/faults "$@" || failed=1
  tools/postgres.sh .venv/bin/pytest "${quiet[@]}" tests/faults "$@" || failed=1
  exit $failed
) >"$said/faults" 2>&1 &
faults=$!
.venv/bin/pytest "${quiet[@]}" tests/browser tests/deploy "$@" >"$said/browser" 2>&1 &
browser=$!
.venv/bin/pytest --durations=10 --ignore=tests/browser --ignore=tests/deploy --ignore=tests/observe \
  --ignore=tests/faults "$@"
failed=$?
declare -A called=([browser]="In a browser, and deployed" [faults]="Killed and starved, on SQLite and on PostgreSQL"
  [postgresql]="On PostgreSQL, and logs asked")
for one in browser faults postgresql; do
  wait "${!one}" || failed=1
  echo
  echo "== ${called[$one]} =="
  cat "$said/$one"
done
exit $failed
