#!/bin/sh
# Run once, by PostgreSQL's image on an empty volume: the owner of the tables and the pages' role (docs/operating.md).
# psql reads the passwords itself, so that they are on no command line.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'END'
\set owner `cat /run/secrets/owner-password`
\set pages `cat /run/secrets/pages-password`
CREATE ROLE cdpviewer_owner LOGIN PASSWORD :'owner';
CREATE ROLE cdpviewer_pages LOGIN PASSWORD :'pages';
CREATE DATABASE cdpviewer OWNER cdpviewer_owner;
END
