"""One case: its head with the next step, then panel by panel what lies with it; each panel has a module of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.queries import officer_names
from app.cases import actions, queries
from app.cases.domain.needs import next_action
from app.cases.domain.progress import public_status, stage_steps
from app.cases.domain.state import CaseState
from app.cases.loaded import place_of
from app.cases.models import CaseFile, StageEntry
from app.cases.oversight.models import Supervision
from app.cases.oversight.queries import list_supervisions
from app.cases.queries import list_entries
from app.cases.service.undoing import in_force
from app.cases.supplies import CaseContents, load_contents
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.timeline import TimelineLine
from app.journal.queries import timeline
from app.kit.i18n import _
from app.kit.permissions import can
from app.programmes.domain.definition import Programme
from app.programmes.models import ProgrammeRound
from app.programmes.queries import Catalogue, find_round, load_catalogue
from app.programmes.words import TURNS, round_title
from app.reference.queries import code_names
from app.web.cases.approvals import ApprovalPanel, approval_panel
from app.web.cases.clocks import ClockLine, clock_lines
from app.web.cases.corrections import CorrectionPanel, correction_panel
from app.web.cases.duty_panel import DutyPanel, duty_panel
from app.web.cases.head import (
    NextStep,
    StationLine,
    StepButton,
    UndoButton,
    next_step,
    station,
    step_buttons,
    undo_button,
)
from app.web.cases.materials import MaterialPanel, material_panel
from app.web.cases.milestones import MilestoneLine, milestone_line
from app.web.cases.opinions import OpinionPanel, opinion_panel
from app.web.cases.questions import QuestionPanel, question_panel
from app.web.cases.rights import RightsPanel, rights_panel
from app.web.cases.supervision import SupervisionPanel, supervision_panel
from app.web.cases.supplies import seen_supplies, waiting_ids
from app.web.cases.verdict import CaseVerdictCard, verdict_card
from app.web.cases.version import newer_version
from app.web.shared.case_events import KnownCases, named_lines
from app.web.shared.case_lines import short_day, state_text
from app.web.shared.document_lines import document_lines

router = GuardedRouter(door="web", prefix="/cases")

TIMELINE = 12
WHOLE_TIMELINE = 2_000


@dataclass(frozen=True)
class CaseHead:
    """Who it is about, where it stands, and what can be done next."""

    stage: str
    state: str
    open: bool
    turn: str
    region: str
    officer: str
    round: str
    cutoffs: str
    stations: tuple[StationLine, ...]
    detour: str
    next: NextStep | None
    steps: tuple[StepButton, ...]
    undo: UndoButton | None
    public_wording: str


@dataclass(frozen=True)
class CasePage:
    """The record of a case."""

    case: CaseFile
    programme: Programme
    head: CaseHead
    corrections: CorrectionPanel
    opinions: OpinionPanel
    approvals: ApprovalPanel | None
    materials: MaterialPanel
    questions: QuestionPanel
    verdict: CaseVerdictCard | None
    rights: RightsPanel | None
    milestones: tuple[MilestoneLine, ...]
    clocks: tuple[ClockLine, ...]
    duties: DutyPanel | None
    supervision: SupervisionPanel | None
    timeline: tuple[TimelineLine, ...]
    timeline_more: bool
    may_edit: bool
    newer_version: str
    today: date


@dataclass(frozen=True)
class CaseRead:
    """What several panels show, read once: `entries` are all, `officers` and the codes in `names` by their names."""

    contents: CaseContents
    catalogue: Catalogue
    entries: Sequence[StageEntry]
    supervisions: Sequence[Supervision]
    officers: Mapping[int, str]
    names: dict[str, str]

    @property
    def programme(self) -> Programme:
        """The version that the case is led by."""
        case = self.contents.case
        return self.catalogue.get(case.programme_code, case.programme_version)


@router.get("/{number}", action=actions.READ)
def record_page(call: Call, number: str, all: str = "") -> Response:
    """The record; `all` shows the whole timeline."""
    case = queries.get_visible_to(call.session, call.actor, number)
    page = _record(call, case, limit=WHOLE_TIMELINE if all else TIMELINE)
    return call.render("web/cases/record.html", page)


def _record(call: Call, case: CaseFile, *, limit: int) -> CasePage:
    on, read = call.on, _read(call.session, case)
    programme, contents = read.programme, read.contents
    verdict = verdict_card(
        call,
        case,
        programme,
        names=read.names,
        entries=read.entries,
        action=next_action(programme, case.stage),
        decides=True,
    )
    documents = document_lines(call.session, [row.document for row in contents.materials], on, read.catalogue)
    events = timeline(call.session, kind="case", id=case.number, limit=limit + 1)
    return CasePage(
        case=case,
        programme=programme,
        head=_head(call, read, verdict),
        corrections=correction_panel(contents, programme, call.actor, on),
        opinions=opinion_panel(call.session, contents, programme, call.actor, on),
        approvals=approval_panel(case, programme, call.actor, contents.approvals),
        materials=material_panel(contents, programme, call.actor, on, documents),
        questions=question_panel(contents, programme, call.actor, on),
        verdict=verdict,
        rights=rights_panel(case, contents.rights, on) if programme.uses_class_two else None,
        milestones=tuple(milestone_line(case, row, on) for row in contents.milestones),
        clocks=clock_lines(call.session, case, programme, on),
        duties=duty_panel(call.session, case, programme, call.actor, on),
        supervision=supervision_panel(case, read.supervisions, read.officers, call.actor, on),
        timeline=named_lines(call, events[:limit], known=KnownCases(read.catalogue, [case])),
        timeline_more=len(events) > limit,
        may_edit=case.state == CaseState.OPEN and can(call.actor, actions.ASSIGN, place_of(case.enterprise)),
        newer_version=newer_version(read.catalogue, call.actor, case, on),
        today=on,
    )


def _read(session: Session, case: CaseFile) -> CaseRead:
    supervisions = list_supervisions(session, case.id)
    officers = {case.officer_id, *(row.officer_id for row in supervisions)}
    return CaseRead(
        contents=load_contents(session, case),
        catalogue=load_catalogue(session),
        entries=list_entries(session, case.id),
        supervisions=supervisions,
        officers=officer_names(session, {key for key in officers if key is not None}),
        names=code_names(session, case.enterprise.region_code),
    )


def _head(call: Call, read: CaseRead, verdict: CaseVerdictCard | None) -> CaseHead:
    case, programme, on = read.contents.case, read.programme, call.on
    entries, is_open = in_force(read.entries), case.state == CaseState.OPEN
    passages, waiting = queries.passages_of(entries), waiting_ids(read.contents.milestones)
    status = public_status(programme, passages)
    supplies = seen_supplies(read.contents, on, verdict)
    round_row = find_round(call.session, case.programme_code, case.year, case.round)
    stage = programme.stage(case.stage)
    return CaseHead(
        stage=str(stage.name),
        state=state_text(case.state),
        open=is_open,
        turn=_(TURNS[status.turn]),
        region=read.names.get(case.enterprise.region_code, ""),
        officer=read.officers.get(case.officer_id or 0, ""),
        round=round_title(round_row) if round_row else "",
        cutoffs=_cutoffs(round_row, on),
        stations=tuple(station(step, on) for step in stage_steps(programme, passages)),
        detour=str(stage.name) if stage.path == "side" and is_open else "",
        next=next_step(programme, case, call.actor, supplies, waiting) if is_open else None,
        steps=step_buttons(programme, case, call.actor, supplies, waiting),
        undo=undo_button(programme, case, call.actor, entries, call.now),
        public_wording=str(status.wording),
    )


def _cutoffs(row: ProgrammeRound | None, on: date) -> str:
    if row is None:
        return ""
    parts = []
    if row.bureau_cutoff_on:
        parts.append(_("市局截止 %(day)s") % {"day": short_day(row.bureau_cutoff_on, on)})
    if row.province_cutoff_on:
        parts.append(_("省厅截止 %(day)s") % {"day": short_day(row.province_cutoff_on, on)})
    return _("，").join(parts) if parts else _("截止日由市局设定")
