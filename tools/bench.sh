#!/usr/bin/env bash
# Every bench, each printing its figures beside a peer's. The peers have a virtual environment of their own.
#
#   tools/bench.sh               all of them, at the sizes of docs/explanation/speed.md (an hour)
#   tools/bench.sh --quick       all of them, small: whether they run
#   tools/bench.sh smtp [...]    one of them, with its own arguments
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -e .venv-bench/.ready ] || [ requirements-bench.lock -nt .venv-bench/.ready ]; then
  python3 -m venv .venv-bench
  .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
  touch .venv-bench/.ready
fi
run() {
  case "$1" in
    days | bookings | offer | observe) .venv/bin/python "bench/$1.py" "${@:2}" ;; # these need no database
    *) tools/postgres.sh .venv/bin/python "bench/$1.py" "${@:2}" ;;
  esac
}
case "${1:-}" in
  "")
    for one in runtime waiting timers smtp; do run "$one"; done
    run offer
    run offer_page
    run following
    run days solomon --seconds 10
    run days dutch --technicians 30 --jobs 300
    run days night
    run bookings
    run going_out --cases 5000
    run observe
    run observe --growth 1 3 10 30
    run observe --large 100
    ;;
  --quick)
    run runtime --rounds 1 --cases 300 --peer-cases 50
    run waiting --cases 20000
    run timers --timers 500 --peer-timers 50
    run smtp --rounds 1 --mails 100
    run offer --offers 10 --solves 1
    run following --technicians 4 --rounds 1
    run days --technicians 8 --jobs 60 --days 2 --seconds 2 --exploration 1
    run bookings --requests 60 --technicians 2 --seeds 1
    run going_out --cases 500
    run observe --contacts 100000 --rounds 1
    ;;
  *) run "$@" ;;
esac
