"""培育通道 · 版本差异: what changed from one version of a programme to another."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.kit.differences import SectionChanges
from app.programmes.actions import READ
from app.programmes.differences import compare
from app.programmes.domain.definition import Programme
from app.programmes.queries import load_catalogue, load_names
from app.web.shared.difference_words import kind_badges

router = GuardedRouter(door="web", prefix="/programmes/{code}/diff")


@dataclass(frozen=True)
class ProgrammeDiffPage:
    """Two versions of a programme and all that differs."""

    code: str
    title: str
    before: str
    after: str
    choices: tuple[tuple[str, str], ...]
    sections: tuple[SectionChanges, ...]
    total: int
    kinds: dict[str, tuple[str, str]]


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
    sections = compare(old, new, load_names(call.session))
    page = ProgrammeDiffPage(
        code=code,
        title=str(new.title),
        before=old.version,
        after=new.version,
        choices=tuple((item.version, item.version) for item in versions),
        sections=tuple(section for section in sections if section.changes),
        total=sum(len(section.changes) for section in sections),
        kinds=kind_badges(),
    )
    return call.render("web/programmes/diff.html", page)


def _before(versions: list[Programme], new: Programme) -> Programme:
    """The next older version; the oldest is compared with itself."""
    older = versions[versions.index(new) + 1 :]
    return older[0] if older else new
