#!/bin/sh
# Creates the site's role and database, once, when PostgreSQL's volume is new. The role owns that database
# and nothing else. The superuser has no password, so nobody can sign in as superuser over the network.
set -e
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=password="$POSTGRES_PASSWORD" \
    --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
CREATE ROLE five_purposes LOGIN PASSWORD :'password';
CREATE DATABASE five_purposes OWNER five_purposes;
ALTER ROLE CURRENT_USER PASSWORD NULL;
SQL
