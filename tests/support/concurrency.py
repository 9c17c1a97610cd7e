"""Run threads at the same moment or while they wait for a lock, each with its own connection."""

import threading
from collections.abc import Callable

import psycopg
from django.db import connection, transaction


def at_once(*tasks: Callable[[], object]) -> list[Exception]:
    """Run all tasks at the same time, and return the exceptions that they raised."""
    together, raised = threading.Barrier(len(tasks)), []

    def run(task):
        try:
            together.wait(timeout=10)
            task()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def locked_meanwhile(
    act: Callable[[], object],
    during: Callable[[], object],
    then: Callable[[], object] = lambda: None,
) -> None:
    """Run `act`, and `then` once `during`, in a thread, waits for its locks, in one transaction."""

    def run():
        try:
            during()
        finally:
            connection.close()

    waits = threading.Thread(target=run)
    with transaction.atomic():
        act()
        waits.start()
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as observer:
            blocked = "SELECT pg_blocking_pids(pid) FROM pg_stat_activity WHERE datname = %s"
            name = connection.settings_dict["NAME"]
            while waits.is_alive() and not any(
                pids for (pids,) in observer.execute(blocked, [name]).fetchall()
            ):
                pass
        then()
    waits.join()
