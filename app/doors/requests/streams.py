"""An answer that is read from the database while it is sent."""

from collections.abc import Generator, Mapping

from anyio import CancelScope, CapacityLimiter, fail_after
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.doors.requests.admission import Lane

#: Seconds after which a reader who takes nothing is given up.
STALLED = 60.0


class DatabaseStream(StreamingResponse):
    """Sends `blocks`, which open a session of their own, in its turn among the streams.

    However it ends, the blocks are closed before the place is given up, so that no connection outlives its turn.
    """

    def __init__(
        self, request: Request, blocks: Generator[bytes], *, media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(blocks, media_type=media_type, headers=headers)
        self._lane: Lane = request.app.state.admission.streams
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of it."""

        async def send_in_time(message: Message) -> None:
            with fail_after(STALLED):  # its TimeoutError is an OSError: the reader counts as gone
                await send(message)

        async with self._lane.place():
            try:
                await super().__call__(scope, receive, send_in_time)
            finally:
                with CancelScope(shield=True):
                    await run_sync(self._blocks.close, limiter=CapacityLimiter(1))
