#!/usr/bin/env bash
# All tests, three runs beside each other, because most of them wait more than they reckon: what needs a browser or
# another machine's programs, the rest, and once more on a PostgreSQL of its own what touches the database.
#
#   tools/test.sh [OPTION OF PYTEST ...]
set -uo pipefail
cd "$(dirname "$0")/.."
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
quiet=(-p no:cacheprovider --durations=5)
(
  failed=0
  # Ordinary tests need not wait for the disk at every commit; the databases of tests/faults do (tests/faults/house.py).
  LOPER_PG_CONF="synchronous_commit = off" tools/postgres.sh .venv/bin/pytest "${quiet[@]}" -m "not browser" \
    tests/run tests/server tests/story tests/api tests/log/test_touches.py tests/faults "$@" || failed=1
  .venv/bin/pytest "${quiet[@]}" tests/observe "$@" || failed=1  # Spark among them
  exit $failed
) >"$said/postgresql" 2>&1 &
postgresql=$!
.venv/bin/pytest "${quiet[@]}" tests/browser tests/deploy "$@" >"$said/browser" 2>&1 &
browser=$!
.venv/bin/pytest --durations=10 --ignore=tests/browser --ignore=tests/deploy --ignore=tests/observe "$@"
failed=$?
for one in browser postgresql; do
  wait "${!one}" || failed=1
  echo
  [ "$one" = browser ] && echo "== In a browser, and deployed ==" || echo "== On PostgreSQL, and logs asked =="
  cat "$said/$one"
done
exit $failed
