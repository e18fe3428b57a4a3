#!/bin/sh
# Creates the owner of the tables and the pages' role (docs/operating.md). PostgreSQL's image runs this once, on an empty volume.
# psql reads the passwords itself, so that they appear on no command line.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'END'
\set owner `cat /run/secrets/owner-password`
\set pages `cat /run/secrets/pages-password`
CREATE ROLE cdpviewer_owner LOGIN PASSWORD :'owner';
CREATE ROLE cdpviewer_pages LOGIN PASSWORD :'pages';
CREATE DATABASE cdpviewer OWNER cdpviewer_owner;
END
