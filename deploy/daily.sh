#!/bin/sh
# Runs what docs/operate.md says: reminders, left mails and the end of rooms once an hour, the rest once a day, after three o'clock
# UTC. A command that fails says so in the log, and is tried again next time.

# In the background, since a shell hears of a signal only once its foreground is done. Told to stop,
# a command finishes the mail that it is at.
run() {
    "$@" &
    wait "$!"
}
trap 'kill "$!" 2>/dev/null; wait; exit 0' TERM INT

ran_on=never
while :; do
    run python manage.py send_reminders || echo "send_reminders failed" >&2
    # What a process left that was stopped in between; else the site sends its mails itself.
    run python manage.py send_mail || echo "send_mail failed" >&2
    # Answers in rooms are deleted 24 hours after a room was opened, at the latest.
    run python manage.py end_rooms || echo "end_rooms failed" >&2
    today=$(date -u +%F)
    if [ "$today" != "$ran_on" ] && [ "$(date -u +%H)" -ge "${DAILY_HOUR:-3}" ]; then
        if run python manage.py tidy && run python manage.py refresh_community; then
            ran_on=$today
        else
            echo "a daily command failed" >&2
        fi
    fi
    # Ten minutes past each hour.
    run sleep $((3600 - ($(date -u +%s) - 600) % 3600))
done
