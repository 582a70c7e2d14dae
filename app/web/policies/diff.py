"""政策 · 版本差异: what changed from one version to another, element by element, also between regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.policies.actions import READ
from app.policies.differences import compare
from app.policies.domain.language.succession import edition_of
from app.policies.models import PolicyVersion
from app.policies.queries import get_version, list_versions, policy_of
from app.web.shared.difference_words import DifferencePage
from app.web.shared.policy_words import key_of, period_text, place_names, version_url

router = GuardedRouter(door="web", prefix="/policies/{code}/diff")


@dataclass(frozen=True)
class ComparedVersion:
    """One of the two versions."""

    key: str
    url: str
    words: str
    period: str


@dataclass(frozen=True)
class PolicyDiffPage(DifferencePage):
    """Two versions of a policy and all that differs."""

    before: ComparedVersion
    after: ComparedVersion


@router.get("", action=READ)
def diff_page(
    call: Call,
    code: str,
    before: Annotated[str | None, Query(alias="from", max_length=32)] = None,
    after: Annotated[str | None, Query(alias="to", max_length=32)] = None,
) -> Response:
    """The difference; without a choice that of the newest version to the one that it replaced."""
    rows = list_versions(call.session, code)
    new = _chosen(call.session, code, after) if after else _newest(rows)
    old = _chosen(call.session, code, before) if before else _before(rows, new)
    names = place_names(call.session, {row.jurisdiction for row in rows})
    page = PolicyDiffPage(
        code=code,
        title=str(policy_of(call.session, new).title),
        before=_version(old, names),
        after=_version(new, names),
        choices=tuple((key_of(row), f"{names[row.jurisdiction]} {row.version}") for row in rows),
        compared=compare(policy_of(call.session, old), policy_of(call.session, new)),
    )
    return call.render("web/policies/diff.html", page)


def _chosen(session: Session, code: str, key: str) -> PolicyVersion:
    jurisdiction, _sign, version = key.partition("/")
    return get_version(session, code, jurisdiction, version)


def _newest(rows: Sequence[PolicyVersion]) -> PolicyVersion:
    if not rows:
        raise NotFound("policies.unknown", _("没有这项政策。"))
    return max(rows, key=lambda row: (edition_of(row).order, row.id))


def _before(rows: Sequence[PolicyVersion], new: PolicyVersion) -> PolicyVersion:
    """The version that `new` replaced; else another one, else itself."""
    family = [row for row in rows if row.jurisdiction == new.jurisdiction and row.version == new.supersedes]
    others = [row for row in rows if row.id != new.id]
    return (family or others or [new])[0]


def _version(row: PolicyVersion, names: dict[str, str]) -> ComparedVersion:
    return ComparedVersion(
        key=key_of(row),
        url=version_url(row),
        words=f"{names[row.jurisdiction]} {row.version}",
        period=period_text(row.effective_from, row.effective_to),
    )
