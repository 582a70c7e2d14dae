"""Events of cases as people read them: steps, stages and states by their names in the version that each case keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.printouts.event_words import EventText
from app.cases.queries import list_versions_by_number
from app.cases.supply.events import ANSWERS_HANDED_IN
from app.doors.calls.call import Call
from app.doors.pages.timeline import NOTHING, ChangeLine, TimelineLine, Wording, terms_of, wording_of
from app.journal.models import JournalEvent
from app.kit.db import composition_of
from app.kit.i18n import _
from app.programmes.domain.answers import show_answer
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import Question
from app.programmes.queries import Catalogue, load_catalogue
from app.web.shared.case_lines import state_text


@dataclass(frozen=True)
class KnownCases:
    """What a page has read already of the cases that its events may be about, so that nothing is read twice."""

    catalogue: Catalogue
    cases: Sequence[CaseFile] = ()


def named_lines(
    call: Call, events: Sequence[JournalEvent], *, changes: bool = True, known: KnownCases | None = None
) -> tuple[TimelineLine, ...]:
    """`events` of any kind as lines; a query for the codes among their `changes`, and two for cases that are not `known`."""
    return worded_lines(
        composition_of(call.session).made(wording_of), call.session, events, changes=changes, known=known
    )


def told_events(session: Session, events: Sequence[JournalEvent]) -> list[EventText]:
    """`events` for a dossier: what was done, and beside it the note and every changed field."""
    wording = composition_of(session).made(wording_of)
    return [
        EventText(line.at, line.actor, line.text, _("；").join(filter(None, [line.note, *map(_change, line.changes)])))
        for line in worded_lines(wording, session, events)
    ]


def _change(change: ChangeLine) -> str:
    began = "" if change.before == NOTHING else f"{change.before} → "
    return f"{change.label} {began}{change.after}"


def worded_lines(
    wording: Wording,
    session: Session,
    events: Sequence[JournalEvent],
    *,
    changes: bool = True,
    known: KnownCases | None = None,
) -> tuple[TimelineLine, ...]:
    """Like `named_lines`, by the merged texts of all slices."""
    programmes = _programmes(session, {event.subject_id for event in events if event.subject_kind == "case"}, known)
    term = terms_of(session, wording.coded(events) if changes else ())
    lines = zip((wording.line(event, term) for event in events), events, strict=True)
    return tuple(
        _named(programmes[event.subject_id], line, event)
        if event.subject_kind == "case" and event.subject_id in programmes
        else line
        for line, event in lines
    )


def _programmes(session: Session, numbers: set[str], known: KnownCases | None) -> dict[str, tuple[Programme, ...]]:
    """The programme versions that each case may have been led by, by its number: its own first."""
    if not numbers:
        return {}
    led = {case.number: (case.programme_code, case.programme_version) for case in known.cases} if known else {}
    if unknown := numbers - led.keys():
        led |= list_versions_by_number(session, unknown)
    catalogue = known.catalogue if known else load_catalogue(session)
    return {
        number: (catalogue.get(code, version), *catalogue.versions_of(code)) for number, (code, version) in led.items()
    }


def _named(versions: tuple[Programme, ...], line: TimelineLine, event: JournalEvent) -> TimelineLine:
    """A case that was moved to a newer version has stages and steps behind it that only the older one knows."""
    names = {stage.code: str(stage.name) for version in reversed(versions) for stage in version.stages}
    names |= {state.value: state_text(state) for state in CaseState}
    steps = {action.code: str(action.label) for version in reversed(versions) for action in version.actions}
    asked = {question.label.zh: question for version in reversed(versions) for question in version.questions}
    changes = tuple(
        _answered(asked[change.label], change)
        if event.type == ANSWERS_HANDED_IN and change.label in asked
        else ChangeLine(change.label, names.get(change.before, change.before), names.get(change.after, change.after))
        for change in line.changes
    )
    note = _("；").join(filter(None, [line.note, *_decided(event)]))
    return replace(line, text=_text(line, event, steps), changes=changes, note=note)


def _answered(question: Question, change: ChangeLine) -> ChangeLine:
    """An answer to the case's form, as the form shows it."""
    shown = (text if text == NOTHING else show_answer(question, text) for text in (change.before, change.after))
    return ChangeLine(str(question.label), *shown)


def _text(line: TimelineLine, event: JournalEvent, steps: Mapping[str, str]) -> str:
    """A step by its own name; one taken back by the name of what was undone."""
    taken_back = steps.get(event.data.get("taken_back", ""))
    if taken_back:
        return _("撤回“%(step)s”") % {"step": taken_back}
    return steps.get(event.data.get("action", ""), line.text)


def _decided(event: JournalEvent) -> list[str]:
    """By whose decision a step was taken against the verdict."""
    overrides = [verdict["override"] for verdict in event.data.get("verdicts", ()) if "override" in verdict]
    return [
        _("按%(who)s另作的决定办理（%(document)s）") % {"who": override["by"], "document": override["document"]}
        for override in overrides
    ]
