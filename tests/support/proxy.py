"""A TCP proxy in front of PostgreSQL that can stop responding, like a frozen server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy:
    """Forwards data. While silent, it accepts connections and data but never answers."""

    def __init__(self, connect) -> None:
        self._connect = connect
        self._speaks = threading.Event()
        self._speaks.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    @contextmanager
    def silent(self) -> Iterator[None]:
        self._speaks.clear()
        try:
            yield
        finally:
            self._speaks.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._speaks.wait()
        server = self._connect()
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=[source, target], daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self._speaks.wait()
                target.sendall(data)
        except OSError:
            pass
        for each in (source, target):
            each.close()
