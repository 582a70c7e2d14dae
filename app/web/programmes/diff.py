"""培育通道 · 版本差异: what changed from one version of a programme to another."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.programmes.actions import READ
from app.programmes.differences import compare
from app.programmes.domain.definition import Programme
from app.programmes.queries import load_catalogue, load_names
from app.web.shared.difference_words import DifferencePage

router = GuardedRouter(door="web", prefix="/programmes/{code}/diff")


@dataclass(frozen=True)
class ProgrammeDiffPage(DifferencePage):
    """Two versions of a programme and all that differs."""

    before: str
    after: str


@router.get("", action=READ)
def diff_page(
    call: Call,
    code: str,
    before: Annotated[str, Query(alias="from", max_length=16)] = "",
    after: Annotated[str, Query(alias="to", max_length=16)] = "",
) -> Response:
    """The difference; without a choice that of the newest version to the one before it."""
    catalogue = load_catalogue(call.session)
    versions = catalogue.versions_of(code)
    new = catalogue.get(code, after) if after else versions[0]
    old = catalogue.get(code, before) if before else _before(versions, new)
    page = ProgrammeDiffPage(
        code=code,
        title=str(new.title),
        before=old.version,
        after=new.version,
        choices=tuple((item.version, item.version) for item in versions),
        compared=compare(old, new, load_names(call.session)),
    )
    return call.render("web/programmes/diff.html", page)


def _before(versions: list[Programme], new: Programme) -> Programme:
    """The next older version; the oldest is compared with itself."""
    older = versions[versions.index(new) + 1 :]
    return older[0] if older else new
