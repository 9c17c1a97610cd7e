#!/bin/sh
# Dumps the database into /backups every night, and deletes dumps older than BACKUP_DAYS days. The site
# keeps serving meanwhile. PGHOST, PGDATABASE etc. select the database. Answers in rooms are left out,
# since people are promised that those are deleted after a day.
#
#     backup.sh          every night, until it is stopped
#     backup.sh once     now
#     backup.sh check    exit status 1 if the newest dump is older than 26 hours
#
# With any other argument it shows these lines, and ends with status 2.
#
# BACKUP_PING_URL is requested after each dump: a service that alarms when it hears nothing for a day
# (a dead man's switch) then notices every way in which backups can stop.
set -u
umask 077

# Run in the background: a shell handles a signal only once its foreground command has ended.
run() {
    "$@" &
    child=$!
    wait "$child"
}
# Wait this many seconds, in short steps: a shell can miss a signal that comes just before it waits,
# and then handles it only when the wait is over.
pause() {
    ends=$(($(date -u +%s) + $1))
    while [ "$(date -u +%s)" -lt "$ends" ]; do
        run sleep 5
    done
}
child=
part=
trap 'kill "$child" 2>/dev/null; rm -f "$part"; exit 0' TERM INT

directory=${BACKUP_DIRECTORY:-/backups}
days=${BACKUP_DAYS:-14}

dump() {
    # With the time, so that no dump replaces another one of the same day.
    name=$directory/five-purposes-$(date -u +%FT%H%M%S).dump
    part=$name.part
    # A dump that fails deletes none.
    if run pg_dump --format=custom --exclude-table-data=purposeapp_roomanswer --file "$part" && pg_restore --list "$part" >/dev/null; then
        mv "$part" "$name"
        find "$directory" \( -name 'five-purposes-*.dump' -o -name 'five-purposes-*.dump.part' \) -mtime "+$days" -delete
        echo "backup: $name, $(wc -c <"$name") bytes"
        ping || echo "backup: BACKUP_PING_URL does not answer" >&2
    else
        rm -f "$part"
        echo "backup failed" >&2
        return 1
    fi
}

# The image of PostgreSQL has no curl.
ping() {
    if [ -z "${BACKUP_PING_URL:-}" ]; then
        return 0
    elif command -v curl >/dev/null; then
        curl --fail --silent --max-time 10 --output /dev/null "$BACKUP_PING_URL"
    else
        wget -q -T 10 -O /dev/null "$BACKUP_PING_URL"
    fi
}

has_dump() {
    [ -n "$(find "$directory" -name 'five-purposes-*.dump' "$@")" ]
}

case $* in
"") ;;
once)
    dump
    exit
    ;;
check)
    has_dump -mmin -1560
    exit
    ;;
*)
    sed -n 's/^# *\(backup\.sh .*\)/\1/p' "$0" >&2
    exit 2
    ;;
esac
while :; do
    # On start, make today's dump at once if it is missing.
    until has_dump -name "*-$(date -u +%F)*" || dump; do
        pause 600
    done
    # Until 02:00 UTC.
    pause $((86400 - ($(date -u +%s) - 7200) % 86400))
done
