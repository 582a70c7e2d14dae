"""培育通道 as files say it: the list, one programme with its diagram, and the rounds that the bureau sets."""

from collections.abc import Sized
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from app.cases.board import count_by_stage_visible_to
from app.cases.domain.state import CaseState
from app.cases.queries import CaseFilter, count_visible_to
from app.cases.service.milestones import date_round
from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.pages import redirect, render
from app.doors.router import GuardedRouter
from app.kit.actor import Role
from app.kit.clock import today
from app.kit.errors import NotFound
from app.kit.i18n import N_, Bilingual, _, ngettext
from app.kit.paging import Count
from app.kit.permissions import can
from app.programmes import actions
from app.programmes.domain.citing import Cited
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.domain.diagram import Diagram, draw
from app.programmes.domain.due import BeforeCutoff, OnMonthDay, SetByOfficer, WorkingDaysAfter
from app.programmes.models import ProgrammeRound
from app.programmes.queries import list_rounds, load_catalogue
from app.programmes.schemas import NewRoundInput, RoundInput
from app.programmes.service.rounds import add_round, set_round

router = GuardedRouter(door="web", prefix="/programmes")

LEVELS = {"national": N_("国家级"), "provincial": N_("省级"), "municipal": N_("市级")}
TURNS = {"bureau": N_("市局"), "enterprise": N_("企业"), "province": N_("省级"), "none": N_("无")}
BY = {
    Role.CASEWORKER: N_("经办人"),
    Role.SECTION_HEAD: N_("科长"),
    Role.ADMINISTRATOR: N_("管理员"),
}
CONFIDENCE = {
    "seen": N_("原文"),
    "copy": N_("转载文本"),
    "recalled": N_("凭记忆，较有把握"),
    "recalled-low": N_("凭记忆，待核实"),
    "inferred": N_("推定，待核实"),
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
class Citation:
    """Where a value stands, in words."""

    document: str
    clause: str
    confidence: str
    unverified: bool


@dataclass(frozen=True)
class StageLine:
    """One stage of the table beside the diagram."""

    name: str
    public: str
    upcoming: str
    turn: str
    counts_as: tuple[str, ...]
    open_cases: Count
    url: str
    citations: tuple[Citation, ...]
    unverified: bool


@dataclass(frozen=True)
class ActionLine:
    """One step of the table beside the diagram."""

    number: int
    label: str
    from_: str
    to: str
    by: str
    needs: str
    unverified: bool


@dataclass(frozen=True)
class MilestoneLine:
    """One milestone of the template."""

    title: str
    made_at: str
    due: str
    citations: tuple[Citation, ...]
    unverified: bool


@dataclass(frozen=True)
class RoundLine:
    """A round and the form that sets its cut-offs."""

    row: ProgrammeRound
    title: str
    form: Bound[RoundInput]
    at: str


@dataclass(frozen=True)
class ProgrammePage:
    """One version of a programme in full."""

    programme: Programme
    level: str
    versions: tuple[Programme, ...]
    in_force: bool
    diagram: Diagram
    stages: tuple[StageLine, ...]
    actions: tuple[ActionLine, ...]
    milestones: tuple[MilestoneLine, ...]
    citations: tuple[Citation, ...]
    rounds: tuple[RoundLine, ...]
    may_set: bool
    new_round: Bound[NewRoundInput]
    year: int


@router.get("", action=actions.READ)
def programmes_page(request: Request, session: DbSession, actor: CurrentActor, now: Now) -> Response:
    """The programmes in force."""
    in_force = load_catalogue(session).in_force(today(now))
    cards = tuple(
        ProgrammeCard(
            programme,
            _(LEVELS[programme.level]),
            count_visible_to(session, actor, CaseFilter(programme=code, state=CaseState.OPEN)),
        )
        for code, programme in in_force.items()
    )
    return render(request, "web/programmes/index.html", ProgrammesPage(cards))


@router.get("/{code}", action=actions.READ)
def programme_page(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, code: str, version: str = ""
) -> Response:
    """One programme; `version` asks for an older version than today's."""
    page = _page(session, actor, now, code, version)
    return render(request, "web/programmes/programme.html", page)


@router.post("/{code}/rounds", action=actions.SET_ROUND)
def add_round_route(
    request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form, code: str
) -> Response:
    """Announce a round that the file does not know."""
    bound = bind(NewRoundInput, form)
    row = attempt(session, bound, lambda values: add_round(session, actor=actor, now=now, code=code, values=values))
    if row is not None:
        done = _("已新增批次“%(title)s”。") % {"title": row.title_zh}
        return redirect(request, f"/programmes/{code}#rounds", good=done)
    page = _page(session, actor, now, code, new_round=bound)
    return render(request, "web/programmes/programme.html", page, status=422)


@router.post("/{code}/rounds/{year}/{round_code}", action=actions.SET_ROUND)
def set_round_route(
    request: Request,
    session: DbSession,
    actor: CurrentActor,
    now: Now,
    form: Form,
    code: str,
    year: int,
    round_code: str,
) -> Response:
    """Set a round's cut-offs, and date the milestones of its open cases that waited for them."""
    bound = bind(RoundInput, form)

    def set_and_date(values: RoundInput) -> Sized:
        set_round(session, actor=actor, now=now, code=code, year=year, round_code=round_code, values=values)
        return date_round(session, actor=actor, now=now, programme_code=code, year=year, round_code=round_code)

    dated = attempt(session, bound, set_and_date)
    if dated is not None:
        return redirect(request, f"/programmes/{code}#rounds", good=_dated(len(dated)))
    page = _page(session, actor, now, code, changed=((year, round_code), bound))
    return render(request, "web/programmes/programme.html", page, status=422)


def _dated(n: int) -> str:
    if not n:
        return _("截止日已保存。")
    return ngettext(
        "截止日已保存，%(n)s 件在办件的节点已据此排定。", "截止日已保存，%(n)s 件在办件的节点已据此排定。", n
    ) % {"n": n}


def _page(
    session: DbSession,
    actor: CurrentActor,
    now: Now,
    code: str,
    version: str = "",
    *,
    new_round: Bound[NewRoundInput] | None = None,
    changed: tuple[tuple[int, str], Bound[RoundInput]] | None = None,
) -> ProgrammePage:
    catalogue = load_catalogue(session)
    versions = catalogue.versions_of(code)
    current = catalogue.in_force(today(now)).get(code)
    shown = next((item for item in versions if item.version == version), current or versions[0])
    if version and shown.version != version:
        raise NotFound("programme.version.unknown", _("没有这个培育通道版本。"))
    stages = [stage.code for stage in shown.stages if not stage.is_final]
    counts = count_by_stage_visible_to(session, actor, CaseFilter(programme=code), stages)
    return ProgrammePage(
        programme=shown,
        level=_(LEVELS[shown.level]),
        versions=tuple(versions),
        in_force=shown is current,
        diagram=draw(shown),
        stages=tuple(_stage_line(shown, counts)),
        actions=tuple(_action_line(shown, number, action) for number, action in enumerate(shown.actions, start=1)),
        milestones=tuple(_milestone_lines(shown)),
        citations=citations_of(shown, shown),
        rounds=tuple(_round_line(row, changed) for row in list_rounds(session, code)),
        may_set=can(actor, actions.SET_ROUND),
        new_round=new_round or empty({"year": today(now).year}),
        year=today(now).year,
    )


def _stage_line(programme: Programme, counts: dict[str, Count]) -> list[StageLine]:
    return [
        StageLine(
            name=str(stage.name),
            public=str(stage.public),
            upcoming=str(stage.upcoming),
            turn=_(TURNS[stage.turn]),
            counts_as=tuple(_(MARKERS[marker]) for marker in stage.counts_as),
            open_cases=counts.get(stage.code, Count(0)),
            url=f"/cases?programme={programme.code}&stage={stage.code}&state=open",
            citations=citations_of(programme, stage),
            unverified=stage.unverified,
        )
        for stage in programme.stages
    ]


MARKERS = {
    "submitted": N_("计为已申报"),
    "recommended": N_("计为已推荐"),
    "accepted": N_("计为已通过"),
    "certified": N_("计为已发证"),
}


def _action_line(programme: Programme, number: int, action: StageAction) -> ActionLine:
    return ActionLine(
        number=number,
        label=str(action.label),
        from_=_("、").join(str(programme.stage(code).name) for code in action.from_),
        to=str(programme.stage(action.to).name),
        by=_("、").join(who_may(action)),
        needs=_("；").join(_needs(action)),
        unverified=action.unverified,
    )


def who_may(action: StageAction) -> list[str]:
    """The kinds of people who may take a step, in words."""
    found = [_(label) for role, label in BY.items() if role in action.roles]
    return [*found, _("企业")] if action.by_enterprise else found


def _needs(action: StageAction) -> list[str]:
    needs = [_("理由")] if action.needs.reason else []
    needs += [
        str(needed.label) if needed.required else _("%(label)s（可不填）") % {"label": needed.label}
        for needed in action.needs.fields
    ]
    if action.needs.verdict:
        needs.append(_("查看政策判断") if action.needs.verdict.mode == "warn" else _("政策条件须全部满足"))
    return needs


def _milestone_lines(programme: Programme) -> list[MilestoneLine]:
    return [
        MilestoneLine(
            title=str(template.title),
            made_at=_("立案") if template.made_at == "opening" else str(programme.stage(template.made_at).name),
            due=due_text(template.due),
            citations=citations_of(programme, template),
            unverified=template.unverified,
        )
        for template in programme.milestones
    ]


def due_text(rule: OnMonthDay | WorkingDaysAfter | BeforeCutoff | SetByOfficer) -> str:
    """A due rule in words."""
    if isinstance(rule, OnMonthDay):
        return _("当年 %(day)s") % {"day": rule.month_day}
    if isinstance(rule, WorkingDaysAfter):
        events = {"opening": _("立案"), "submission": _("申报"), "entry": _("进入该阶段")}
        return _("%(event)s后第 %(n)s 个工作日") % {"event": events[rule.event], "n": rule.days}
    if isinstance(rule, BeforeCutoff):
        cutoff = _("市局截止日") if rule.cutoff == "bureau" else _("省厅截止日")
        return cutoff if not rule.days else _("%(cutoff)s前 %(n)s 个工作日") % {"cutoff": cutoff, "n": rule.days}
    return _("由经办人设定")


def citations_of(programme: Programme, item: Cited) -> tuple[Citation, ...]:
    """Where a part of the programme stands, in words."""
    return tuple(
        Citation(
            document=str(programme.source(citation.source).document),
            clause=str(citation.clause or ""),
            confidence=_(CONFIDENCE[citation.confidence]),
            unverified=citation.unverified,
        )
        for citation in item.cites
    )


def _round_line(row: ProgrammeRound, changed: tuple[tuple[int, str], Bound[RoundInput]] | None) -> RoundLine:
    form: Bound[RoundInput] = empty(
        {
            "bureau_cutoff_on": row.bureau_cutoff_on or "",
            "province_cutoff_on": row.province_cutoff_on or "",
            "version": row.version,
        }
    )
    if changed and changed[0] == (row.year, row.code):
        form = changed[1]
    return RoundLine(row, round_title(row), form, f"-{row.year}-{row.code}")


def round_title(row: ProgrammeRound) -> str:
    """A round's name in the current language."""
    return str(Bilingual(zh=row.title_zh, en=row.title_en))
