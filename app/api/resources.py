"""Lists and single records of what the province receives."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.api.answers import ClientCall, Json, ListParameters, ListQuery, Nothing, RecordQuery, Shown, plan_of
from app.api.operations import enterprise_operation, list_operation, resource_parameter, schema_operation
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.exchange.actions import PULL
from app.exchange.cursors import CursorScope, decode_cursor, encode_cursor
from app.exchange.json_schema import record_schema
from app.exchange.json_values import dumps
from app.exchange.lines import lines_on, page_lines
from app.exchange.plans import province_plans
from app.exchange.queries import find_enterprise_record
from app.exchange.touched import page_among
from app.kit.errors import NotFound
from app.kit.i18n import _

router = GuardedRouter(door="api", prefix="/api/v1", tags=["records"])

Uscc = Annotated[str, Path(max_length=40, description="present or former code")]
ResourceName = Annotated[str, Path(description="resource", json_schema_extra=resource_parameter())]


def _lister(resource: str) -> Callable[[ClientCall, ListQuery, Shown], Response]:
    """The route that lists the records of `resource` in the client's region."""

    def list_records(call: ClientCall, wanted: ListQuery, shown: Shown) -> Response:
        return _list(resource, call, wanted, shown)

    return list_records


for _resource in province_plans():
    router.get(f"/{_resource}", action=PULL, response_class=Json, **list_operation(_resource))(_lister(_resource))


@router.get("/enterprises/{uscc}", action=PULL, response_class=Json, **enterprise_operation())
def get_enterprise(call: ClientCall, uscc: Uscc, wanted: RecordQuery, shown: Shown) -> Response:
    """One enterprise of the client's region."""
    record = find_enterprise_record(call.session, wanted.plan("enterprises"), call.region_prefix, uscc)
    if record is None:
        raise NotFound("enterprise.not_found", _("没有这家企业，或不在本客户端的辖区内。"))
    return shown.of(record)


@router.get("/schemas/{resource}.json", action=PUBLIC, response_class=Json, **schema_operation())
def get_schema(call: Call, resource: ResourceName, _wanted: Nothing, shown: Shown) -> Response:
    """The JSON Schema of a resource's records; open to all, it holds no data."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **record_schema(plan_of(resource).definition)}
    return shown.of(schema, "application/schema+json")


def _list(resource: str, call: ClientCall, wanted: ListParameters, shown: Shown) -> Response:
    secret, region, plan = call.settings.secret, call.region_prefix, wanted.plan(resource)
    walk = CursorScope(
        resource, region, "" if wanted.changed_after is None else f"changed_after={wanted.changed_after}"
    )
    after = decode_cursor(secret, walk, wanted.cursor) if wanted.cursor is not None else 0
    if wanted.changed_after is None:
        page = page_lines(call.session, plan, region, after, wanted.limit)
    else:
        ids = call.touched(plan, wanted.changed_after)
        page = lines_on(page_among(call.session, plan, region, ids, after=after, limit=wanted.limit))
    call.note_reading(resource, len(page.items))
    following = None if page.last is None else encode_cursor(secret, walk, page.last)
    return shown.of_written(b'{"items":[' + b",".join(page.items) + b'],"next":' + dumps(following) + b"}")
