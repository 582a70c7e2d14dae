"""培育通道 as files say it: the list, and one version of a programme with its diagram and all its tables."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.board import BOUND
from app.cases.lists import CASES
from app.cases.loads import count_open_visible_to
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import NotFound
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, bounded
from app.kit.permissions import can
from app.programmes import actions
from app.programmes.descriptions import CitedPlace, cited_places, describe
from app.programmes.domain.definition import Programme
from app.programmes.domain.diagram import Diagram, draw
from app.programmes.queries import load_catalogue, load_names
from app.programmes.words import LEVELS
from app.web.policies.timeline import Timeline
from app.web.programmes.rounds import RoundsPanel, rounds_panel
from app.web.programmes.settings import SettingSummary, setting_summaries
from app.web.programmes.tables import SectionTable, table_of
from app.web.programmes.timeline import draw_versions
from app.web.shared.tabs import Tab

router = GuardedRouter(door="web", prefix="/programmes")

#: The tabs of a programme's page, with the sections that each shows.
TABS = {
    "": (N_("流程"), ("stages", "actions")),
    "supplies": (N_("材料与问题"), ("materials", "questions")),
    "times": (N_("时限与义务"), ("clocks", "duties", "milestones")),
    "rounds": (N_("批次"), ()),
    "versions": (N_("依据与版本"), ()),
}


@dataclass(frozen=True)
class ProgrammeCard:
    """One programme in the list, with its open cases."""

    programme: Programme
    level: str
    open_cases: Count


@dataclass(frozen=True)
class ProgrammesPage:
    """The programmes of today."""

    cards: tuple[ProgrammeCard, ...]


@dataclass(frozen=True)
class StageCount:
    """How many cases stand in a stage, and the list of them."""

    count: Count
    url: str


@dataclass(frozen=True)
class ProgrammePage:
    """One version of a programme; `tables` are those of the tab, `counts` how many cases stand in each stage."""

    programme: Programme
    level: str
    in_force: bool
    tab: str
    tabs: tuple[Tab, ...]
    diagram: Diagram
    tables: tuple[SectionTable, ...]
    counts: Mapping[str, StageCount]
    citations: tuple[CitedPlace, ...]
    settings: tuple[SettingSummary, ...]
    rounds: RoundsPanel
    timeline: Timeline


@router.get("", action=actions.READ)
def programmes_page(call: Call) -> Response:
    """The programmes in force."""
    viewer = call.viewer
    in_force, open_cases = load_catalogue(call.session).in_force(viewer.on), Counter[str]()
    for (code, _stage), n in count_open_visible_to(call.session, call.actor, viewer.on).items():
        open_cases[code] += n
    cards = tuple(
        ProgrammeCard(programme, _(LEVELS[programme.level]), bounded(open_cases[code], CASES.bound))
        for code, programme in in_force.items()
    )
    return call.render("web/programmes/index.html", ProgrammesPage(cards))


@router.get("/{code}", action=actions.READ)
def programme_page(call: Call, code: str, version: str = "") -> Response:
    """One programme's way; `version` asks for an older version than today's."""
    return _tab(call, code, "", version)


@router.get("/{code}/{tab}", action=actions.READ)
def tab_page(call: Call, code: str, tab: str, version: str = "") -> Response:
    """Another tab of its page."""
    if tab not in TABS:
        raise NotFound("page.unknown", _("没有这个页面。"))
    return _tab(call, code, tab, version)


def _tab(call: Call, code: str, tab: str, version: str) -> Response:
    rounds = rounds_panel(call.session, code, call.on, may_set=can(call.actor, actions.SET_ROUND))
    page = build_page(call.session, call.actor, call.now, (code, version, tab), rounds)
    return call.render("web/programmes/programme.html", page)


def build_page(
    session: Session, actor: Actor, now: datetime, place: tuple[str, str, str], rounds: RoundsPanel
) -> ProgrammePage:
    """The page at `place`: programme, version ("" for the one in force, else the newest), tab."""
    code, version, tab = place
    catalogue = load_catalogue(session)
    versions = catalogue.versions_of(code)
    current = catalogue.in_force(today(now)).get(code)
    shown = next((item for item in versions if item.version == version), current or versions[0])
    if version and shown.version != version:
        raise NotFound("programme.version.unknown", _("没有这个培育通道版本。"))
    sections = {section.code: section for section in describe(shown, load_names(session)) if section.rows}
    return ProgrammePage(
        programme=shown,
        level=_(LEVELS[shown.level]),
        in_force=shown is current,
        tab=tab,
        tabs=_tabs(code, version, tab),
        diagram=draw(shown),
        tables=tuple(table_of(sections[name]) for name in TABS[tab][1] if name in sections),
        counts=_counts(Viewer(session, actor, today(now)), shown),
        citations=cited_places(shown, shown),
        settings=setting_summaries(session, shown, today(now)),
        rounds=rounds,
        timeline=draw_versions(versions, current, today(now), shown),
    )


def _tabs(code: str, version: str, active: str) -> tuple[Tab, ...]:
    query = f"?version={version}" if version else ""
    return tuple(
        Tab(_(label), f"/programmes/{code}{f'/{tab}' if tab else ''}{query}", tab == active)
        for tab, (label, _sections) in TABS.items()
    )


def _counts(viewer: Viewer, programme: Programme) -> dict[str, StageCount]:
    counts = count_open_visible_to(viewer.session, viewer.actor, viewer.on)
    return {
        stage.code: StageCount(
            bounded(counts[programme.code, stage.code], BOUND),
            f"/cases?programme={programme.code}&stage={stage.code}&state=open",
        )
        for stage in programme.stages
        if not stage.is_final
    }
