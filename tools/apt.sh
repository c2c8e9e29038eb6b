#!/usr/bin/env bash
# Install Debian packages where we may; otherwise say the command to run, and fail.
set -euo pipefail
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  run=()
elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then
  run=(sudo -n)
else
  echo "Missing on this machine: $*. Please run:  sudo apt-get install -y --no-install-recommends $*" >&2
  exit 1
fi
"${run[@]}" apt-get update -qq || true
DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
