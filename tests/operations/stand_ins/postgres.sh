#!/bin/bash
# As PostgreSQL's image does it: on an empty volume a superuser with the password from a file, then the scripts, with the server at its socket only.
set -euo pipefail
data=/var/lib/postgresql/data
if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -g postgres -m 0700 $data
  export PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
  exec setpriv --reuid postgres --regid postgres --clear-groups "$0"
fi
if [ ! -s $data/PG_VERSION ]; then
  initdb -D $data -U postgres -E UTF8 --locale=C.UTF-8 --pwfile=<(echo "$PASSWORD") --auth-local=trust --auth-host=scram-sha-256
  echo "host all all all scram-sha-256" >> $data/pg_hba.conf
  pg_ctl -D $data -w -o "-c listen_addresses=''" start
  for script in /docker-entrypoint-initdb.d/*; do "$script"; done
  pg_ctl -D $data -w stop
fi
exec postgres -D $data -c listen_addresses='*'
