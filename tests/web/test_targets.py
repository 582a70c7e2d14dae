"""The plan's page and the rows behind its numbers."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.config import ROOT
from app.kit.actor import SYSTEM
from app.targets import seed
from tests.factories.commissioners import agreement, expert, firm
from tests.factories.incentives import case_with_marker, certificate
from tests.support.client import Client

SignIn = Callable[..., Client]


def rows_of(text: str) -> int:
    return len(re.findall(r'class="row-link"', text))


def furnish(session: Session, officer: Any, now: datetime) -> None:
    """Three firms with certificates, two applications, one filing, one commissioner: all of 2021."""
    for _n in range(3):
        certificate(session, firm(session), date(2021, 1, 10))
    for _n in range(2):
        case_with_marker(session, firm(session), "high-tech-enterprise", "submitted", date(2021, 3, 1))
    case_with_marker(session, firm(session), "joint-innovation-centre", "submitted", date(2021, 3, 1))
    agreement(session, officer, now, expert(session, officer, now), firm(session))


def test_every_number_opens_exactly_its_rows(
    sign_in: SignIn, session: Session, actor: Callable[..., Any], now: datetime
) -> None:
    furnish(session, actor(), now)
    client = sign_in()
    shown = client.get("/targets?year=2021").text
    for code, count in (("T10a", 2), ("T6", 1), ("T13a", 1), ("T10b", 3), ("G1", 3), ("T13b", 0)):
        assert re.search(rf'href="/targets/{code}\?year=2021">{count}</a>', shown), code
        assert rows_of(client.get(f"/targets/{code}?year=2021").text) == count
        exported = client.get(f"/targets/{code}/export.csv?year=2021").text
        assert len(exported.strip().splitlines()) == count + 1
        assert client.get(f"/targets/{code}/export.xlsx?year=2021").content[:2] == b"PK"


def test_the_plan_is_shown_item_by_item_with_its_own_comparisons(sign_in: SignIn) -> None:
    shown = sign_in().get("/targets?year=2021").text
    for text in ("&gt; 60 家", "&gt; 110 家", "≥ 20 家", "≥ 10 家", "≥ 5 名", "潜科文〔2021〕8号", "突破110家"):
        assert text in shown
    assert "尚未录入" not in shown


def test_a_year_without_a_plan_says_whose_targets_it_shows(sign_in: SignIn) -> None:
    shown = sign_in().get("/targets?year=2023").text
    assert "2023 年的工作要点尚未录入" in shown and "2021 年工作要点" in shown


def test_an_area_without_a_plan_says_what_to_do(sign_in: SignIn) -> None:
    client = sign_in(region="110000")
    assert "还没有工作要点" in client.get("/targets").text
    assert client.get("/targets/T10a").status_code == 404


def test_an_item_that_is_not_counted_has_no_rows(sign_in: SignIn) -> None:
    client = sign_in()
    assert client.get("/targets/G2").status_code == 404
    assert client.get("/targets/XX").status_code == 404


def test_rows_are_paged_whole(sign_in: SignIn, session: Session) -> None:
    for _n in range(53):
        certificate(session, firm(session), date(2021, 1, 10))
    client = sign_in()
    first = client.get("/targets/T10b?year=2021").text
    assert rows_of(first) == 50
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    assert rows_of(client.get(following[1].replace("&amp;", "&")).text) == 3


def test_the_page_asks_the_same_number_of_questions_for_many(
    sign_in: SignIn,
    session: Session,
    actor: Callable[..., Any],
    now: datetime,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    client, officer = sign_in(), actor()
    numbers = []
    for more in (1, 5):  # below every target: a target that is met asks one question less
        for _n in range(more):
            furnish(session, officer, now)
        client.get("/targets?year=2021")
        with count_queries() as asked:
            client.get("/targets?year=2021")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 13


def test_a_correction_says_of_what_and_its_targets_are_shown(
    sign_in: SignIn, session: Session, now: datetime, tmp_path: Path
) -> None:
    client = sign_in()
    assert "次更正" not in client.get("/targets?year=2021").text
    (tmp_path / "plans").mkdir()
    text = (ROOT / "seeds" / "plans" / "qianjiang-2021.yaml").read_text(encoding="utf-8")
    corrected = text.replace("target: 60", "target: 70").replace(
        "code: qianjiang-2021", 'code: qianjiang-2021\nsupersedes: "qianjiang-2021"'
    )
    for name, content in (("qianjiang-2021", text), ("qianjiang-2021.r1", corrected)):
        (tmp_path / "plans" / f"{name}.yaml").write_text(content, encoding="utf-8")
    seed.load(session, tmp_path, SYSTEM, now)
    shown = client.get("/targets?year=2021").text
    assert "这是第 1 次更正，取代“2021年潜江市科技工作要点”（潜科文〔2021〕8号，qianjiang-2021）" in shown
    assert "&gt; 70 家" in shown
    assert "&gt; 60 家" not in shown
