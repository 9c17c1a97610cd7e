"""Run several threads that start at the same moment, each with its own database connection."""

import threading
from collections.abc import Callable

from django.db import connection


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
