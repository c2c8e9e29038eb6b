#!/usr/bin/env bash
# Run a command with a PostgreSQL of its own: made in a temporary folder, gone when the command ends.
#
#   tools/postgres.sh .venv/bin/pytest tests/run
#
# The command finds LOPER_DATABASE set. LOPER_PG_CTL is the beginning of a command line that stops and starts this
# server, for tests that want to see it fall: $LOPER_PG_CTL restart -m immediate -w
# It listens on a socket in its folder and nowhere else; what it says it has written is on the disk (fsync stays on).
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: tools/postgres.sh COMMAND [ARGUMENT...]" >&2; exit 2; }
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -x "$bin/initdb" ] || { echo "PostgreSQL is not here; tools/system.sh installs it." >&2; exit 1; }

as=()
if [ "$(id -u)" = 0 ]; then # it refuses to run as root
  id postgres >/dev/null 2>&1 && user=postgres || user=nobody
  as=(runuser -u "$user" --)
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/loper-pg.XXXXXX")
if [ ${#as[@]} -gt 0 ]; then chown "$user" "$folder"; fi
chmod 755 "$folder"
gone() {
  "${as[@]}" "$bin/pg_ctl" -D "$folder/data" stop -m immediate -w >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap gone EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$folder"
"${as[@]}" "$bin/initdb" -D "$folder/data" -A trust -U loper -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
cat >>"$folder/data/postgresql.conf" <<EOF
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 200
log_min_messages = warning
${LOPER_PG_CONF:-}
EOF
"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 start >/dev/null || {
  cat "$folder/log" >&2
  exit 1
}
"$bin/createdb" -h "$folder" -U loper loper
cd "$OLDPWD"
export LOPER_DATABASE="postgresql://loper@/loper?host=$folder"
export LOPER_PG_CTL="${as[*]} $bin/pg_ctl -D $folder/data -l $folder/log"
"$@"
