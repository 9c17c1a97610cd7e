#!/bin/sh
# Dumps the database every night into /backups, and deletes what is older than BACKUP_DAYS days. The
# site serves meanwhile. PGHOST and the like say which database. Answers in rooms are left out: people
# are promised that they are gone after a day.
set -u
umask 077

# A shell hears of a signal only once its foreground is done.
run() {
    "$@" &
    child=$!
    wait "$child"
}
child=
trap 'kill "$child" 2>/dev/null; exit 0' TERM INT

directory=${BACKUP_DIRECTORY:-/backups}
days=${BACKUP_DAYS:-14}

dump() {
    name=$directory/five-purposes-$(date -u +%F).dump
    # A dump that breaks off leaves the one before as it is, and deletes none.
    if pg_dump --format=custom --exclude-table-data=purposeapp_roomanswer --file "$name.part" && pg_restore --list "$name.part" >/dev/null; then
        mv "$name.part" "$name"
        find "$directory" -name 'five-purposes-*.dump' -mtime "+$days" -delete
        echo "backup: $name, $(wc -c <"$name") bytes"
    else
        rm -f "$name.part"
        echo "backup failed" >&2
        return 1
    fi
}

if [ "${1:-}" = once ]; then
    dump
    exit
fi
while :; do
    # After a start, today's is made at once if it is missing.
    until [ -e "$directory/five-purposes-$(date -u +%F).dump" ] || dump; do
        run sleep 600
    done
    # Until two o'clock UTC.
    run sleep $((86400 - ($(date -u +%s) - 7200) % 86400))
done
