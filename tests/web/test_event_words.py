"""What timelines say is in words: no code, no bare yes or no, wherever an event is shown."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases.supply.schemas import HandIn
from app.cases.supply.service.answers import hand_in_answers
from app.commissioners.models import Commissioner
from app.doors.pages.timeline import wording_of
from app.enterprises.models import Enterprise
from app.enterprises.service import records
from app.files.models import Document
from app.incentives.models import Incentive
from app.journal.domain import SubjectKey
from app.journal.queries import timeline
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.db import commit
from app.kit.i18n import use_locale
from app.web.shared.case_events import worded_lines
from tests.factories.cases import firm, led_to
from tests.support.house import HOUSE

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
PARTS = {name: part for name, part in vars(records).items() if isinstance(part, records.Part)}
#: Codes that are names themselves: numbers of papers and cases, what somebody signs in with.
NAMES = {
    "enterprise.uscc", "enterprise.property.number", "enterprise.standard.number", "enterprise.certificate.number",
    "enterprise.certificate.case_number", "officer.login",
}  # fmt: skip


def is_code(kind: Any) -> bool:
    """Whether a column was declared as `Code`."""
    variant = kind.dialect_impl(postgresql.dialect())
    return getattr(variant, "collation", None) == "C"


def coded() -> set[str]:
    """Every labelled field whose column holds a code."""
    tables: dict[str, Any] = {
        "enterprise": Enterprise, "document": Document, "officer": Officer, "commissioner": Commissioner,
        "incentive": Incentive, **{f"enterprise.{part.code}": part.model for part in PARTS.values()},
    }  # fmt: skip
    fields = wording_of(HOUSE).fields
    return {
        f"{prefix}.{column.key}"
        for prefix, model in tables.items()
        for column in inspect(model).columns
        if is_code(column.type) and f"{prefix}.{column.key}" in fields
    }


def test_every_field_that_holds_a_code_has_words_for_it() -> None:
    wording = wording_of(HOUSE)
    assert len(coded()) > 20
    assert coded() - NAMES <= {*wording.values, *wording.vocabularies}
    assert {*wording.values, *wording.vocabularies} <= set(wording.fields)


def shown(session: Session, *, enterprise: int) -> str:
    commit(session)
    lines = worded_lines(wording_of(HOUSE), session, timeline(session, enterprise_id=enterprise, limit=20))
    return "；".join(
        f"{line.text} {line.note} {[(one.label, one.before, one.after) for one in line.changes]}" for line in lines
    )


@pytest.mark.parametrize("done", ["added", "changed", "removed"])
def test_a_firms_records_are_told_by_the_names_of_their_codes(
    session: Session, actor: Callable[..., Actor], done: str
) -> None:
    one = firm(session)
    told: dict[str, dict[str, Any]] = {
        "figures": {"figures.basis": (None, "HTE"), "figures.source": (None, "special_audit")},
        "property": {"property.kind_code": (None, "invention_patent"), "property.ip_class": (2, 1)},
        "certificate": {"certificate.kind": (None, "high-tech-enterprise")},
        "compliance": {"compliance.kind": (None, "safety_accident")},
    }
    for part, changes in told.items():
        data = {"note": "2025 HTE special_audit"} if part == "figures" else {}
        record(
            session, actor=actor(), now=NOW, type=f"enterprise.{part}_{done}",
            subject=SubjectKey("enterprise", one.uscc, one.name, one.id, one.region_code), changes=changes, data=data,
        )  # fmt: skip
    text = shown(session, enterprise=one.id)
    assert not re.search(
        r"HTE|special_audit|invention_patent|high-tech-enterprise|safety_accident|类', '2'|'1'\)", text
    )
    assert "Ⅱ类', 'Ⅰ类'" in text and "2025 " in text
    with use_locale("en"):
        assert "special_audit" not in shown(session, enterprise=one.id)


def test_answers_are_told_as_the_form_shows_them(session: Session, actor: Callable[..., Actor]) -> None:
    head = actor("section_head")
    case = led_to(session, head, NOW, "preparation")
    hand_in_answers(
        session, actor=head, now=NOW, number=case.number, command=HandIn(values={"listed": "yes"}, was={"listed": ""})
    )
    text = shown(session, enterprise=case.enterprise_id)
    assert not re.search(r"\b(yes|no)\b", text) and "'是'" in text
