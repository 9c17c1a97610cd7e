#!/bin/sh
# Runs the scheduled commands of docs/operate.md: the end of rooms, reminders and unsent mails every hour,
# the rest once a day after 03:00 UTC. A failure is logged, and the command runs again an hour later.

# Run in the background: a shell handles a signal only once its foreground command has ended. When
# stopped, a command finishes the mail that it is sending.
run() {
    "$@" &
    wait "$!"
}
# Wait this many seconds, in short steps: a shell can miss a signal that comes just before it waits,
# and then handles it only when the wait is over.
pause() {
    ends=$(($(date -u +%s) + $1))
    while [ "$(date -u +%s)" -lt "$ends" ]; do
        run sleep 5
    done
}
trap 'kill "$!" 2>/dev/null; wait; exit 0' TERM INT

ran_on=never
while :; do
    # First, so that it waits for no mail server: answers in rooms are deleted within 24 hours.
    run python manage.py end_rooms || echo "end_rooms failed" >&2
    run python manage.py send_reminders || echo "send_reminders failed" >&2
    # Mails left by a process that was stopped; otherwise the site sends its mails itself.
    run python manage.py send_mail || echo "send_mail failed" >&2
    today=$(date -u +%F)
    if [ "$today" != "$ran_on" ] && [ "$(date -u +%H)" -ge "${DAILY_HOUR:-3}" ]; then
        if run python manage.py tidy && run python manage.py refresh_community; then
            ran_on=$today
        else
            echo "a daily command failed" >&2
        fi
    fi
    # Until ten minutes past the next hour.
    pause $((3600 - ($(date -u +%s) - 600) % 3600))
done
