"""The way of a client to its server, which a scenario can cut: a TCP relay, and a port where it takes orders.

Who connects to the order port and writes a line gets a line back when the order is carried out:

    cut          every connection is reset; new ones get through
    hold         every connection is reset; new ones are refused until `release`
    release
"""
import asyncio
import contextlib
import socket
import struct
import threading

CHUNK_BYTES = 65536


class Tunnel:
    """REQUIRES: `close` is called; until then a thread of its own serves both ports."""

    def __init__(self, target: int):
        self.target = target
        self.holding = False
        self.servers: tuple[asyncio.Server, ...] = ()
        self.open: set[asyncio.StreamWriter] = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port, self.orders = asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result()

    async def listen(self) -> tuple[int, int]:
        relay = await asyncio.start_server(self.relay, "127.0.0.1", 0)
        orders = await asyncio.start_server(self.obey, "127.0.0.1", 0)
        self.servers = relay, orders
        return relay.sockets[0].getsockname()[1], orders.sockets[0].getsockname()[1]

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.holding:
            reset(writer)
            return
        self.open.add(writer)
        far_writer = None
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self.open.add(far_writer)
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        except OSError:
            pass  # One side was reset: so is the other.
        finally:
            for side in (writer, far_writer):
                if side is not None:
                    self.open.discard(side)
                    side.close()

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        order = (await reader.readline()).decode().strip()
        self.holding = order == "hold"
        if order != "release":
            for side in list(self.open):
                reset(side)
        writer.write(b"done\n" if order in ("cut", "hold", "release") else b"what?\n")
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()

    def close(self) -> None:
        async def end() -> None:
            for server in self.servers:
                server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carries bytes until the reader's side ends, and passes that on."""
    while data := await reader.read(CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection as a crashed router would: without a goodbye."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
