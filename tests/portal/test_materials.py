"""材料: what is on file is chosen and not asked for again; uploads, replacements; the firm's own vault; readers only read."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.supply.models import CaseMaterial
from app.enterprises.models import Enterprise
from app.files.models import Document, StoredFile
from app.kit.actor import Actor
from tests.factories.cases import firm, led_to
from tests.files.conftest import pdf
from tests.support.client import Client

Enter = Callable[..., Client]
PHOTO = b"\xff\xd8\xff\xe0" + bytes(64)


def _filed(session: Session, case: CaseFile, kind: str = "business-licence", **given: object) -> Document:
    """A document on file for the firm of the case."""
    by = {"by_kind": "system", "by_id": None, "by_name": "system"}
    at = datetime.fromisoformat("2021-02-01T01:00:00+00:00")
    stored = StoredFile(sha256="1" * 64, size=9, kind="pdf", name="执照.pdf", at=at, **by)
    row = Document(
        enterprise_id=case.enterprise_id, kind=kind, title="营业执照（示例）", file=stored, added_at=at, **by, **given
    )
    session.add(row)
    session.flush()
    return row


def _held(session: Session, material: str = "business-licence") -> list[CaseMaterial]:
    session.expire_all()
    return list(session.scalars(select(CaseMaterial).where(CaseMaterial.material == material)))


def test_what_is_on_file_is_chosen_and_can_be_taken_back(session: Session, filing: CaseFile, enter: Enter) -> None:
    document, base = _filed(session, filing), f"/portal/cases/{filing.number}/materials"
    editor, page = enter(filing), f"{base}/business-licence"
    assert "还差 1 份" in editor.get(base).text and "证据库有 1 份可直接选用" in editor.get(base).text
    assert "从证据库选用" in editor.get(page).text
    chosen = editor.submit(page, {"documents": str(document.id)}, to=f"{page}/choose")
    assert (chosen.status_code, chosen.headers["location"]) == (303, base)
    (row,) = _held(session)
    assert (row.document_id, row.state) == (document.id, "supplied")
    assert "从证据库选用" not in editor.get(page).text
    assert editor.submit(page, to=f"{base}/{row.id}/remove").status_code == 303
    assert _held(session)[0].state == "removed"


def test_nothing_chosen_and_what_is_not_on_file_are_refused(session: Session, filing: CaseFile, enter: Enter) -> None:
    _filed(session, filing)
    editor, page = enter(filing), f"/portal/cases/{filing.number}/materials/business-licence"
    none = editor.submit(page, to=f"{page}/choose")
    assert none.status_code == 422 and "请至少选择一份" in none.text
    strange = editor.submit(page, {"documents": "999"}, to=f"{page}/choose")
    assert strange.status_code == 422 and "不在该企业的证据库中" in strange.text


def test_a_photo_is_uploaded_and_lies_on_file(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, page = enter(filing), f"/portal/cases/{filing.number}/materials/application-form"
    assert "image/*" in editor.get(page).text and "不超过 100 MB" in editor.get(page).text
    done = editor.submit(page, to=f"{page}/upload", files=[("files", ("申请书.jpg", PHOTO, "image/jpeg"))])
    assert done.status_code == 303
    (row,) = _held(session, "application-form")
    assert (row.document.kind, row.document.year) == ("application-form", 2021)
    assert row.document.title in editor.get("/portal/documents").text


def test_what_was_withdrawn_no_longer_counts(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, page = enter(filing), f"/portal/cases/{filing.number}/materials/application-form"
    editor.submit(page, to=f"{page}/upload", files=[("files", ("申请书.jpg", PHOTO, "image/jpeg"))])
    assert "还差 1 份" not in editor.get(page).text
    (row,) = _held(session, "application-form")
    row.document.withdrawn_at = datetime.fromisoformat("2021-02-02T01:00:00+00:00")
    session.flush()
    assert "还差 1 份" in editor.get(page).text


def test_a_phones_photographs_are_taken_in_their_own_formats(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, page = enter(filing), f"/portal/cases/{filing.number}/materials/business-licence"
    heic = b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + bytes(40)
    webp = b"RIFF\x24\0\0\0WEBPVP8 " + bytes(20)
    photos = [("files", ("IMG_1.HEIC", heic, "image/heic")), ("files", ("2.webp", webp, "image/webp"))]
    assert editor.submit(page, to=f"{page}/upload", files=photos).status_code == 303
    kept = {row.document.file.kind: f"/portal/documents/{row.document_id}" for row in _held(session)}
    assert "不能在网页中预览" in editor.get(kept["heic"]).text
    assert editor.get(f"{kept['heic']}/file").content == heic
    shown = editor.get(f"{kept['webp']}/preview")
    assert (shown.content, shown.headers["content-type"]) == (webp, "image/webp")


def test_a_script_sends_one_by_one_and_is_told_what_became_of_each(
    session: Session, filing: CaseFile, enter: Enter
) -> None:
    editor, page = enter(filing), f"/portal/cases/{filing.number}/materials/rd-audit"
    given = {"csrf_token": editor.csrf_token(), "material": "rd-audit", "year": "2020"}
    headers = {"x-yumiao-fragment": "1"}
    lying = editor.post(
        f"{page}/upload",
        data=given,
        files=[("files", ("审计.pdf", b"MZ" + bytes(80), "application/pdf"))],
        headers=headers,
    )
    assert lying.status_code == 422 and "程序" in lying.text and "<html" not in lying.text
    good = editor.post(
        f"{page}/upload", data=given, files=[("files", ("审计.pdf", pdf(), "application/pdf"))], headers=headers
    )
    assert good.status_code == 200 and "已上传" in good.text
    assert [row.year for row in _held(session, "rd-audit")] == [2020]


def test_a_document_gives_way_to_another_one(session: Session, filing: CaseFile, enter: Enter) -> None:
    document, editor = _filed(session, filing), enter(filing)
    page = f"/portal/cases/{filing.number}/materials/business-licence"
    editor.submit(page, {"documents": str(document.id)}, to=f"{page}/choose")
    (row,) = _held(session)
    swap = f"{page}?year=&replaces={row.id}"
    assert "将替换" in editor.get(swap).text
    done = editor.submit(swap, to=f"{page}/upload", files=[("files", ("新执照.pdf", pdf("new"), "application/pdf"))])
    assert done.status_code == 303
    assert [held.state for held in _held(session)] == ["removed", "supplied"]


def test_a_reader_only_looks(session: Session, filing: CaseFile, enter: Enter) -> None:
    document, reader = _filed(session, filing), enter(filing, "reader")
    page = f"/portal/cases/{filing.number}/materials/business-licence"
    assert "上传" not in reader.get(page).text.partition("<main")[2]
    assert reader.get(f"/portal/documents/{document.id}").status_code == 200
    assert "存入材料" not in reader.get("/portal/documents").text
    for path in (
        f"{page}/choose",
        f"{page}/upload",
        "/portal/documents/new",
        f"/portal/documents/{document.id}/replace",
    ):
        assert reader.post_form(path).status_code == 403


def test_what_is_under_review_stays_and_what_is_not_there_is_not_found(
    session: Session, head: Actor, now: datetime, enter: Enter
) -> None:
    case = led_to(session, head, now, "review", enterprise=firm(session))
    editor, base = enter(case), f"/portal/cases/{case.number}/materials"
    text = editor.get(f"{base}/business-licence").text
    assert "已提供" in text and "换一份" not in text and "multipart" not in text
    assert editor.get(f"{base}/no-such-thing").status_code == 404
    assert editor.get(f"{base}/site-check-record").status_code == 404, "the bureau supplies it"


# -- the vault of the firm ---------------------------------------------------------------------------------------------------


def test_a_document_is_put_on_file_replaced_and_downloaded(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor = enter(filing)
    given = {"kind": "business-licence", "title": "营业执照（示例）", "valid_until": "2031-01-31"}
    added = editor.submit("/portal/documents/new", given, files=[("files", ("执照.pdf", pdf(), "application/pdf"))])
    assert added.headers["location"] == "/portal/documents"
    row = session.scalars(select(Document)).one()
    page = f"/portal/documents/{row.id}"
    assert editor.get(f"{page}/file").content == pdf()
    replaced = editor.submit(
        f"{page}/replace", {"title": "新执照（示例）"}, files=[("files", ("新.pdf", pdf("2"), "application/pdf"))]
    )
    assert replaced.status_code == 303
    assert "已被替换" in editor.get(page).text and "以前的版本" in editor.get(replaced.headers["location"]).text


@pytest.mark.parametrize(
    ("given", "files", "says"),
    [
        ({"kind": "business-licence"}, [], "请选择文件"),
        ({"kind": "annual-audit"}, [("files", ("a.pdf", pdf(), "application/pdf"))], "所属年度"),
        ({"kind": "business-licence"}, [("files", ("a.pdf", PHOTO, "application/pdf"))], "内容却是"),
    ],
)
def test_what_cannot_be_put_on_file_is_said(
    filing: CaseFile, enter: Enter, given: dict[str, str], files: list[object], says: str
) -> None:
    refused = enter(filing).submit("/portal/documents/new", given, files=files or None)
    assert refused.status_code == 422 and says in refused.text


def test_another_firms_documents_do_not_exist(session: Session, filing: CaseFile, enter: Enter) -> None:
    other: Enterprise = firm(session)
    document = _filed(session, filing, valid_until=date(2031, 1, 1))
    document.enterprise_id = other.id
    editor = enter(filing)
    for path in ("", "/file", "/preview", "/replace"):
        assert editor.get(f"/portal/documents/{document.id}{path}").status_code == 404
    assert "营业执照（示例）" not in editor.get("/portal/documents").text
