"""Kept verdicts as the exchange reads them: what was decided on a firm under which policy, without the firm's data behind it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.enterprises.models import Enterprise
from app.exchange.sources import enterprises
from app.exchange.sources.base import RecordSource, Touch, of_model
from app.exchange.sources.touches import CODE_PLACE_AND_USE, ENTERPRISE, carried_along, left_behind, of_kind
from app.journal.models import JournalEvent
from app.kit.membership import one_of
from app.kit.public_ids import PublicIds
from app.policies import events as reported
from app.policies.models import PolicyVersion, StoredVerdict, VerdictOverride

IDS = PublicIds("VER")
_SCORE: Any = StoredVerdict.result["score"]
_PLAIN = ("policy_code", "on_day", "reason", "outcome", "sha256", "stored_at")


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """Verdicts on the firms that are seen."""
    rows = (
        statement.join(Enterprise, Enterprise.id == StoredVerdict.enterprise_id)
        .join(PolicyVersion, PolicyVersion.id == StoredVerdict.policy_version_id)
        .outerjoin(CaseFile, CaseFile.id == StoredVerdict.case_id)
    )
    return enterprises.visible(rows, region_prefix)


def hanging_on(enterprise_ids: Sequence[int]) -> Select[int, int]:
    """The verdicts on these firms."""
    return select(StoredVerdict.enterprise_id, StoredVerdict.id).where(
        one_of(StoredVerdict.enterprise_id, enterprise_ids)
    )


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """The verdict that was kept, or that was decided otherwise; those on a firm that moved or was retired."""
    kept = of_kind(events, "verdict")
    yield from (Touch(event.position, int(event.subject_id)) for event in kept)
    yield from left_behind(kept, reported.VERDICT_CROSSED, lambda event: IDS.of(int(event.subject_id)))
    decided = [
        event for event in of_kind(events, "case") if event.type in (reported.OVERRIDDEN, reported.OVERRIDE_TAKEN_BACK)
    ]
    yield from (Touch(event.position, event.data["verdict"]) for event in decided)
    yield from carried_along(session, events, hanging_on, CODE_PLACE_AND_USE)


def _decided() -> Any:
    """What an officer decided instead; an override that stands is the only one."""
    in_force = select(VerdictOverride.outcome).where(
        VerdictOverride.stored_verdict_id == StoredVerdict.id, VerdictOverride.withdrawn_at.is_(None)
    )
    return in_force.correlate(StoredVerdict).limit(1).scalar_subquery()


SOURCE = RecordSource(
    resource="verdicts",
    id=StoredVerdict.id,
    key=StoredVerdict.id,
    key_value=IDS.row_id,
    firm=StoredVerdict.enterprise_id,
    columns={
        "public_id": StoredVerdict.id.label("public_id"),
        "uscc": Enterprise.uscc,
        "case_number": CaseFile.number,
        "policy_version": PolicyVersion.version,
        "score_low": _SCORE["low"].as_integer(),
        "score_high": _SCORE["high"].as_integer(),
        "decided": _decided(),
        **of_model(StoredVerdict, _PLAIN),
    },
    derive={"public_id": IDS.of},
    visible=visible,
    follows=frozenset({"verdict", "case", ENTERPRISE}),
    touches=touches,
)
