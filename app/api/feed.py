"""The ordered feed, and the snapshot that it continues."""

import hashlib
from collections.abc import Generator
from typing import Annotated, Any

from fastapi import Path
from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from app.api.answers import ClientCall, FeedQuery, Json, Nothing, Shown, plan_of
from app.api.operations import feed_operation, resource_parameter, snapshot_operation
from app.api.representations import NOT_MODIFIED, compressed
from app.doors.calls.router import GuardedRouter
from app.doors.requests.streams import DatabaseStream
from app.exchange.actions import PULL
from app.exchange.feed import FeedItem, FeedReader, read_feed
from app.exchange.json_schema import record_schema
from app.exchange.json_values import dumps
from app.exchange.service import EVENTS_CHANNEL, record_snapshot
from app.exchange.snapshot import Snapshot
from app.journal.queries import last_position
from app.kit.actor import Actor
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope

router = GuardedRouter(door="api", prefix="/api/v1", tags=["following"])

NDJSON = "application/x-ndjson"


@router.get("/events", action=PULL, response_class=Json, **feed_operation())
def read_events(call: ClientCall, wanted: FeedQuery, shown: Shown) -> Response:
    """What changed after a position, in order."""
    reader = FeedReader(call.region_prefix)
    page = read_feed(call.session, wanted.plans(), reader, after=wanted.after, limit=wanted.limit)
    call.note_reading(EVENTS_CHANNEL, len(page.items), page.next)
    return shown.of({"items": [cloud_event(item) for item in page.items], "next": page.next})


def cloud_event(item: FeedItem) -> dict[str, Any]:
    """`item` as a CloudEvents 1.0 JSON event. Its id is unique, so it serves as the idempotency key."""
    definition = item.plan.definition
    retired = {"key": item.key, definition.key: item.key, "retired": True}
    if item.successor:
        retired["successor"] = item.successor
    return {
        "specversion": "1.0",
        "id": f"{item.position}.{item.part}" if item.part else str(item.position),
        "source": f"/api/v1/{item.plan.resource}",
        "type": f"cn.yumiao.{definition.kind}.{'retired' if item.record is None else 'changed'}",
        "subject": item.key,
        "time": item.at,
        "datacontenttype": "application/json",
        "dataschema": schema_address(item.plan.resource),
        "position": item.position,
        "resource": item.plan.resource,
        "data": retired if item.record is None else item.record,
    }


def schema_address(resource: str) -> str:
    """Where the JSON Schema of a resource is served."""
    return f"/api/v1/schemas/{resource}.json"


@router.get("/export/{resource}.ndjson", action=PULL, response_class=StreamingResponse, **snapshot_operation())
def export_resource(
    call: ClientCall,
    resource: Annotated[str, Path(description="resource", json_schema_extra=resource_parameter())],
    _wanted: Nothing,
    shown: Shown,
) -> Response:
    """The whole state of one resource, streamed; 304 for who holds it, without reading it."""
    snapshot = Snapshot(plan_of(resource), call.region_prefix, schema_address(resource))
    headers = shown.headers(state_tag(call.session, snapshot))
    if shown.holds(headers["etag"]):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    headers["content-disposition"] = f'attachment; filename="{resource}.ndjson"'
    if shown.compressed:
        headers["content-encoding"] = "gzip"
    blocks = _blocks(call.database, snapshot, call.actor, compress=shown.compressed)
    return DatabaseStream(call.request, blocks, media_type=NDJSON, headers=headers)


def state_tag(session: Session, snapshot: Snapshot) -> str:
    """A weak validator of a resource's whole state: the last event that could change it, the region, the form of a record.

    Weak, because the manifest of the same state names a later position once something else was journalled.
    """
    position = last_position(session, snapshot.plan.source.follows)
    schema = dumps(record_schema(snapshot.plan.definition))
    parts = b"\n".join((snapshot.plan.resource.encode(), snapshot.region_prefix.encode(), schema))
    return f'W/"{position}-{hashlib.blake2b(parts, digest_size=8).hexdigest()}"'


def _blocks(database: Database, snapshot: Snapshot, actor: Actor, *, compress: bool) -> Generator[bytes]:
    """The snapshot's blocks; however it ends, its transaction is closed and the export is journalled."""
    blocks = snapshot.blocks(database)
    try:
        yield from compressed(blocks) if compress else blocks
    finally:
        blocks.close()
        with session_scope(database) as session:
            record_snapshot(session, actor=actor, snapshot=snapshot, now=utc_now())
