#!/usr/bin/env bash
# requirements.lock made anew from pyproject.toml: what is pinned stays, what is new is added, with hashes.
# `tools/lock.sh --upgrade` takes the newest of everything. It names no host: pip's own settings say where to look.
set -euo pipefail
cd "$(dirname "$0")/.."
maker=$(mktemp -d)
trap 'rm -rf "$maker"' EXIT
python3 -m venv "$maker"
"$maker/bin/python" -m pip install --quiet --disable-pip-version-check uv
"$maker/bin/uv" pip compile pyproject.toml --universal --extra spark --group dev --generate-hashes --no-emit-index-url --no-header \
  --quiet --output-file requirements.lock "$@"
"$maker/bin/uv" pip compile --universal --python-version 3.11 --group bench --generate-hashes --no-emit-index-url --no-header \
  --quiet --output-file requirements-bench.lock "$@"
