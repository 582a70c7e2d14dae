"""What the machines' routes share: JSON answers, query parameters, notes of what was read."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api.representations import IfNoneMatch, Representation
from app.doors.calls.call import Call
from app.doors.requests.deps import client_address
from app.exchange.feed import check_position
from app.exchange.field_subset import narrowed
from app.exchange.json_values import dumps
from app.exchange.ledger import ReadingLedger
from app.exchange.plans import province_plans
from app.exchange.records import RecordPlan
from app.exchange.service import ClientRead
from app.exchange.touched import TouchedRows
from app.kit.errors import Invalid, NotFound
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


class RecordParameters(NoParameters):
    """Which fields of a record."""

    fields: Annotated[
        str | None,
        Field(max_length=2_000, description="fields wanted, separated by commas; the key always comes along"),
    ] = None

    def plan(self, resource: str) -> RecordPlan:
        """How to read the records with the fields wanted; raises `Invalid` naming unknown ones."""
        return plan_of(resource) if self.fields is None else narrowed(plan_of(resource), self.fields)


class ListParameters(RecordParameters):
    """How to walk a list."""

    changed_after: Annotated[
        int | None,
        Field(ge=0, le=LARGEST_POSITION, description="only records that events after this feed position touched"),
    ] = None
    cursor: Annotated[str | None, Field(max_length=200, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_LIMIT, description="items on this page")] = DEFAULT_LIMIT


class FeedParameters(NoParameters):
    """How to follow the feed."""

    after: Annotated[int, Field(ge=0, le=LARGEST_POSITION, description="last position already taken, exclusive")] = 0
    limit: Annotated[int, Field(ge=1, le=LARGEST_LIMIT, description="items on this page")] = DEFAULT_LIMIT
    resources: Annotated[
        str | None, Field(max_length=400, description="only these resources, separated by commas; all by default")
    ] = None

    def plans(self) -> dict[str, RecordPlan]:
        """The plans of the resources wanted; raises `Invalid` naming unknown ones."""
        if self.resources is None:
            return province_plans()
        wanted = frozenset(name.strip() for name in self.resources.split(","))
        unknown = sorted(wanted - set(province_plans()))
        if unknown:
            names = "、".join(name[:40] or "—" for name in unknown)
            message = _("没有名为“%(name)s”的资源；可用：%(known)s。") % {
                "name": names,
                "known": "、".join(province_plans()),
            }
            raise Invalid("exchange.resource", message, {"resources": message})
        return {name: plan for name, plan in province_plans().items() if name in wanted}


Nothing = Annotated[NoParameters, Query()]
RecordQuery = Annotated[RecordParameters, Query()]
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


class ClientCall(Call):
    """One call by a machine client."""

    @property
    def region_prefix(self) -> str:
        """What limits every list, record, feed and snapshot of this client alike."""
        return self.actor.region_prefix

    def touched(self, plan: RecordPlan, position: int) -> Sequence[int]:
        """The rows that events after `position` touched; raises `Invalid` for a position that was never given out."""
        touched: TouchedRows = self.request.app.state.touched_rows
        head = check_position(self.session, position, "changed_after")
        return touched.of(self.session, plan, position, head)

    def note_reading(self, channel: str, records: int, position: int | None = None) -> None:
        """Note what the client has read; written down, where it is time for it, after the answer."""
        ledger: ReadingLedger = self.request.app.state.reading_ledger
        address = client_address(self.request)
        if ledger.note(ClientRead(self.actor.id or 0, channel, records, position, self.now, address)):
            self.later.add_task(ledger.write)


async def represent(request: Request, if_none_match: IfNoneMatch = None) -> Representation:
    """What the caller can take and what it holds already."""
    return Representation(request, if_none_match)


Shown = Annotated[Representation, Depends(represent)]
