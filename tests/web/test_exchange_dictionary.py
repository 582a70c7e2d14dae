"""The data dictionary shows every field of every definition, and the workbook says the same."""

import io
from collections.abc import Callable

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.catalogue import newest_definitions
from app.exchange.dictionary import HEADINGS, dictionary_of
from app.exchange.domain import FieldDefinition, PartnerDefinition
from app.journal.models import JournalEvent
from tests.support.client import Client

PARTNERS = [definition.partner for definition in newest_definitions()]


def definition_of(partner: str) -> PartnerDefinition:
    return next(found for found in newest_definitions() if found.partner == partner)


def count(fields: tuple[FieldDefinition, ...]) -> int:
    return sum(1 + count(field.fields) for field in fields)


@pytest.mark.parametrize("partner", PARTNERS)
def test_every_field_is_on_the_page(sign_in: Callable[..., Client], partner: str) -> None:
    text = sign_in(role="leader").get(f"/exchange/dictionary/{partner}").text
    for part in dictionary_of(definition_of(partner)):
        assert f'id="{part.code}"' in text
        for line in part.lines:
            assert f"<code>{line.path}</code>" in text and line.title in text
    assert "王示例" not in text and "依法公示的登记事项" in text


@pytest.mark.parametrize("partner", PARTNERS)
def test_the_workbook_has_a_row_for_each_field(sign_in: Callable[..., Client], session: Session, partner: str) -> None:
    answer = sign_in(role="leader").get(f"/exchange/dictionary/{partner}.xlsx")
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    definition = definition_of(partner)
    assert header == list(HEADINGS)
    assert len(rows) == sum(count(resource.fields) for resource in definition.resources.values())
    told = session.scalars(select(JournalEvent).where(JournalEvent.subject_kind == "export")).one()
    assert told.data["rows"] == len(rows)


def test_the_systems_own_numbers_are_shown_beside_ours(sign_in: Callable[..., Client]) -> None:
    text = sign_in(role="leader").get("/exchange/dictionary/torch").text
    assert "2 → 6" in text and "invention_patent → 12" in text and "万元" in text


def test_it_opens_with_the_first_and_knows_no_others(sign_in: Callable[..., Client]) -> None:
    client = sign_in(role="leader")
    assert f'href="/exchange/dictionary/{PARTNERS[0]}" aria-current="page"' in client.get("/exchange/dictionary").text
    assert client.get("/exchange/dictionary/nobody").status_code == 404
    assert client.get("/exchange/dictionary/nobody.xlsx").status_code == 404
