"""The four addresses of docs/exchange.md that a partner serves, and the one that says it is alive."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.simulator import store
from app.simulator.faults import SimulatedFault
from app.simulator.responder import RETELLING, RefusedError, Responder, SimulatedResponse
from app.simulator.schemas import LARGEST_BATCH, ReceivedManifest, Records
from app.simulator.store import ManifestDiffersError, StoreTransaction

router = APIRouter()
Model = TypeVar("Model", bound=BaseModel)
Limit = Annotated[int, Query(ge=1, le=1_000)]


def desk_of(request: Request) -> Responder:
    """The desk that this application was made with."""
    desk: Responder = request.app.state.desk
    return desk


@router.get("/healthz")
def tell_health() -> dict[str, str]:
    """Alive."""
    return {"status": "ok"}


@router.put("/handovers/{number}")
async def put_manifest(request: Request, number: str) -> Response:
    """Announce a batch."""

    def work(session: Session, body: bytes, at: datetime) -> SimulatedResponse:
        manifest = _read(ReceivedManifest, body)
        if manifest.number != number:
            raise RefusedError(400, "manifest", "编号与地址不符")
        try:
            new = store.take_manifest(session, manifest, at)
        except ManifestDiffersError:
            raise RefusedError(409, "manifest", "同一编号下已有内容不同的清单") from None
        return SimulatedResponse(201 if new else 200, {"number": number, "state": store.state_of(session, manifest)})

    return await desk_of(request).answer(request, work)


@router.post("/handovers/{number}/records")
async def post_records(request: Request, number: str) -> Response:
    """Hand records over."""
    desk = desk_of(request)

    def work(session: Session, body: bytes, at: datetime) -> SimulatedResponse:
        records = _read(Records, body).records
        if len(records) > LARGEST_BATCH:
            raise RefusedError(413, "records", f"一次最多 {LARGEST_BATCH} 条")
        manifest = store.find_manifest(session, number)
        if manifest is None:
            raise RefusedError(404, "handover", "没有收到过这个批次的清单")
        return SimulatedResponse(
            200, {"receipts": StoreTransaction(session, desk.rules, at).take(manifest, records)}, "receipts"
        )

    return await desk.answer(request, work, RETELLING)


@router.get("/receipts")
async def get_receipts(request: Request, after: str = "", limit: Limit = 200) -> Response:
    """Receipts in our order; what was put aside and is due is decided first."""
    desk = desk_of(request)

    def work(session: Session, body: bytes, at: datetime) -> SimulatedResponse:
        del body
        StoreTransaction(session, desk.rules, at).decide()
        if after and not after.isdecimal():
            raise RefusedError(400, "cursor", "没有给出过这个游标")
        items, last = store.receipts_after(session, int(after or 0), limit)
        return SimulatedResponse(200, {"items": items, "next": str(last)}, "items")

    return await desk.answer(request, work, RETELLING - {SimulatedFault.PARTIAL})


@router.get("/records/{resource}")
async def get_records(request: Request, resource: str, cursor: str = "", limit: Limit = 200) -> Response:
    """What we hold, by key."""

    def work(session: Session, body: bytes, at: datetime) -> SimulatedResponse:
        del body, at
        items, last = store.records_held(session, resource, cursor, limit)
        return SimulatedResponse(200, {"items": items, "next": last})

    return await desk_of(request).answer(request, work)


def _read(model: type[Model], body: bytes) -> Model:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first: Any = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise RefusedError(400, "body", f"{place}: {first['msg']}") from None
