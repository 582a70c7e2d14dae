"""Documents of a firm: on file, replaced, withdrawn, registered anew; one event each; what is refused leaves nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.files.domain.documents import DocumentState, document_state, may_serve
from app.files.lists import DOCUMENTS, DocumentFilter
from app.files.models import Document, StoredFile
from app.files.queries import (
    get_visible_to,
    list_on_file,
    list_versions,
)
from app.files.schemas import DocumentInput, Withdrawal
from app.files.service.documents import change_document, put_on_file, replace_document, withdraw_document
from app.files.vault import Upload, Vault
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from app.kit.merges import Clashing
from app.kit.paging import Count
from tests.factories.cases import firm
from tests.files.conftest import packed, pdf
from tests.support import people

ON = date(2021, 6, 30)
EXPIRING = DocumentFilter(state=DocumentState.EXPIRING)

AUDIT = DocumentInput(kind="annual-audit", year=2020)


@pytest.fixture
def put(
    session: Session, vault: Vault, now: datetime, actor: Callable[..., Actor], upload: Callable[..., Upload]
) -> Callable[..., Document]:
    officer = actor(region="")

    def make(where: Enterprise, content: bytes = pdf(), name: str = "审计报告.pdf", **given: Any) -> Document:
        values = AUDIT.model_dump() | given
        return put_on_file(
            session,
            vault,
            actor=officer,
            enterprise=where,
            upload=upload(content, name),
            given=DocumentInput(**values),
            now=now,
        )

    return make


def events(session: Session, kind: str) -> list[JournalEvent]:
    db.commit(session)
    return list(session.scalars(select(JournalEvent).where(JournalEvent.type == kind)))


def test_a_document_is_put_on_file_with_one_event_on_the_firm(
    session: Session, vault: Vault, put: Callable[..., Document]
) -> None:
    where = firm(session)
    row = put(where)
    assert (row.title, row.file.kind, row.year) == ("审计报告.pdf", "pdf", 2020)
    (event,) = events(session, "document.added")
    assert (event.subject_kind, event.enterprise_id) == ("enterprise", where.id)
    assert event.data["sha256"] == row.file.sha256
    assert events(session, "file.stored") == []
    assert b"".join(vault.blobs.stream(row.file.sha256)) == pdf()


def test_the_very_same_is_not_put_on_file_twice_but_serves_another_year(
    session: Session, put: Callable[..., Document]
) -> None:
    where = firm(session)
    put(where)
    with pytest.raises(Conflict, match="已在库"), session.begin_nested():
        put(where)
    put(where, year=2019)
    put(firm(session))
    assert len(session.scalars(select(Document)).all()) == 3


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.pdf", "files.empty"),
        (b"MZ\x90" + b"\0" * 99, "审计报告.pdf", "files.executable"),
        (b"#!/bin/sh\n", "说明.txt", "files.executable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "审计报告.pdf", "files.lying"),
        (pdf(), "审计报告.docx", "files.lying"),
        (pdf(), "审计报告", "files.lying"),
        ("说明".encode(), "说明.txt", "files.text"),
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + bytes(40), "照片.jpg", "files.lying"),
        (b"<html><script>alert(1)</script>", "网页.html", "files.lying"),
        (packed("xl/workbook.xml", "xl/vbaProject.bin"), "表.xlsx", "files.macros"),
        (packed("材料/安装.exe"), "材料.zip", "files.executable"),
        (packed("材料/照片.jpg", content=b"MZ\x90\0"), "材料.zip", "files.executable"),
        (b"PK\x03\x04 broken", "材料.zip", "files.damaged"),
        (b"\0\1\2\3 something", "材料.pdf", "files.kind"),
        (pdf("x" * 1024 * 1024), "大.pdf", "files.too_large"),
    ],
)
def test_what_is_refused_says_what_it_is_and_leaves_nothing(
    session: Session, vault: Vault, put: Callable[..., Document], content: bytes, name: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused, session.begin_nested():
        put(firm(session), content, name)
    assert refused.value.code == code
    assert list(vault.blobs.entries()) == []
    assert session.scalars(select(StoredFile)).all() == []


def test_a_lie_is_told_with_what_it_is(session: Session, put: Callable[..., Document]) -> None:
    with pytest.raises(Invalid, match=r"\.pdf.*PNG 图片"), session.begin_nested():
        put(firm(session), b"\x89PNG\r\n\x1a\n", "审计报告.pdf")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"year": None}, "year"),
        ({"issued_on": date(2021, 5, 1), "valid_until": date(2021, 4, 30)}, "valid_until"),
        ({"kind": "love-letter"}, "kind"),
    ],
)
def test_a_registration_must_hold_together(
    session: Session, vault: Vault, put: Callable[..., Document], given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused, session.begin_nested():
        put(firm(session), **given)
    assert set(refused.value.fields) == {field}
    assert list(vault.blobs.entries()) == []


def test_a_replaced_document_stays_on_record(
    session: Session,
    vault: Vault,
    put: Callable[..., Document],
    actor: Callable[..., Actor],
    now: datetime,
    upload: Callable[..., Upload],
) -> None:
    officer, where = actor(), firm(session)
    old = put(where)
    newer = replace_document(
        session, vault, actor=officer, document=old, upload=upload(pdf("更正"), "更正.pdf"), given=AUDIT, now=now
    )
    assert document_state(old, date(2021, 6, 30)) is DocumentState.REPLACED
    assert list_on_file(session, where.id) == [newer]
    assert list_versions(session, newer) == [old]
    (event,) = events(session, "document.replaced")
    assert event.changes["file"] == ["审计报告.pdf", "更正.pdf"]
    with pytest.raises(Conflict):
        replace_document(
            session, vault, actor=officer, document=old, upload=upload(pdf("又"), "又.pdf"), given=AUDIT, now=now
        )


def test_a_withdrawn_document_keeps_its_reason_and_is_found_only_when_asked_for(
    session: Session, put: Callable[..., Document], actor: Callable[..., Actor], now: datetime
) -> None:
    officer, where = actor(), firm(session)
    row = put(where)
    withdraw_document(session, actor=officer, document=row, given=Withdrawal(reason="盖错章"), now=now)
    assert row.withdrawn_reason == "盖错章"
    assert list_on_file(session, where.id) == []
    wanted = DocumentFilter(enterprise_id=where.id)
    assert DOCUMENTS.count(Viewer(session, officer, ON), wanted) == Count(0)
    assert DOCUMENTS.page(Viewer(session, officer, ON), DocumentFilter(state="withdrawn"), limit=9).items == [row]
    assert "盖错章" in events(session, "document.withdrawn")[0].data["note"]
    with pytest.raises(Conflict):
        withdraw_document(session, actor=officer, document=row, given=Withdrawal(reason="再撤"), now=now)


def test_two_people_register_anew(
    session: Session, put: Callable[..., Document], actor: Callable[..., Actor], now: datetime
) -> None:
    officer, row = actor(), put(firm(session))
    began = DocumentInput(kind=row.kind, title=row.title, year=row.year).model_dump()

    def save(**given: Any) -> bool:
        values = DocumentInput(**(began | given))
        return change_document(session, actor=officer, document=row, given=values, was=began, now=now)

    assert save(note="第一人")
    assert save(year=2019)
    assert (row.note, row.year) == ("第一人", 2019)
    with pytest.raises(Clashing) as asked:
        save(note="第二人", title="审计")
    assert [(clash.name, clash.was, clash.theirs, clash.yours) for clash in asked.value.clashes] == [
        ("note", "", "第一人", "第二人")
    ]
    assert row.title == "审计报告.pdf"


@pytest.mark.parametrize(
    ("left", "state", "serves"),
    [
        (None, DocumentState.CURRENT, True),
        (61, DocumentState.CURRENT, True),
        (60, DocumentState.EXPIRING, True),
        (0, DocumentState.EXPIRING, True),
        (-1, DocumentState.EXPIRED, False),
    ],
)
def test_the_database_sees_validity_as_the_domain_does(
    session: Session,
    put: Callable[..., Document],
    actor: Callable[..., Actor],
    left: int | None,
    state: DocumentState,
    serves: bool,
) -> None:
    on = date(2021, 6, 30)
    row = put(firm(session), valid_until=None if left is None else on + timedelta(days=left))
    assert document_state(row, on) is state
    assert may_serve(row, on) is serves
    for asked in (DocumentState.CURRENT, DocumentState.EXPIRING, DocumentState.EXPIRED):
        found = DOCUMENTS.page(Viewer(session, actor(), on), DocumentFilter(state=asked), limit=9).items
        assert (found == [row]) is (asked is state)


def test_what_expires_soon_is_one_list_in_order(
    session: Session, put: Callable[..., Document], actor: Callable[..., Actor]
) -> None:
    on, officer = date(2021, 6, 30), actor()
    viewer = Viewer(session, officer, on)
    late = put(firm(session), valid_until=on + timedelta(days=40))
    soon = put(firm(session), valid_until=on)
    put(firm(session, region="420105001"), valid_until=on)
    first = DOCUMENTS.page(viewer, EXPIRING, "last day", limit=1)
    second = DOCUMENTS.page(viewer, EXPIRING, "last day", first.next, limit=1)
    assert (first.items, second.items, second.next) == ([soon], [late], None)
    assert DOCUMENTS.count(viewer, EXPIRING) == Count(2)


def test_list_detail_and_count_show_the_same_to_everybody(
    session: Session, put: Callable[..., Document], actor: Callable[..., Actor]
) -> None:
    mine, other, far = firm(session), firm(session), firm(session, region="420105001")
    rows = {where.id: put(where) for where in (mine, other, far)}
    reach = {
        actor(): {mine.id, other.id},
        actor(region=""): {mine.id, other.id, far.id},
        actor(role="department"): set(),
        people.enterprise_user(session, enterprise_id=mine.id): {mine.id},
    }
    for who, seen in reach.items():
        listed = DOCUMENTS.page(Viewer(session, who, ON), DocumentFilter(), limit=99).items
        assert {row.enterprise_id for row in listed} == seen
        assert DOCUMENTS.count(Viewer(session, who, ON), DocumentFilter()) == Count(len(seen))
        for place, row in rows.items():
            if place in seen:
                assert get_visible_to(session, who, row.id) is row
            else:
                with pytest.raises(NotFound):
                    get_visible_to(session, who, row.id)
    department = actor(role="department")
    shown = rows[far.id].id
    assert get_visible_to(session, department, shown, shown=[shown]).id == shown
    with pytest.raises(NotFound):
        get_visible_to(session, department, rows[mine.id].id, shown=[shown])


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("manager", True),
        ("editor", True),
        ("reader", False),
        ("leader", False),
        ("department", False),
        ("other", False),
    ],
)
def test_who_may_put_on_file(
    session: Session,
    vault: Vault,
    now: datetime,
    actor: Callable[..., Actor],
    upload: Callable[..., Upload],
    who: str,
    may: bool,
) -> None:
    where = firm(session)
    if who in ("leader", "department"):
        person = actor(role=who)
    elif who == "other":
        person = people.enterprise_user(session, enterprise_id=firm(session).id)
    else:
        person = people.enterprise_user(session, enterprise_id=where.id, role=who)

    def put_it() -> None:
        put_on_file(session, vault, actor=person, enterprise=where, upload=upload(), given=AUDIT, now=now)

    if may:
        put_it()
    else:
        with pytest.raises(Forbidden):
            put_it()
        assert list(vault.blobs.entries()) == []


def test_a_retired_firm_takes_nothing_in(
    session: Session, vault: Vault, put: Callable[..., Document], now: datetime
) -> None:
    where = firm(session, disabled_on=date(2021, 6, 1), disabled_reason="注销")
    with pytest.raises(DomainError):
        put(where)
    assert list(vault.blobs.entries()) == []
