"""The vault's pages: several at once, filters in the address, download under its own name, two people's forms."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.enterprises.models import Enterprise
from app.files.models import Document
from tests.factories.cases import firm
from tests.files.conftest import pdf
from tests.support.client import Client
from tests.support.forms import form_to

SignIn = Callable[..., Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def send(client: Client, where: Enterprise, *files: tuple[str, bytes], **given: Any) -> Any:
    """Submit the upload form with these files."""
    page = f"/enterprises/{where.uscc}/documents/new"
    data = {"kind": "annual-audit", "year": "2020"} | given
    return client.submit(page, data, files=[("files", (name, content, "text/plain")) for name, content in files])


def documents(session: Session) -> list[Document]:
    return list(session.scalars(select(Document).order_by(Document.id)))


def test_several_are_put_on_file_at_once_each_under_the_year_of_its_name(sign_in: SignIn, session: Session) -> None:
    where, client = firm(session), sign_in()
    answer = send(client, where, ("2019年审计.pdf", pdf("a")), ("2020年审计.pdf", pdf("b")), year="")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/enterprises/{where.uscc}/documents")
    assert [(row.title, row.year) for row in documents(session)] == [("2019年审计.pdf", 2019), ("2020年审计.pdf", 2020)]
    page = client.get(answer.headers["location"]).text
    assert "2019年审计.pdf" in page
    assert "尚未使用" in page
    assert "证据库 <b>2</b>" in page.replace("\n", "") or ">2</b>" in page


def test_a_refused_one_keeps_the_others_and_says_why(sign_in: SignIn, session: Session) -> None:
    where, client = firm(session), sign_in()
    answer = send(client, where, ("好.pdf", pdf("a")), ("假.pdf", PNG))
    assert answer.status_code == 422
    assert "PNG 图片" in answer.text
    assert [row.title for row in documents(session)] == ["好.pdf"]
    page = client.get(f"/enterprises/{where.uscc}/documents/new")
    token = form_to(page.text, "/documents/new").fields["csrf_token"][0]
    fragment = client.post(
        f"/enterprises/{where.uscc}/documents/new",
        data={"csrf_token": token, "kind": "annual-audit", "year": "2020"},
        files=[("files", ("再.pdf", pdf("c"), "application/pdf"))],
        headers={"x-yumiao-fragment": "1"},
    )
    assert fragment.status_code == 200
    assert "已入库" in fragment.text
    assert "<html" not in fragment.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("kind=annual-audit&year=2020&state=current&q=审计", True),
        ("kind=tax-return", False),
        ("year=2019", False),
        ("year=abc", True),
        ("state=withdrawn", False),
        ("state=nonsense", True),
        ("state=all", True),
        ("q=%25", False),
    ],
)
def test_filters_live_in_the_address(sign_in: SignIn, session: Session, query: str, *, shown: bool) -> None:
    where, client = firm(session), sign_in()
    send(client, where, ("审计.pdf", pdf()))
    page = client.get(f"/enterprises/{where.uscc}/documents?{query}")
    assert page.status_code == 200
    assert (">审计.pdf</a>" in page.text) is shown


def test_the_empty_vault_says_what_to_do(sign_in: SignIn, session: Session) -> None:
    where = firm(session)
    assert "证据库里还没有材料" in sign_in().get(f"/enterprises/{where.uscc}/documents").text


def test_a_download_bears_its_name_and_can_do_nothing(sign_in: SignIn, session: Session) -> None:
    where, client = firm(session), sign_in()
    name = "营业执照 (副本)'“2020”.png"
    send(client, where, (name, PNG))
    (row,) = documents(session)
    answer = client.get(f"/documents/{row.id}/file")
    assert answer.content == PNG
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    preview = client.get(f"/documents/{row.id}/preview")
    assert preview.headers["content-type"] == "image/png"
    assert preview.headers["content-disposition"].startswith("inline;")
    assert "sandbox" in preview.headers["content-security-policy"]


def test_only_pictures_and_pdf_are_shown_in_place(sign_in: SignIn, session: Session) -> None:
    where, client = firm(session), sign_in()
    send(client, where, ("照片.heic", b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + bytes(40)))
    (row,) = documents(session)
    assert client.get(f"/documents/{row.id}/preview").status_code == 404
    assert "不能在网页中预览" in client.get(f"/documents/{row.id}").text


def test_a_document_is_replaced_and_withdrawn_on_its_page(sign_in: SignIn, session: Session) -> None:
    where, client = firm(session), sign_in()
    send(client, where, ("旧.pdf", pdf("old")))
    old = documents(session)[0].id
    answer = client.submit(f"/documents/{old}/replace", files=[("files", ("新.pdf", pdf("new"), "application/pdf"))])
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "以前的版本" in page
    assert "旧.pdf" in page
    assert "这份材料已被替换" in client.get(f"/documents/{old}").text
    new = documents(session)[1].id
    assert client.submit(f"/documents/{new}/withdraw").status_code == 422
    assert client.submit(f"/documents/{new}/withdraw", {"reason": "盖错章"}).status_code == 303
    assert "盖错章" in client.get(f"/documents/{new}").text
    assert "证据库里还没有材料" in client.get(f"/enterprises/{where.uscc}/documents").text


def test_two_browsers_register_a_document_anew(
    sign_in: SignIn, new_client: Callable[[], Client], session: Session
) -> None:
    where, first = firm(session), sign_in()
    second = sign_in(client=new_client())
    send(first, where, ("审计.pdf", pdf()))
    (row,) = documents(session)
    url = f"/documents/{row.id}/edit"
    forms = [form_to(client.get(url).text, url) for client in (first, second)]
    one, two = ({name: values[0] for name, values in form.fields.items()} for form in forms)
    assert first.post(url, data=one | {"note": "一审", "title": "审计报告"}).status_code == 303
    clash = second.post(url, data=two | {"note": "二审", "issued_on": "2021-04-01"})
    assert clash.status_code == 422
    for text in ("一审", "二审", "他人改为", 'value="2021-04-01"'):
        assert text in clash.text
    asked = {name: values[0] for name, values in form_to(clash.text, url).fields.items()}
    assert second.post(url, data=asked | {"once_token": "a" * 20}).status_code == 422
    chosen = {name: values[0] for name, values in form_to(clash.text, url).fields.items()}
    assert second.post(url, data=chosen | {"choose-note": "theirs"}).status_code == 303
    (row,) = documents(session)
    assert (row.note, row.title, row.issued_on) == ("一审", "审计报告", date(2021, 4, 1))


def test_list_detail_and_download_agree_for_everybody(
    sign_in: SignIn, new_client: Callable[[], Client], session: Session
) -> None:
    where = firm(session)
    send(sign_in(), where, ("审计.pdf", pdf()))
    (row,) = documents(session)
    pages = [f"/enterprises/{where.uscc}/documents", f"/documents/{row.id}", f"/documents/{row.id}/file"]
    for given, seen in (
        ({"role": "caseworker"}, True),
        ({"role": "leader"}, True),
        ({"role": "caseworker", "region": "429005001"}, True),
        ({"role": "caseworker", "region": "429005007"}, False),
        ({"role": "department"}, False),
        ({"enterprise_id": where.id}, False),
    ):
        client = sign_in(client=new_client(), **given)
        answers = [client.get(page).status_code for page in pages]
        assert answers == [200] * 3 if seen else not {200} & set(answers), (given, answers)


def test_readers_see_no_buttons_and_are_refused(sign_in: SignIn, session: Session) -> None:
    where = firm(session)
    send(sign_in(), where, ("审计.pdf", pdf()))
    (row,) = documents(session)
    leader = sign_in(role="leader")
    assert "材料入库" not in leader.get(f"/enterprises/{where.uscc}/documents").text
    assert leader.get(f"/documents/{row.id}/edit").status_code == 403
    assert leader.post_form(f"/documents/{row.id}/withdraw", {"reason": "不行"}).status_code == 403


def test_a_huge_request_is_refused_before_it_is_read(sign_in: SignIn, session: Session, settings: Settings) -> None:
    where, client = firm(session), sign_in()
    headers = {"content-length": str(2 * 1024**3), "content-type": "multipart/form-data; boundary=x"}
    answer = client.post(f"/enterprises/{where.uscc}/documents/new", content=b"x", headers=headers)
    assert answer.status_code == 413
    assert list(settings.vault.blobs.entries()) == []
