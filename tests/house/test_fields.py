"""A field of the register is told once: whatever derives from its table is held against it, and what lags behind is named.

Each list of exceptions says why; a new column belongs into its field table (docs/how-to/add-a-field.md), not here.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.enterprises import fields, part_fields, schemas
from app.enterprises.events import FIELD_LABELS, FIELD_VOCABULARIES
from app.enterprises.fields import ENTERPRISE, WRITTEN
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.fields import FIELDS
from app.enterprises.imports.firm.decision import compare
from app.enterprises.imports.firm.reader import load_tables, parse_firm
from app.enterprises.imports.row_reader import SourceRow
from app.enterprises.models import Enterprise, EnterpriseTag
from app.enterprises.past import TRACED
from app.enterprises.service import records
from app.enterprises.service.recording import snapshot
from app.exchange.sources.enterprises import SOURCE
from app.exchange.sources.parts import FIGURES, PAST_CASES, PROPERTIES
from app.journal.models import JournalEvent
from app.kit.fields import Field, FieldKind, FieldTable, FieldWriter
from app.kit.yaml import load_with_lines
from app.programmes.models import ProgrammeVersion
from app.reference.models import Industry, Park, TechnicalField, Term
from app.web.enterprises.columns import COLUMNS
from app.web.enterprises.part_forms import PART_FORMS
from tests.factories.enterprises import firm
from tests.support.client import Client
from tests.support.forms import form_to
from tests.support.source import APP, TEMPLATES, listed

SignIn = Callable[..., Client]
DAY = date(2018, 3, 1)
ADDRESS = "https://example.org/a"

_KEYS = {"id": "the row's own key", "enterprise_id": "the firm it belongs to"}
#: Columns that no table of fields tells.
NO_FIELDS = {
    "enterprise": _KEYS
    | {
        "name_pinyin": "follows from the name: sorting",
        "name_initials": "follows from the name: search",
        "search_text": "follows from names and codes: search",
        "registered_key": "follows from registered_on: sorting",
        "capital_key": "follows from capital_fen: sorting",
        "version": "tells editors that somebody was faster",
        "edited_fields": "marks what a person set, for imports",
        "merged_into_id": "leads from a firm that was merged to the one that it is",
    },
}
#: Fields of a firm that a past day does not show.
NOT_PAST = {
    "uscc_note": "shown on the record only, which has no past day",
    "capital_text": "what was written where the amount could not be read; record only",
    "capital_remark": "record only",
    "business_scope": "long, and no list shows it",
    "unread_cells": "what an import could not read; record only",
}
#: Where the records of a firm are shown; the figures' table is made of their fields.
TABS = {
    "enterprise.contact": "contacts.html",
    "enterprise.property": "properties.html",
    "enterprise.product": "products.html",
    "enterprise.conversion": "results.html",
    "enterprise.standard": "results.html",
    "enterprise.compliance": "standing.html",
    "enterprise.certificate": "standing.html",
}
NOT_ON_TAB = {
    "kind_code": "shown as the page's words of it",
    "field_code": "shown as the page's words of it",
    "properties": "shown as the names of the rights",
    "revoked_on": "said by the badge of the certificate",
}
#: Fields that a partner is not given.
NOT_GIVEN = {
    "enterprise": {
        "uscc_note": "an officer's remark",
        "capital_text": "given as amount and currency",
        "capital_remark": "our reading of it",
        "unread_cells": "not understood by us either",
        "disabled_on": "a firm out of use is not given at all",
        "disabled_reason": "an officer's remark",
    },
    "enterprise.figures": {
        "note": "an officer's remark",
        "imported": "what an import wrote last",
        "imported_in": "which import wrote what",
        "unread_cells": "not understood by us",
        "updated_at": "given by the resource of its own",
    },
    "enterprise.property": {"used_before": "counted with the cases"},
    "enterprise.past_case": {"note": "an officer's remark"},
}
#: Fields that a person fills in, and no column of the list of firms.
NOT_LISTED = {
    "kind": "on the record",
    "capital_currency": "in the cell of the capital",
    "field_detail": "on the record, behind the technical field",
    "business_status_on": "on the record, beside the status",
    "business_scope": "too long for a cell",
}
#: Fields that a person fills in, and no list fills.
NOT_IMPORTED = {
    "field_detail": "no list of others has it",
}
MODELS: dict[str, Any] = {
    "enterprise": Enterprise,
    "enterprise.tag": EnterpriseTag,
    **{form.part.fields.code: form.part.model for form in PART_FORMS.values()},
}
TABLES = (ENTERPRISE, part_fields.TAG, *part_fields.PARTS)
INPUTS: dict[str, type[schemas.Input]] = {
    "enterprise": schemas.EnterpriseFields,
    "enterprise.tag": schemas.TagInput,
    **{form.part.fields.code: form.schema for form in PART_FORMS.values()},
}
SAMPLES: dict[FieldKind, tuple[Any, Any]] = {
    FieldKind.TEXT: ("甲", "乙"),
    FieldKind.LINES: ("甲乙", "丙丁"),
    FieldKind.NAME: ("竹根滩试样（示例）", "竹根滩新样（示例）"),
    FieldKind.WEB: (ADDRESS, "http://example.org/b"),
    FieldKind.PHONE: ("13800000000", "13800000001"),
    FieldKind.EMAIL: ("a@example.org", "b@example.org"),
    FieldKind.DAY: (DAY, date(2018, 2, 1)),
    FieldKind.YEAR: (2019, 2018),
    FieldKind.MONEY: (123_456_700, 223_456_700),
    FieldKind.PEOPLE: (425_000, 435_000),
    FieldKind.COUNT: (1, 0),
    FieldKind.FLAG: (False, True),
    FieldKind.TICK: (True, False),
}


@pytest.fixture
def dialect() -> str:
    """Rules about the code: one database is enough."""
    return "sqlite"


# -- the tables themselves ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
def test_every_column_is_told_in_its_field_table(table: FieldTable) -> None:
    columns = {column.key: column for column in inspect(MODELS[table.code]).columns}
    told = {field.name for field in table if field.stored}
    missing = columns.keys() - told - (NO_FIELDS.get(table.code) or _KEYS).keys()
    assert not missing, listed("tell it in app/enterprises/fields.py or part_fields.py", missing)
    assert told <= columns.keys(), listed("no such column", told - columns.keys())
    short = [
        field.name
        for field in table
        if field.kind
        in (FieldKind.TEXT, FieldKind.LINES, FieldKind.NAME, FieldKind.WEB, FieldKind.PHONE, FieldKind.EMAIL)
        and (getattr(columns[field.name].type, "length", None) or field.length) < field.length
    ]
    assert not short, listed("longer than its column", short)


@pytest.mark.parametrize("table", [ENTERPRISE, *part_fields.PARTS], ids=lambda table: table.code)
def test_what_people_write_is_named_asked_for_and_read(table: FieldTable) -> None:
    model = INPUTS[table.code].model_fields
    groups = {group.code for group in table.groups}
    for field in table:
        if FieldWriter.OFFICER in field.writers:
            assert field.ask is not None and field.ask.group in groups, f"{field.name}: no form asks for it"
        if field.tracked:
            assert FIELD_LABELS[f"{table.code}.{field.name}"], f"{field.name}: the timeline has no word for it"
        if field.vocabulary:
            assert FIELD_VOCABULARIES[f"{table.code}.{field.name}"] == field.vocabulary
        if field.by_hand:
            read = model[field.name]
            assert read.is_required() == field.required, f"{field.name}: required by one, not by the other"
            assert (read.alias or field.name) == field.form_name, f"{field.name}: the form calls it {field.form_name}"


def test_what_is_written_is_recorded_and_shown_as_of_a_past_day() -> None:
    written = set(ENTERPRISE.names(lambda field: field.stored and field.writers is not FieldWriter.NOBODY))
    assert written <= set(WRITTEN), listed("its changes are not noted: tracked=True", written - set(WRITTEN))
    (traced,) = TRACED
    forgotten = set(WRITTEN) - set(traced.fields) - NOT_PAST.keys()
    assert not forgotten, listed("past=True, or a reason in NOT_PAST", forgotten)
    for form in PART_FORMS.values():
        part = form.part
        told = {field.name for field in part.fields if field.stored and FieldWriter.OFFICER in field.writers}
        assert told <= set(part.columns), listed(f"{part.code}: not noted", told - set(part.columns))


# -- forms --------------------------------------------------------------------------------------------------------------------


def _codes(session: Session) -> Callable[[Field], tuple[Any, Any]]:
    """Two values that a field may hold."""
    own = {
        "industry": Industry.code,
        "field": TechnicalField.code,
        "park": Park.code,
        "programme": ProgrammeVersion.code,
    }

    def two(field: Field) -> tuple[Any, Any]:
        if field.kind is not FieldKind.CODE:
            return SAMPLES[field.kind]
        if field.vocabulary == "region":
            return ("429005001", "429005107")
        column = own.get(field.vocabulary)
        wanted = select(Term.code).filter_by(vocabulary=field.vocabulary) if column is None else select(column)
        first, *others = session.scalars(wanted.order_by(None).distinct().limit(2)).all()
        return first, (others or [""])[0]

    return two


def _asked(table: FieldTable) -> Iterator[Field]:
    return (field for field in table if field.by_hand and field.stored)


def _sent(client: Client, url: str) -> dict[str, Any]:
    form = form_to(client.get(url).text, url)
    return {name: values[0] if len(values) == 1 else values for name, values in form.fields.items()}


def _journal(session: Session, firm_id: int) -> list[JournalEvent]:
    events = select(JournalEvent).filter_by(enterprise_id=firm_id)
    return list(session.scalars(events.order_by(JournalEvent.position)))


def _round_trip(client: Client, session: Session, table: FieldTable, row: Any, url: str) -> None:
    """An untouched form changes nothing, and a change of each field arrives and is told."""
    two, key = _codes(session), row.id
    model, owner = type(row), getattr(row, "enterprise_id", row.id)
    before = {field.name: two(field)[0] for field in _asked(table)}
    client.get(url)
    events = len(_journal(session, owner))
    answer = client.submit(url, {})
    assert answer.status_code == 303, answer.text
    session.expire_all()
    row = session.get(model, key)
    erased = {name for name, value in before.items() if getattr(row, name) != value}
    assert not erased, listed("saving the form untouched erases the value", erased)
    assert len(_journal(session, owner)) == events, [event.changes for event in _journal(session, owner)[events:]]
    for field in _asked(table):
        old, new = two(field)
        if old == new:
            continue
        shown = _sent(client, url)
        assert field.form_name in shown, f"{field.name}: its form does not ask for it"
        sent = _text(field, new)
        answer = client.submit(url, {field.form_name: [] if new is False and field.kind is FieldKind.TICK else sent})
        assert answer.status_code == 303, (field.name, answer.text)
        session.expire_all()
        assert getattr(session.get(model, key), field.name) == new, f"{field.name}: its form does not change it"
        prefix = table.code.removeprefix("enterprise").removeprefix(".")
        name = f"{prefix}.{field.name}" if prefix else field.name
        assert name in _journal(session, owner)[-1].changes, f"{field.name}: its change is not told"


def _text(field: Field, value: Any) -> str:
    if field.kind is FieldKind.MONEY:
        return f"{value / 1_000_000:f}"
    if field.kind is FieldKind.PEOPLE:
        return f"{value / 10_000:f}"
    if field.kind is FieldKind.FLAG:
        return str(value).lower()
    return "1" if value is True else str(value)


def test_the_form_of_a_firm_keeps_and_changes_every_field(sign_in: SignIn, session: Session) -> None:
    two = _codes(session)
    values = {field.name: two(field)[0] for field in _asked(ENTERPRISE)}
    one = firm(session, **{name: value for name, value in values.items() if name != "name"})
    one.name = values["name"]
    session.flush()
    _round_trip(sign_in(), session, ENTERPRISE, one, f"/enterprises/{one.uscc}/edit")


@pytest.mark.parametrize("slug", PART_FORMS)
def test_the_form_of_a_record_keeps_and_changes_every_field(sign_in: SignIn, session: Session, slug: str) -> None:
    one, part, two = firm(session), PART_FORMS[slug].part, _codes(session)
    values = {field.name: two(field)[0] for field in _asked(part.fields)}
    required = {"ip_class": 1} if part is records.PROPERTY else {}
    stamped = {"updated_at": one.created_at} if hasattr(part.model, "updated_at") else {}
    row: Any = part.model(enterprise_id=one.id, **values, **required, **stamped)
    session.add(row)
    session.flush()
    _round_trip(sign_in(), session, part.fields, row, f"/enterprises/{one.uscc}/{slug}/{row.id}/edit")


def test_a_certificate_keeps_the_case_that_it_came_from(sign_in: SignIn, session: Session) -> None:
    one = firm(session)
    kind = session.scalars(select(Term.code).filter_by(vocabulary="certificate_kind").limit(1)).one()
    row = records.CERTIFICATE.model(
        enterprise_id=one.id, kind=kind, number="GR1", issued_on=DAY, case_number="HTE-2020-000001"
    )
    session.add(row)
    session.flush()
    key = row.id
    sign_in().submit(f"/enterprises/{one.uscc}/certificates/{key}/edit", {"number": "GR2"})
    row = session.get(records.CERTIFICATE.model, key)
    assert row is not None and (row.number, row.case_number) == ("GR2", "HTE-2020-000001")


# -- lists in, lists out, partners --------------------------------------------------------------------------------------------


def test_every_field_that_a_list_fills_is_mapped_read_and_decided(session: Session) -> None:
    headings = {heading.code or field.name for field in ENTERPRISE for heading in field.headings}
    assert headings == {column.code for column in FIELDS[ImportKind.ENTERPRISES]}
    by_hand = set(ENTERPRISE.names(lambda field: field.by_hand))
    filled = set(ENTERPRISE.names(lambda field: FieldWriter.IMPORT in field.writers))
    assert not by_hand - filled - NOT_IMPORTED.keys(), listed(
        "headings, or a reason in NOT_IMPORTED", by_hand - filled - NOT_IMPORTED.keys()
    )
    one = firm(session, uscc_confirmed=True)
    field = session.scalars(select(TechnicalField.code).limit(1)).one()
    texts = {column.code: column.example for column in FIELDS[ImportKind.ENTERPRISES]}
    texts |= {"uscc": one.uscc, "field": field, "park": session.scalars(select(Park.code).limit(1)).one()}
    parsed = parse_firm(SourceRow(2, [], texts, {}), load_tables(session, prefix="429005", today=date(2021, 1, 4)))
    decided = compare(parsed, snapshot(one), (), ())
    columns = filled - {"uscc", "unread_cells", "former_names", "capital_remark"}
    assert columns <= parsed.values.keys(), listed("not read", columns - parsed.values.keys())
    same = {name for name in columns if parsed.values[name] == getattr(one, name)}
    assert columns <= decided.values.keys() | same, listed("read, and not written", columns - decided.values.keys())
    assert decided.former_names, "former names are read"


def test_every_field_is_a_column_of_the_list_and_of_its_export(sign_in: SignIn, session: Session) -> None:
    shown = set(ENTERPRISE.names(lambda field: field.column is not None))
    forgotten = set(ENTERPRISE.names(lambda field: field.by_hand)) - shown - NOT_LISTED.keys()
    assert not forgotten, listed("column=ListColumn(…), or a reason in NOT_LISTED", forgotten)
    told = {field.column.code for field in ENTERPRISE if field.column}
    assert told <= {column.code for column in COLUMNS}
    texts = {
        field.name: SAMPLES[field.kind][0] for field in ENTERPRISE if field.column and field.kind is FieldKind.TEXT
    }
    texts |= {field.name: ADDRESS for field in ENTERPRISE if field.kind is FieldKind.WEB}
    one, client = firm(session, **texts), sign_in()
    columns = "&".join(f"cols={column.code}" for column in COLUMNS)
    page = client.get(f"/enterprises?{columns}").text
    head, line = client.get(f"/enterprises/export.csv?{columns}").content.decode("utf-8-sig").splitlines()
    for column in COLUMNS:
        assert f'data-label="{column.label}"' in page or column.code == "uscc", f"{column.code}: a head without a cell"
        assert (column.export_label or column.label) in head.split(",")
    for name, text in texts.items():
        assert str(text) in line.split(","), f"{name} is not in the export"
        record = client.get(f"/enterprises/{one.uscc}").text.partition("最近变化")[0]
        assert str(text) in record, f"{name} is not on the record"


def test_the_tab_of_a_record_shows_what_its_form_asks() -> None:
    for table in part_fields.PARTS:
        if table.code not in TABS:
            continue
        text = (TEMPLATES / "web/enterprises" / TABS[table.code]).read_text(encoding="utf-8")
        asked = table.names(lambda field: field.by_hand)
        forgotten = {name for name in asked if not re.search(rf"\.{name}\b", text)} - NOT_ON_TAB.keys()
        assert not forgotten, listed(
            f"{table.code}: a cell in {TABS[table.code]}, or a reason in NOT_ON_TAB", forgotten
        )


def _given(part: str, source: Any) -> set[str]:
    return set(source.columns) - {"key", "uscc"} if part != "enterprise" else set(source.columns)


def test_partners_are_given_every_field_or_a_reason_says_why_not() -> None:
    sources = {
        "enterprise": [SOURCE],
        "enterprise.figures": [FIGURES, SOURCE.children["figures"]],
        "enterprise.property": [PROPERTIES, SOURCE.children["properties"]],
        "enterprise.past_case": [PAST_CASES],
        "enterprise.certificate": [SOURCE.children["certificates"]],
        "enterprise.tag": [SOURCE.children["tags"]],
    }
    for table in TABLES:
        for source in sources.get(table.code, []):
            stored = set(table.names(lambda field: field.stored))
            forgotten = stored - _given(table.code, source) - NOT_GIVEN.get(table.code, {}).keys()
            assert not forgotten, listed(f"{table.code}: exchanged=True, or a reason in NOT_GIVEN", forgotten)


def test_the_mapping_of_the_province_carries_what_it_is_given() -> None:
    (path,) = (APP.parent / "seeds/exchange/province").glob("*.yaml")
    resources = load_with_lines(path)[0]["resources"]
    mapped = {field["source"] for field in resources["enterprises"]["fields"]}
    forgotten = set(SOURCE.columns) - mapped
    assert not forgotten, listed(f"give it in {path.relative_to(APP.parent)}", forgotten)
    shown = {column["field"] for column in resources["enterprises"]["sheet"]["columns"]}
    flat = {field["name"] for field in resources["enterprises"]["fields"] if field["source"] in SOURCE.columns}
    assert not flat - shown, listed("a column of the sheet for it", flat - shown)


def test_the_exceptions_are_still_needed() -> None:
    """A reason for what is told by now is out of date."""
    names = {field.name for field in ENTERPRISE}
    for reasons in (NOT_PAST, NOT_LISTED, NOT_IMPORTED, NOT_GIVEN["enterprise"]):
        assert reasons.keys() <= names
    assert not NOT_PAST.keys() & set(ENTERPRISE.names(lambda field: field.past))
    assert not NOT_GIVEN["enterprise"].keys() & set(ENTERPRISE.names(lambda field: field.exchanged))
    assert not NOT_LISTED.keys() & set(ENTERPRISE.names(lambda field: field.column is not None))
    assert not NOT_IMPORTED.keys() & set(ENTERPRISE.names(lambda field: FieldWriter.IMPORT in field.writers))
    assert fields.CAPITAL in {field.bundle for field in ENTERPRISE}
