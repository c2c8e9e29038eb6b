#!/usr/bin/env bash
# What the tests need of the machine beside Python, installed where it is missing.
set -euo pipefail
missing=()
command -v chromium >/dev/null || missing+=(chromium)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
[ -x /usr/sbin/dovecot ] || missing+=(dovecot-imapd)
command -v runuser >/dev/null || missing+=(util-linux)
fc-list 2>/dev/null | grep -qi noto || missing+=(fonts-noto-core)
command -v fc-list >/dev/null || missing+=(fontconfig)
command -v systemd-analyze >/dev/null || missing+=(systemd)
command -v ip >/dev/null || missing+=(iproute2)
[ -x /usr/sbin/nginx ] || missing+=(nginx-light)
command -v java >/dev/null || missing+=(default-jre-headless)
[ ${#missing[@]} -eq 0 ] || "$(dirname "$0")"/apt.sh "${missing[@]}"
