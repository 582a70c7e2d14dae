"""One duty of a case (后续事项) as a form: what it asks for, what was filled in so far, what lies on file for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.cases.duties.domain import find_template
from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.doors.casework.own_fields import FIELD
from app.doors.pages.document_words import kind_choices
from app.files.models import Document
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.programmes.domain.answers import show_answer
from app.programmes.domain.definition import DutyTemplate, Programme
from app.programmes.domain.duties import AfterEvent


@dataclass(frozen=True)
class DutyPart:
    """What every page of a duty shows: the documents `wanted` and those on the `shelf` for it, and what was answered."""

    template: DutyTemplate
    wanted: tuple[tuple[str, str], ...]
    shelf: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]


def duty_part(session: Session, row: CaseDuty, template: DutyTemplate, shelf: Iterable[Document]) -> dict[str, Any]:
    """The fields of a `DutyPart`."""
    kinds = dict(kind_choices(session))
    return {
        "template": template,
        "wanted": tuple((kind, kinds.get(kind, kind)) for kind in template.documents),
        "shelf": tuple((str(document.id), document.title) for document in shelf),
        "answers": tuple(
            (str(field.label), show_answer(field, row.values.get(field.code, ""))) for field in template.fields
        ),
    }


def duty_of(session: Session, case: CaseFile, duty_id: int) -> CaseDuty:
    """One duty of the case."""
    row = session.get(CaseDuty, duty_id)
    if row is None or row.case_id != case.id:
        raise duty_unknown()
    return row


def duty_unknown() -> NotFound:
    """What a page says of a duty that the case does not have, or not for this reader."""
    return NotFound("duty.unknown", _("该件没有这项后续事项。"))


def template_of(programme: Programme, code: str) -> DutyTemplate:
    """What the programme says of a duty."""
    template = find_template(programme, code)
    if template is None:
        raise NotFound("duty.unknown", _("这个培育通道版本没有这类事项。"))
    return template


def reported_template(programme: Programme, code: str) -> DutyTemplate:
    """What the programme says of a duty that follows an event which is reported."""
    template = template_of(programme, code)
    if not isinstance(template.due, AfterEvent):
        raise NotFound("duty.unknown", _("这个培育通道版本没有这类事项。"))
    return template


def reports_of(case: CaseFile, programme: Programme) -> tuple[DutyTemplate, ...]:
    """The duties that follow an event which may be reported from the stage in which the case stands."""
    return tuple(
        template
        for template in programme.duties
        if isinstance(template.due, AfterEvent) and template.made_at == case.stage
    )


def is_waiting(row: CaseDuty) -> bool:
    """Whether it is still to be done."""
    return row.done_on is None and row.waived_on is None


def drafted_texts(row: CaseDuty) -> dict[str, Any]:
    """The form as it stands: the draft, or nothing yet."""
    draft = row.draft or {}
    values = {f"{FIELD}{code}": str(value) for code, value in draft.get("values", {}).items()}
    documents = [str(key) for key in draft.get("documents", ())]
    return values | {"note": draft.get("note", row.note), "documents": documents}


def field_labels(template: DutyTemplate) -> dict[str, str]:
    """The words of the form's fields."""
    labels = {f"{FIELD}{field.code}": str(field.label) for field in template.fields}
    return labels | {"documents": _("随附材料"), "note": _("说明")}
