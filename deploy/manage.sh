#!/bin/sh
# Runs a command of manage.py with the variables of the service, where the site runs without a container:
#
#     sudo -u five-purposes sh deploy/manage.sh doctor
set -eua
. "${ENVIRONMENT_FILE:-/etc/five-purposes.env}"
checkout=$(dirname "$0")/..
exec "$checkout/.venv/bin/python" "$checkout/manage.py" "$@"
