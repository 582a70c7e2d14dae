"""The server as `yumiao serve` starts it, which also tells what the last request cost: `python -m benchmarks.watched PORT`.

For whoever asks one page after another; the figures of requests that overlap run into each other.
"""

import sys
import time
from typing import Any

import uvicorn
from sqlalchemy import Engine, event
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.commands.context import load_settings
from app.commands.processes import listening, ready_app
from app.logs import configure_logging

#: Where the figures of the last request are told.
TOLD = "/watched"


class Watched:
    """An application whose last request is measured: milliseconds in all, of processor and of the database, and statements."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._last: dict[str, float] = {}
        self._begun = self._sql = 0.0
        self._statements = 0
        event.listen(Engine, "before_cursor_execute", self._begin)
        event.listen(Engine, "after_cursor_execute", self._end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or tell what the last one took."""
        if scope["type"] != "http" or scope["path"] == "/healthz":
            await self._app(scope, receive, send)
        elif scope["path"] == TOLD:
            await JSONResponse(self._last)(scope, receive, send)
        else:
            self._sql, self._statements = 0.0, 0
            wall, cpu = time.perf_counter(), time.process_time()
            await self._app(scope, receive, send)
            self._last = {
                "ms": (time.perf_counter() - wall) * 1000,
                "cpu": (time.process_time() - cpu) * 1000,
                "sql": self._sql * 1000,
                "statements": self._statements,
            }

    def _begin(self, *_: Any) -> None:
        self._begun = time.perf_counter()

    def _end(self, *_: Any) -> None:
        self._sql += time.perf_counter() - self._begun
        self._statements += 1


def main(port: int) -> None:
    """Serve until told to stop."""
    settings = load_settings().listening_at(port)
    configure_logging(settings)
    uvicorn.run(Watched(ready_app(settings)), **listening(settings))


if __name__ == "__main__":
    main(int(sys.argv[1]))
