"""The server as `yumiao serve` starts it, which also tells what the last request cost: `python -m benchmarks.watched PORT`.

Time of processor is that of this process and, where PostgreSQL runs on the same machine, of the connections that it used; other work
on the machine does not count. For whoever asks one page after another; the figures of requests that overlap run into each other.
"""

import sys
import time
from pathlib import Path
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
    """An application whose last request is measured: milliseconds in all, of processor here and in the database, and statements."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._last: dict[str, float] = {}
        self._backends: set[int] = set()
        self._statements = 0
        event.listen(Engine, "connect", self._remember)
        event.listen(Engine, "before_cursor_execute", self._note)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or tell what the last one took."""
        if scope["type"] != "http" or scope["path"] == "/healthz":
            await self._app(scope, receive, send)
        elif scope["path"] == TOLD:
            await JSONResponse(self._last)(scope, receive, send)
        else:
            self._statements = 0
            before, wall, cpu = self._spent(), time.perf_counter(), time.process_time()
            await self._app(scope, receive, send)
            self._last = {
                "ms": (time.perf_counter() - wall) * 1000,
                "cpu": (time.process_time() - cpu) * 1000,
                "sql": (self._spent() - before) * 1000,
                "statements": self._statements,
            }

    def _remember(self, connection: Any, _record: Any) -> None:
        if (pid := getattr(getattr(connection, "info", None), "backend_pid", None)) is not None:
            self._backends.add(pid)

    def _note(self, *_: Any) -> None:
        self._statements += 1

    def _spent(self) -> float:
        """Seconds of processor of the database's connections so far."""
        found = (Path(f"/proc/{pid}/schedstat") for pid in self._backends)
        return sum(int(each.read_text().split()[0]) for each in found if each.exists()) / 1e9


def main(port: int) -> None:
    """Serve until told to stop."""
    settings = load_settings().listening_at(port)
    configure_logging(settings)
    uvicorn.run(Watched(ready_app(settings)), **listening(settings))


if __name__ == "__main__":
    main(int(sys.argv[1]))
