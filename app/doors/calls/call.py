"""One request: what was sent, who asks, on which session, when. Every route gets it as its `call`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any, BinaryIO, TypedDict, TypeVar

from fastapi import BackgroundTasks, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.accounts.passwords import Passwords
from app.config import Settings
from app.doors.api.sent_file import SentFile
from app.doors.calls.beforehand import passwords_of, vault_of
from app.doors.forms.bound import Bound, bind
from app.doors.pages import render as pages
from app.doors.requests.deps import get_database, get_settings
from app.files.vault import Vault
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import Database
from app.kit.errors import DomainError
from app.kit.lists.viewer import Viewer

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")
Answer = TypeVar("Answer")
Refusal = TypeVar("Refusal", bound=DomainError)


class By(TypedDict):
    """Who acts, and when."""

    actor: Actor
    now: datetime


@dataclass
class Call:
    """What a route may ask for. It lives as long as its session: what is sent in pieces opens one of its own."""

    request: Request
    session: Session
    actor: Actor
    now: datetime
    sent: FormData | bytes | SentFile | None
    later: BackgroundTasks
    """What is to be done once the answer is sent."""

    @property
    def form(self) -> FormData:
        """The submitted form; an empty one where none was submitted."""
        return self.sent if isinstance(self.sent, FormData) else FormData()

    @property
    def body(self) -> bytes:
        """The body that a machine sent, as its signature covers it."""
        return self.sent if isinstance(self.sent, bytes) else b""

    @property
    def file(self) -> BinaryIO:
        """The file that a machine sent as its body; an empty one where it sent none."""
        return self.sent.source if isinstance(self.sent, SentFile) else BytesIO()

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Around the route. What a subclass takes here beside itself is read from the address, as a route's own parameters are."""
        yield

    @property
    def by(self) -> "By":
        """Who acts, and when: what every use case asks for, `f(call.session, **call.by, …)`."""
        return {"actor": self.actor, "now": self.now}

    @property
    def on(self) -> date:
        """The day in Qianjiang."""
        return today(self.now)

    @property
    def viewer(self) -> Viewer:
        """Who reads a list, as of today."""
        return Viewer(self.session, self.actor, self.on)

    @property
    def settings(self) -> Settings:
        """The settings that the application was made with."""
        return get_settings(self.request)

    @property
    def passwords(self) -> Passwords:
        """How passwords are tried and kept; those of this request are, beforehand."""
        return passwords_of(self.request)

    @property
    def vault(self) -> Vault:
        """Where uploads go."""
        return vault_of(self.request)

    @property
    def database(self) -> Database:
        """The application's database; for streams, which open their own session."""
        return get_database(self.request)

    def render(self, template: str, page: Any, *, status: int = 200) -> HTMLResponse:
        """`template` with the frozen dataclass `page` and the chrome around it."""
        return pages.render(self.request, template, page, status=status)

    def bar(self, template: str, page: Any) -> HTMLResponse:
        """How far background work is, asked for every second; once `page` is no longer `running` the whole page is read anew."""
        response = self.render(template, page)
        if not page.running:
            response.headers["HX-Refresh"] = "true"
        return response

    def redirect(
        self, url: str, *, good: str | None = None, bad: str | None = None, info: str | None = None
    ) -> RedirectResponse:
        """Go to `url` (303) and show a notice there."""
        return pages.redirect(self.request, url, good=good, bad=bad, info=info)

    def attempt(
        self,
        work: Callable[[], Result],
        *,
        done: Callable[[Result], Answer],
        refused: Callable[[Refusal], Answer],
        only: type[Refusal],
    ) -> Answer:
        """Do `work`; where it is refused nothing of it is kept. The one savepoint of the doors: `submit` and `act` stand on it."""
        try:
            with self.session.begin_nested():
                result = work()
        except only as refusal:
            return refused(refusal)
        return done(result)

    def submit(
        self,
        form: type[Model] | Bound[Model],
        work: Callable[[Model], Result],
        *,
        done: Callable[[Result], Response],
        again: Callable[[Bound[Model]], Response],
        heed: Callable[[DomainError], DomainError] = lambda refusal: refusal,
    ) -> Response:
        """Do `work` with what was submitted; a form that is not valid, or that `work` refuses, is shown `again` and nothing is kept.

        A page that shows it again answers 422. `heed` gives the refusal as the form is to show it, where the form calls its fields otherwise than the service does.
        """
        bound = form if isinstance(form, Bound) else bind(form, self.form)

        def shown() -> Response:
            response = again(bound)
            if response.status_code == HTTPStatus.OK:
                response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY.value
            return response

        def refused(refusal: DomainError) -> Response:
            bound.add(heed(refusal))
            return shown()

        given = bound.model
        if given is None or not bound.valid:
            return shown()
        return self.attempt(lambda: work(given), done=done, refused=refused, only=DomainError)

    def act(
        self,
        work: Callable[[], Result],
        url: str,
        *,
        good: str | Callable[[Result], str | Response],
        only: type[DomainError] = DomainError,
    ) -> Response:
        """Do `work`, asked for by a button; how it went, or why it was refused, is reported on the page `url`.

        What went well may also go on to a page of its own.
        """

        def done(result: Result) -> Response:
            reported = good(result) if callable(good) else good
            return reported if isinstance(reported, Response) else self.redirect(url, good=reported)

        return self.attempt(work, done=done, refused=lambda refusal: self.redirect(url, bad=refusal.message), only=only)
