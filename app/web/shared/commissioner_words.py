"""How experts and agreements read: shared by their pages, the enterprise's card and the export."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.commissioners.domain import (
    DEGREE_LABELS,
    END_REASON_LABELS,
    MODE_LABELS,
    Degree,
    EndReason,
    ServiceMode,
    mask_phone,
)
from app.commissioners.models import Commissioner, CommissionerProgramme, ServiceAgreement
from app.kit.i18n import Bilingual, _
from app.kit.money import in_yuan
from app.reference.queries import label_of, list_fields

SOON_DAYS = 60
AGREEMENT_CELLS = 9

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AgreementRow:
    """One agreement as it is shown: `state` and `state_text` are its badge."""

    agreement: ServiceAgreement
    programme: str
    mode: str
    state: str
    state_text: str
    reason: str
    may_change: bool


@dataclass(frozen=True)
class ExpertRow:
    """One expert in the list."""

    commissioner: Commissioner
    degree: str
    field: str
    running: tuple[AgreementRow, ...]


def programme_name(programme: CommissionerProgramme) -> str:
    """A programme's name in the current language."""
    return str(Bilingual.model_validate(programme.name))


def degree_label(code: str) -> str:
    """A degree in the current language; "" when not known."""
    return _(DEGREE_LABELS[Degree(code)]) if code else ""


def mode_label(code: str) -> str:
    """How the expert serves; nothing where an old list did not say."""
    return _(MODE_LABELS[ServiceMode(code)]) if code else ""


def field_names(session: Session) -> dict[str, str]:
    return {field.code: label_of(field) for field in list_fields(session)}


def expert_row(item: Commissioner, fields: dict[str, str], on: date) -> ExpertRow:
    running = [agreement_row(agreement, on, False) for agreement in item.agreements]
    return ExpertRow(
        commissioner=item,
        degree=degree_label(item.degree),
        field=fields.get(item.field_code or "", ""),
        running=tuple(row for row in running if row.state in ("good", "wait", "info")),
    )


def agreement_row(agreement: ServiceAgreement, on: date, may_change: bool) -> AgreementRow:
    """An agreement as it stands on that day."""
    state, text = _status_words(agreement, on)
    return AgreementRow(
        agreement=agreement,
        programme=programme_name(agreement.programme),
        mode=mode_label(agreement.mode),
        state=state,
        state_text=text,
        reason=_(END_REASON_LABELS[EndReason(agreement.end_reason)]) if agreement.end_reason else "",
        may_change=may_change and agreement.ended_on is None,
    )


def _status_words(agreement: ServiceAgreement, on: date) -> tuple[str, str]:
    term = agreement.term
    if term.ends_on < term.starts_on:
        return "idle", _("未生效")
    if agreement.ended_on is not None and agreement.ended_on <= on:
        return "idle", _("提前终止 %(day)s") % {"day": agreement.ended_on.isoformat()}
    if on < term.starts_on:
        return "info", _("%(day)s 起") % {"day": term.starts_on.isoformat()}
    if on > term.ends_on:
        return "idle", _("已到期")
    left = (term.ends_on - on).days
    if left <= SOON_DAYS:
        return "wait", _("还有 %(n)s 天到期") % {"n": left}
    return "good", _("服务中")


# -- the export -----------------------------------------------------------------------------------------------------------------


def export_rows(found: Iterable[Commissioner], fields: dict[str, str], full_phone: bool) -> Iterator[list[Any]]:
    """One row for each agreement; an expert without any has one row of its own."""
    for item in found:
        person = [
            item.public_id,
            item.name,
            item.unit,
            item.title,
            degree_label(item.degree),
            fields.get(item.field_code or "", ""),
            item.speciality,
            item.phone if full_phone else mask_phone(item.phone),
        ]
        if not item.agreements:
            yield [*person, *[""] * AGREEMENT_CELLS]
        for agreement in item.agreements:
            yield [*person, *_agreement_cells(agreement)]


def _agreement_cells(agreement: ServiceAgreement) -> list[Any]:
    fen = agreement.amount_fen
    return [
        agreement.enterprise.name,
        agreement.enterprise.uscc,
        programme_name(agreement.programme),
        agreement.number,
        agreement.starts_on,
        agreement.ends_on,
        agreement.ended_on,
        mode_label(agreement.mode),
        None if fen is None else in_yuan(fen),
    ]
