"""The simulator's application and its server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.kit.templates import STATIC, make_environment
from app.simulator import control, routes
from app.simulator.background import BackgroundWorker
from app.simulator.callback import Callback, Destination
from app.simulator.responder import Responder


def create_simulator(desk: Responder, destination: Destination | None = None, control_token: str = "") -> FastAPI:
    """The application: the partner's addresses, the control page, and the thread beside them."""

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        background = BackgroundWorker(desk, Callback(desk, destination) if destination else None)
        background.start()
        yield
        background.stop()
        desk.database.dispose()

    application = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    application.state.desk = desk
    application.state.control_token = control_token
    application.state.calls_back = destination is not None
    application.state.templates = make_environment()
    application.include_router(routes.router)
    application.include_router(control.router)
    application.mount("/static", StaticFiles(directory=STATIC))
    return application


class _Reachable(H11Protocol):
    """Hands its connection to the application, so that this can hang up."""

    def connection_made(self, transport: Any) -> None:
        """A new connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def make_server(application: FastAPI, host: str, port: int) -> uvicorn.Server:
    """A server for it; `run()` it."""
    protocol = cast(Any, _Reachable)
    return uvicorn.Server(
        uvicorn.Config(application, host=host, port=port, http=protocol, log_level="warning", access_log=False)
    )
