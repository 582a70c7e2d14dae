"""Papers about cases: choose them from the list, take the letter or the table."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from app.cases.lists import CASES
from app.cases.printouts.actions import EXPORT, KEEP_TEMPLATES
from app.cases.printouts.paper_values import MOST_CASES
from app.cases.printouts.placeholders import PAPER_LABELS, PaperKind
from app.cases.printouts.service import make_paper, note_paper
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery
from app.doors.pages.documents import content_disposition
from app.doors.requests.deps import noting
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count
from app.kit.permissions import can
from app.programmes.queries import load_catalogue
from app.web.cases.list import LIST
from app.web.shared.case_lines import CaseLine, case_lines
from app.web.system.paper_templates import MEDIA, shelf_of

router = GuardedRouter(door="web", prefix="/cases/papers")


@dataclass(frozen=True)
class PapersPage:
    """The cases of a list to choose from, and the papers that are made of them."""

    lines: tuple[CaseLine, ...]
    count: Count
    most: int
    back: str
    papers: tuple[tuple[str, str], ...]
    may_keep_templates: bool


@router.get("", action=EXPORT)
def choose_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The cases of the list with its filters, all chosen; `MOST_CASES` at most at once."""
    viewer = call.viewer
    wanted = LIST.wanted(query, viewer)
    rows = CASES.page(viewer, wanted, LIST.order(query), limit=MOST_CASES)
    page = PapersPage(
        lines=tuple(case_lines(call.session, load_catalogue(call.session), rows.items, viewer.on)),
        count=CASES.count(viewer, wanted),
        most=MOST_CASES,
        back=query.address(),
        papers=tuple((f"/cases/papers/{kind}", _(PAPER_LABELS[kind])) for kind in PaperKind),
        may_keep_templates=can(call.actor, KEEP_TEMPLATES),
    )
    return call.render("web/cases/papers.html", page)


@router.get("/{kind}", action=EXPORT, slow=True)
def take(call: Call, kind: str, number: Annotated[list[str], Query(default_factory=list)]) -> Response:
    """The paper about the cases `number`."""
    if kind not in set(PaperKind):
        raise NotFound("paper.kind_unknown", _("没有这种文书。"))
    made = make_paper(
        call.session,
        shelf_of(call),
        **call.by,
        office=call.settings.office,
        kind=PaperKind(kind),
        numbers=number,
    )
    with noting(call.request) as writing:
        note_paper(writing, **call.by, made=made)
    headers = {"content-disposition": content_disposition(made.name), "cache-control": "no-store"}
    return Response(made.body, media_type=MEDIA[made.kind], headers=headers)
