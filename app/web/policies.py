"""政策: the rules in plain words, version by version, and how sure we are of each value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.doors.deps import DbSession, Now
from app.doors.pages import render
from app.doors.router import GuardedRouter
from app.kit.clock import today
from app.kit.errors import NotFound
from app.kit.i18n import _, current_locale
from app.policies.actions import READ
from app.policies.describing import PolicyView, describe
from app.policies.models import PolicyVersion
from app.policies.queries import get_in_force, get_version, list_in_force, list_versions, policy_of

router = GuardedRouter(door="web", prefix="/policies")


@dataclass(frozen=True)
class VersionLine:
    """One published version."""

    title: str
    code: str
    jurisdiction: str
    version: str
    effective_from: date
    effective_to: date | None
    in_force: bool
    unverified: int
    conditions: int
    url: str


@dataclass(frozen=True)
class PoliciesPage:
    """Every published version, and which are in force on `on`."""

    on: date
    lines: tuple[VersionLine, ...]


@dataclass(frozen=True)
class PolicyPage:
    """One version in plain words, the file itself, and the other versions."""

    policy: PolicyView
    jurisdiction: str
    effective_from: date
    effective_to: date | None
    in_force: bool
    versions: tuple[VersionLine, ...]
    text: str
    sha256: str
    try_out: str


@router.get("", action=READ)
def policies_page(request: Request, session: DbSession, now: Now) -> Response:
    """All policies and their versions."""
    on = today(now)
    return render(request, "web/policies/list.html", PoliciesPage(on, _lines(session, list_versions(session), on)))


@router.get("/{code}", action=READ)
def policy_page(
    request: Request,
    session: DbSession,
    now: Now,
    code: str,
    version: Annotated[str | None, Query(max_length=16)] = None,
    jurisdiction: Annotated[str, Query(max_length=12)] = "CN",
) -> Response:
    """One version; without `version` the one in force today, or else the newest."""
    on = today(now)
    row = get_version(session, code, jurisdiction, version) if version else _present(session, code, on)
    lines = _lines(session, list_versions(session, code), on)
    page = PolicyPage(
        policy=describe(policy_of(session, row)),
        jurisdiction=_jurisdiction(row.jurisdiction),
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        in_force=any(line.in_force and line.version == row.version for line in lines),
        versions=lines,
        text=row.text,
        sha256=row.sha256,
        try_out=f"/api/v1/policies/{code}",
    )
    return render(request, "web/policies/policy.html", page)


def _present(session: DbSession, code: str, on: date) -> PolicyVersion:
    try:
        return get_in_force(session, code, on)
    except NotFound:
        versions = list_versions(session, code)
        if not versions:
            raise
        return versions[0]


def _lines(session: DbSession, rows: Sequence[PolicyVersion], on: date) -> tuple[VersionLine, ...]:
    present = {row.id for row in list_in_force(session, on)}
    return tuple(_line(session, row, in_force=row.id in present) for row in rows)


def _line(session: DbSession, row: PolicyVersion, *, in_force: bool) -> VersionLine:
    view = describe(policy_of(session, row))
    return VersionLine(
        title=row.title_zh if current_locale() == "zh" else row.title_en,
        code=row.code,
        jurisdiction=_jurisdiction(row.jurisdiction),
        version=row.version,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        in_force=in_force,
        unverified=view.unverified,
        conditions=sum(condition.depth == 0 for condition in view.conditions),
        url=f"/policies/{row.code}?version={row.version}&jurisdiction={row.jurisdiction}",
    )


def _jurisdiction(code: str) -> str:
    return _("全国") if code == "CN" else code
