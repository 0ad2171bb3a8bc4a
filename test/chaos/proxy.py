"""A TCP proxy that makes links slow, narrow, silent and breakable, without privileges."""
import asyncio
import contextlib
import socket
import struct
import threading
import time

CHUNK_BYTES = 16384
CHUNKS_HELD = 64  # Of one connection and direction; then the sender has to wait, as with a real pipe.


class Way:
    """One direction of a link; changes take effect at once, on all its connections."""

    def __init__(self):
        self.mend()

    def mend(self) -> None:
        self.delay_s = 0.0
        self.bytes_per_s = float("inf")
        self.stalled = False  # Nothing passes, nothing is lost: it arrives when this ends.


class Proxy:
    """One port that leads to another. REQUIRES: made and changed in the thread of its Proxies, but for the ways."""

    def __init__(self, port: int, target: tuple[str, int]):
        self.port, self.target = port, target
        self.forward, self.backward = Way(), Way()
        self.open: set[asyncio.StreamWriter] = set()
        self.server: asyncio.Server | None = None

    async def listen(self) -> None:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        far_writer = None
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
            self.open.add(far_writer)
            await asyncio.gather(pump(reader, far_writer, self.forward), pump(far_reader, writer, self.backward))
        except OSError:
            pass  # One side is gone: so is the other.
        finally:
            for side in (writer, far_writer):
                if side is not None:
                    self.open.discard(side)
                    side.transport.abort()

    def reset(self) -> None:
        """Ends all connections as a crashed router would: without a goodbye."""
        for writer in list(self.open):
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
    """Carries bytes until one side ends."""
    held: asyncio.Queue = asyncio.Queue(CHUNKS_HELD)

    async def receive() -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                await held.put((time.monotonic() + way.delay_s, data))
        await held.put((0.0, b""))

    receiving = asyncio.create_task(receive())
    try:
        while True:
            due, data = await held.get()
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            while way.stalled:
                await asyncio.sleep(0.01)
            if way.bytes_per_s != float("inf"):
                await asyncio.sleep(len(data) / way.bytes_per_s)
            if not data:
                # Who only stops sending may still be told things; these protocols do not use that.
                raise ConnectionResetError
            writer.write(data)
            await writer.drain()
    finally:
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)


class Proxies:
    """Proxies in a thread of their own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.all: list[Proxy] = []

    def add(self, port: int, target: tuple[str, int]) -> Proxy:
        proxy = Proxy(port, target)
        asyncio.run_coroutine_threadsafe(proxy.listen(), self.loop).result()
        self.all.append(proxy)
        return proxy

    def reset(self, proxy: Proxy) -> None:
        self.loop.call_soon_threadsafe(proxy.reset)

    def close(self) -> None:
        async def end() -> None:
            for proxy in self.all:
                proxy.server.close()
                proxy.forward.mend()
                proxy.backward.mend()
                proxy.reset()
            await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=5)
        with contextlib.suppress(ValueError):  # There was nothing to wait for.
            asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
