"""One kept-alive HTTP/1.1 connection, as light as can be: what asks must not tire the cores that answer."""

import asyncio
import gzip
from collections.abc import Mapping
from typing import NamedTuple

import httptools

GIVES_UP_AFTER = 30.0  # seconds


class Answer(NamedTuple):
    """What came back; the body as it was before it was compressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Broken(Exception):
    """The connection ended before the answer did, could not be made, or nothing came in time."""


class Line:
    """Asks one thing at a time of `port` on this machine, over a connection that it opens when it must.

    As browsers do, it asks again once where a connection that had served before ends without an answer:
    a server that closes it meanwhile is no error. `again` counts those.
    """

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        self._head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._talk: _Talk | None = None
        self.again = 0

    async def ask(self, method: str, target: str, body: bytes = b"", kind: str = "") -> Answer:
        """The answer. Raises Broken."""
        typed = f"content-type: {kind}\r\ncontent-length: {len(body)}\r\n" if kind else ""
        sent = f"{method} {target} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\n{self._head}{typed}\r\n"
        message = sent.encode() + body
        reused = self._talk is not None and self._talk.open
        try:
            return await self._exchange(message)
        except Broken:
            if not reused:
                raise
            self.again += 1
            return await self._exchange(message)

    def close(self) -> None:
        """Hang up."""
        if self._talk:
            self._talk.end()
        self._talk = None

    async def _exchange(self, message: bytes) -> Answer:
        try:
            async with asyncio.timeout(GIVES_UP_AFTER):
                if self._talk is None or not self._talk.open:
                    loop = asyncio.get_running_loop()
                    _, self._talk = await loop.create_connection(_Talk, "127.0.0.1", self._port)
                return await self._talk.exchange(message)
        except (OSError, TimeoutError, Broken) as error:
            self.close()
            raise Broken(str(error) or type(error).__name__) from error


class _Talk(asyncio.Protocol):
    """The two ends of one connection; httptools calls the `on_` methods back."""

    def __init__(self) -> None:
        self.open = False
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._start()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.open = transport, True

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        if self._answer and not self._answer.done():
            self._answer.set_exception(Broken(str(exc or "closed")))

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.connection_lost(error)
            self.end()

    async def exchange(self, message: bytes) -> Answer:
        """Send it and wait. Raises Broken."""
        assert self._transport
        self._start()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return await self._answer

    def end(self) -> None:
        """Close."""
        self.open = False
        if self._transport:
            self._transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        body = b"".join(self._body)
        if self._headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if not self._parser.should_keep_alive():
            self.open = False
        if self._answer and not self._answer.done():
            self._answer.set_result(Answer(self._parser.get_status_code(), self._headers, body))

    def _start(self) -> None:
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)
