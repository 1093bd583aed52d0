"""One request as it comes in: how long its body may take, and whether the one who asked still waits."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from queries.waiting import Waiting

LEFT = 499  # the status of an answer that nobody waited for, in the log alone
GRACE = 0.1  # seconds before anybody watches: most answers are there by then
AGAIN = 0.05  # seconds between interruptions, until nothing runs


class Arriving:
    """Stands for `receive`. Raises HTTPException 413 past `most` bytes, 408 past `seconds`."""

    def __init__(self, receive: Receive, who: Waiting, *, most: int, seconds: float) -> None:
        self._receive, self._who, self._left = receive, who, most
        self._loop = asyncio.get_running_loop()
        self._until = self._loop.time() + seconds
        self._held: list[Message] = []
        self._whole = False
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def __call__(self) -> Message:
        """The next message."""
        if self._held:
            return self._held.pop(0)
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        if message["type"] == "http.disconnect":
            self._who.leave()
            return message
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413)
        if not message.get("more_body"):
            self._whole = True
            self.watch()
        return message

    async def body(self) -> bytes:
        """All of the body, which is told once more to whoever asks next."""
        told = []
        while not self._whole and not self._who.left:
            told.append(await self())
        self._held = told
        return b"".join(message.get("body", b"") for message in told)

    def watch(self) -> None:
        """From now on nothing more is to come, and a connection that closes means that they left."""
        if self._timer is None:
            self._timer = self._loop.call_later(GRACE, self._begin)

    def close(self) -> None:
        """The answer is given."""
        if self._timer:
            self._timer.cancel()
        if self._watcher:
            self._watcher.cancel()

    def _begin(self) -> None:
        self._watcher = self._loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (message := await self._receive())["type"] != "http.disconnect":
            self._held.append(message)
        while True:
            self._who.leave()
            await asyncio.sleep(AGAIN)
