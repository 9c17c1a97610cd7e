"""Several threads that start at the same moment, each with a database connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection


def at_once(*tasks: Callable[[], object]) -> list[Exception]:
    """Run all of them at the same time, and return what they raised."""
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
