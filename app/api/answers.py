"""What the machines' routes share: JSON answers, query parameters, notes of what was read."""

from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.doors.api_actor import ClientActor
from app.doors.deps import AppSettings, DbSession, Now, client_address
from app.exchange.encoding import dumps
from app.exchange.ledger import ReadingLedger
from app.exchange.plans import province_plans
from app.exchange.records import RecordPlan
from app.exchange.service import Reading
from app.kit.errors import NotFound
from app.kit.i18n import _

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1_000
LARGEST_POSITION = 2**63 - 1


class Json(Response):
    """A value as compact JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode by orjson: exact, days and instants in ISO 8601."""
        return dumps(content)


class NoParameters(BaseModel):
    """No query parameter is known: one that is sent is refused, never ignored."""

    model_config = ConfigDict(extra="forbid")


class ListParameters(NoParameters):
    """How to walk a list."""

    cursor: Annotated[str | None, Field(max_length=200, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_LIMIT, description="items on this page")] = DEFAULT_LIMIT


class FeedParameters(NoParameters):
    """How to follow the feed."""

    after: Annotated[int, Field(ge=0, le=LARGEST_POSITION, description="last position already taken, exclusive")] = 0
    limit: Annotated[int, Field(ge=1, le=LARGEST_LIMIT, description="items on this page")] = DEFAULT_LIMIT


Nothing = Annotated[NoParameters, Query()]
ListQuery = Annotated[ListParameters, Query()]
FeedQuery = Annotated[FeedParameters, Query()]


def plan_of(resource: str) -> RecordPlan:
    """The plan of a resource; raises `NotFound` for an unknown one."""
    plan = province_plans().get(resource)
    if plan is None:
        known = "、".join(province_plans())
        raise NotFound(
            "exchange.resource",
            _("没有名为“%(name)s”的资源；可用：%(known)s。") % {"name": resource[:40], "known": known},
        )
    return plan


class Call:
    """One call by a machine client: who, on which session, when."""

    def __init__(
        self,
        request: Request,
        actor: ClientActor,
        session: DbSession,
        settings: AppSettings,
        now: Now,
        later: BackgroundTasks,
    ) -> None:
        self.actor = actor
        self.session = session
        self.settings = settings
        self.now = now
        self._address = client_address(request)
        self._ledger: ReadingLedger = request.app.state.reading_ledger
        self._later = later

    @property
    def region_prefix(self) -> str:
        """What limits every list, record, feed and snapshot of this client alike."""
        return self.actor.region_prefix

    def note_reading(self, channel: str, records: int, position: int | None = None) -> None:
        """Note after the answer what the client has read."""
        reading = Reading(self.actor.id or 0, channel, records, position, self.now, self._address)
        self._later.add_task(self._ledger.note, reading)


ClientCall = Annotated[Call, Depends()]
