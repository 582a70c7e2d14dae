"""Papers over HTTP: chosen from the list, taken under the right name, journalled; templates kept by section heads."""

import io
import re
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from app.journal.models import JournalEvent
from app.kit.clock import today, utc_now
from tests.cases.test_papers import cells_of, word, words_of
from tests.factories import cases
from tests.support import people


@pytest.fixture
def numbers(session):
    head = people.officer(session, role="section_head")
    year = today(utc_now()).year
    return [cases.opened(session, head, utc_now(), year=year).row.number for _ in range(3)]


def test_papers_of_chosen_cases(session, sign_in, numbers):
    client = sign_in()
    assert "/cases/papers" in client.get("/cases").text
    page = client.get("/cases/papers?sort=number").text
    assert re.findall(r'name="number" value="([^"]+)"', page) == sorted(numbers)
    table = client.get("/cases/papers/summary-table", params={"number": numbers[:2]})
    assert table.headers["content-type"].endswith("spreadsheetml.sheet")
    name = unquote(table.headers["content-disposition"])
    assert re.search(r"attachment; filename\*=UTF-8''推荐汇总表-2家企业-\d{8}\.xlsx$", name)
    assert [row[1] for row in cells_of(table.content)[3:5]] == numbers[:2]
    letter = client.get("/cases/papers/recommendation-letter", params={"number": numbers[0]})
    assert any("浩口精工" in text for text in words_of(letter.content))
    told = session.scalars(select(JournalEvent).where(JournalEvent.type == "paper.made")).all()
    assert [event.data["rows"] for event in told] == [2, 1]


def test_none_chosen_and_foreign_cases_are_refused(session, sign_in, numbers):
    assert sign_in().get("/cases/papers/summary-table").status_code == 422
    assert sign_in().get(f"/cases/papers/no-such?number={numbers[0]}").status_code == 404
    stranger = sign_in(region="429006")
    assert stranger.get(f"/cases/papers/summary-table?number={numbers[0]}").status_code == 404
    assert numbers[0] not in stranger.get("/cases/papers").text
    session.expire_all()
    assert session.scalars(select(JournalEvent).where(JournalEvent.type == "paper.made")).all() == []


def test_a_template_is_downloaded_edited_uploaded_and_given_up(sign_in, numbers):
    client = sign_in("section_head")
    assert "/system/papers" in client.get("/system").text
    shipped = client.get("/system/papers/recommendation-letter/shipped")
    assert any("{{ 企业名单 }}" in text for text in words_of(shipped.content))
    refused = send(client, word("{{ 企业名字 }}"))
    assert refused.status_code == 422
    assert "不认识的占位符：“企业名字”" in refused.text
    assert client.submit("/system/papers", {"kind": "recommendation-letter"}).status_code == 422
    assert send(client, word("本局函：{{ 企业名称 }}")).status_code == 303
    letter = client.get(f"/cases/papers/recommendation-letter?number={numbers[0]}")
    assert words_of(letter.content)[0].startswith("本局函：浩口精工")
    page = client.get("/system/papers").text
    own = re.search(r'href="(/system/papers/own/\d+)"', page).group(1)
    assert words_of(client.get(own).content)[0] == "本局函：{{ 企业名称 }}"
    assert client.post_form(f"{own}/withdraw").status_code == 303
    assert "本局函" not in words_of(client.get(f"/cases/papers/recommendation-letter?number={numbers[0]}").content)[0]


def test_every_placeholder_is_listed(sign_in):
    from app.cases.printouts.placeholders import OF_CASE, OF_PAPER

    page = sign_in("administrator").get("/system/papers").text
    assert all(f"<code>{{{{ {each.name} }}}}</code>" in page for each in (*OF_PAPER, *OF_CASE))


def test_caseworkers_take_papers_and_keep_no_templates(sign_in):
    client = sign_in()
    assert client.get("/cases/papers").status_code == 200
    assert client.get("/system/papers").status_code == 403
    assert "/system/papers" not in client.get("/system").text


def send(client, body, kind="recommendation-letter", name="推荐函.docx"):
    file = (name, io.BytesIO(body), "application/octet-stream")
    return client.submit("/system/papers", {"kind": kind}, files={"template": file})
