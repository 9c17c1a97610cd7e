#!/bin/sh
# Runs a manage.py command with the environment of the service, for a site without containers:
#
#     sudo -u five-purposes sh deploy/manage.sh doctor
set -eua
. "${ENVIRONMENT_FILE:-/etc/five-purposes.env}"
checkout=$(dirname "$0")/..
exec "$checkout/.venv/bin/python" "$checkout/manage.py" "$@"
