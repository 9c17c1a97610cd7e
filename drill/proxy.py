"""A TCP proxy whose connections can be cut.

As a program, it takes its own port and the target port as arguments, and commands on stdin, one per
line. `cut` resets all connections. `swallow` first forwards what clients send but discards what the
server answers, for SWALLOW_S: a commit happens, and its client never learns of it.
"""

import asyncio
import contextlib
import socket
import subprocess
import sys

from tests.support.server import CHECKOUT, free_port

SWALLOW_S = 0.15


class Proxy:
    """Runs the proxy in a process of its own."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "drill.proxy", str(self.port), str(target)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.process.stdout.readline()  # wait until it listens

    def do(self, command: str) -> int:
        """Send a command; return how many connections it cut."""
        assert self.process.stdin
        assert self.process.stdout
        print(command, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


async def serve(port: int, target: int) -> None:
    writers: set[asyncio.StreamWriter] = set()
    swallows = False

    async def pump(reader, writer, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if answers and swallows:
                    continue
                writer.write(data)
                await writer.drain()
        writer.close()

    async def handle(reader, writer) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.transport.abort()
            return
        writers.update((writer, forth))
        await asyncio.gather(pump(reader, forth, False), pump(back, writer, True))
        writers.difference_update((writer, forth))

    server = await asyncio.start_server(handle, "127.0.0.1", port, backlog=200)
    print("listening", flush=True)
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    async with server:
        while command := (await commands.readline()).decode().strip():
            if command == "swallow":
                swallows = True
                await asyncio.sleep(SWALLOW_S)
            found = list(writers)
            for writer in found:
                if raw := writer.get_extra_info("socket"):
                    # Linger 0: reset (RST) at once, as when a machine or a firewall is gone.
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                writer.transport.abort()
            swallows = False
            print(len(found) // 2, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
