"""From a scheme to the row that keeps one version of it."""

import hashlib
from datetime import datetime

import orjson

from app.incentives.domain.scheme import Origin, Scheme, amount_fen, content_of
from app.incentives.models import IncentiveSchemeVersion
from app.journal.domain import SubjectKey
from app.kit.actor import Actor


def digest(scheme: Scheme) -> str:
    """The hash by which a changed file is noticed."""
    return hashlib.sha256(orjson.dumps(content_of(scheme), option=orjson.OPT_SORT_KEYS)).hexdigest()


def version_row(
    scheme: Scheme, origin: Origin, revision: int, *, actor: Actor, now: datetime, document: str = ""
) -> IncentiveSchemeVersion:
    """The row that keeps one version of a scheme."""
    return IncentiveSchemeVersion(
        code=scheme.code,
        jurisdiction=scheme.jurisdiction,
        origin=origin.value,
        revision=revision,
        effective_from=scheme.effective_from,
        effective_to=scheme.effective_to,
        status=scheme.status.value,
        amount_fen=amount_fen(scheme.amount),
        content=content_of(scheme),
        content_hash=digest(scheme),
        document=document or scheme.document_number,
        published_at=now,
        published_by=actor.name,
    )


def scheme_subject(scheme: Scheme) -> SubjectKey:
    """The journal's key of a scheme."""
    return SubjectKey(kind="incentive_scheme", id=scheme.code, label=scheme.name.zh, region_code=scheme.jurisdiction)
