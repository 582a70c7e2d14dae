"""The website of a firm: an http(s) address, whoever writes it. That it is on every form and list is seen to by tests/house."""

from collections.abc import Callable
from datetime import date

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.enterprises.imports.firm.reader import load_tables, parse_firm
from app.enterprises.imports.row_reader import SourceRow
from app.enterprises.schemas import EnterpriseFields
from tests.factories.enterprises import fictional_code, firm
from tests.support.client import Client

GOOD = ("https://example.org", "http://www.example.org/关于?a=1#b", "HTTPS://EXAMPLE.ORG:8443/")
BAD = ("example.org", "ftp://example.org", "javascript:alert(1)", "https://", "https://a b.cn", "https://example", "无")


@pytest.mark.parametrize("text", ["", *GOOD])
def test_an_address_is_read(text: str) -> None:
    assert EnterpriseFields(name="甲乙（示例）", website=text).website == text


@pytest.mark.parametrize("text", [*BAD, "https://example.org/" + "a" * 181])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        EnterpriseFields(name="甲乙（示例）", website=text)


@pytest.mark.parametrize(("text", "read"), [*((text, text) for text in GOOD), *((text, None) for text in BAD)])
def test_a_cell_that_is_no_address_stays_empty_and_is_kept(session: Session, text: str, read: str | None) -> None:
    texts = {"uscc": fictional_code(1), "name": "甲乙（示例）", "website": text}
    found = parse_firm(SourceRow(2, [], texts, {}), load_tables(session, prefix="429005", today=date(2021, 1, 4)))
    assert (found.values.get("website"), found.unread.get("website")) == (read, None if read else text)


def test_the_form_says_what_an_address_is(sign_in: Callable[..., Client], session: Session) -> None:
    one, client = firm(session), sign_in()
    answer = client.submit(f"/enterprises/{one.uscc}/edit", {"website": "example.org"})
    assert answer.status_code == 422 and "请填写以 http:// 或 https:// 开头的网址。" in answer.text
    answer = client.submit(f"/enterprises/{one.uscc}/edit", {"website": GOOD[0]}, follow=True)
    assert GOOD[0] in answer.text
