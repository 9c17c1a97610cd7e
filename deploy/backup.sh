#!/bin/sh
# Dumps the database into /backups every night, and deletes dumps older than BACKUP_DAYS days. The site
# keeps serving meanwhile. PGHOST, PGDATABASE etc. select the database. Answers in rooms are left out,
# since people are promised that those are deleted after a day.
set -u
umask 077

# Run in the background: a shell handles a signal only once its foreground command has ended.
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
    # A dump that fails leaves the previous one intact, and deletes none.
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
    # On start, make today's dump at once if it is missing.
    until [ -e "$directory/five-purposes-$(date -u +%F).dump" ] || dump; do
        run sleep 600
    done
    # Until 02:00 UTC.
    run sleep $((86400 - ($(date -u +%s) - 7200) % 86400))
done
