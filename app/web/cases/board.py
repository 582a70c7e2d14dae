"""The board: one programme's open cases by stage, each card with its next step."""

from dataclasses import dataclass
from typing import Annotated

from starlette.responses import Response

from app.accounts.queries import list_officers
from app.cases import actions
from app.cases.board import busiest_programme, columns_visible_to
from app.cases.domain.needs import insisted_on, is_refused, next_action
from app.cases.domain.steps import available, may_act
from app.cases.domain.supplies import Supplies
from app.cases.loaded import place_of
from app.cases.models import CaseFile
from app.cases.supplies import load_supplies
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.controls import Choices
from app.doors.lists.query import ListQuery
from app.kit.actor import Actor
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.kit.permissions import can
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.queries import Catalogue, load_catalogue
from app.web.cases.list import LIST, officer_filter, programme_choices, year_choices
from app.web.shared.case_lines import CaseLine, case_lines
from app.web.shared.need_links import NeedLine, need_lines

router = GuardedRouter(door="web", prefix="/cases")

CARDS = 20


@dataclass(frozen=True)
class BoardMove:
    """A step that the reader may take with a card: the lane it leads to ("" for the end of the case), its name and form."""

    lane: str
    label: str
    url: str


@dataclass(frozen=True)
class BoardCard:
    """One card: its next step where the reader may take it (name and address), what is missing for it, and every move."""

    line: CaseLine
    step: tuple[str, str] | None
    missing: tuple[NeedLine, ...]
    moves: tuple[BoardMove, ...]


@dataclass(frozen=True)
class BoardColumn:
    """One stage with its cards."""

    stage: str
    title: str
    count: Count
    cards: tuple[BoardCard, ...]
    url: str


@dataclass(frozen=True)
class BoardPage:
    """One programme's open cases by stage."""

    programme: Programme | None
    columns: tuple[BoardColumn, ...]
    query: ListQuery
    programmes: Choices
    years: Choices
    officers: Choices
    list_url: str
    may_open: bool


@router.get("/board", action=actions.LIST)
def board_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """One programme's open cases by stage; without a programme the one with most to do."""
    viewer = call.viewer
    catalogue = load_catalogue(call.session)
    known = catalogue.known()
    asked = known.get(query["programme"]) or known.get(busiest_programme(call.session, call.actor))
    programme = asked or next(iter(known.values()), None)
    query = query.changed(programme=programme.code if programme else "")
    page = BoardPage(
        programme=programme,
        columns=_board_columns(viewer, catalogue, programme, query) if programme else (),
        query=query,
        programmes=programme_choices(catalogue),
        years=year_choices(viewer.on),
        officers=officer_filter(list_officers(call.session), call.actor),
        list_url=query.address(state="open"),
        may_open=can(call.actor, actions.OPEN),
    )
    return call.render("web/cases/board.html", page)


def _board_columns(
    viewer: Viewer, catalogue: Catalogue, programme: Programme, query: ListQuery
) -> tuple[BoardColumn, ...]:
    wanted = LIST.wanted(query.changed(stage="", state=""), viewer)
    titles = _titles(catalogue, programme)
    columns = columns_visible_to(viewer, wanted, tuple(titles), CARDS)
    cards = [case for column in columns.values() for case in column.cards]
    lines = dict(zip((case.id for case in cards), case_lines(viewer.session, catalogue, cards, viewer.on), strict=True))
    supplies = load_supplies(viewer.session, cards, viewer.on)
    return tuple(
        BoardColumn(
            stage=code,
            title=title,
            count=columns[code].count,
            cards=tuple(
                _card(catalogue, case, viewer.actor, lines[case.id], supplies[case.id]) for case in columns[code].cards
            ),
            url=query.address(stage=code, state="open"),
        )
        for code, title in titles.items()
        if code in {stage.code for stage in programme.stages} or columns[code].count.n
    )


def _titles(catalogue: Catalogue, programme: Programme) -> dict[str, str]:
    """The stages of the present version, then those that only cases of earlier versions still stand in."""
    versions = [programme, *catalogue.versions_of(programme.code)]
    titles: dict[str, str] = {}
    for version in versions:
        for stage in version.stages:
            if not stage.is_final:
                titles.setdefault(stage.code, str(stage.name))
    return titles


def _card(catalogue: Catalogue, case: CaseFile, actor: Actor, line: CaseLine, supplies: Supplies) -> BoardCard:
    programme = catalogue.get(case.programme_code, case.programme_version)
    action = next_action(programme, case.stage)
    missing = insisted_on(programme, action, supplies) if action else ()
    if not can(actor, actions.STEP, place_of(case.enterprise)):
        return BoardCard(line, None, need_lines(programme, case.number, missing, supplies.on), ())
    step = (str(action.label), _step_url(case, action)) if action is not None and may_act(actor, action) else None
    moves = tuple(
        BoardMove("" if programme.stage(one.to).is_final else one.to, str(one.label), _step_url(case, one))
        for one in available(programme, case, actor)
        if not (missing if one is action else is_refused(programme, one, supplies))
    )
    return BoardCard(line, step, need_lines(programme, case.number, missing, supplies.on), moves)


def _step_url(case: CaseFile, action: StageAction) -> str:
    return f"/cases/{case.number}/steps/{action.code}"
