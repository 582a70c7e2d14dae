"""The pages of incentives and schemes, as a browser meets them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.incentives.imported.past_awards import PAST_AWARDS
from app.incentives.models import Incentive
from app.kit import db
from tests.factories.commissioners import firm
from tests.factories.incentives import certificate
from tests.support.client import Client
from tests.support.taking import Hand

SignIn = Callable[..., Client]
FIRST = "high-tech-first-recognition"
ADVISORY = "预计可享受，以主管部门审定为准"


def entitled(session: Session) -> tuple[Enterprise, str]:
    """A firm with a first certificate, and the address that recommends it."""
    where = firm(session)
    fact = certificate(session, where, date(2021, 3, 1))
    key = quote(f"certificate:{fact.id}")
    return where, f"/incentives/recommend?uscc={where.uscc}&scheme={FIRST}&fact={key}"


def test_a_firm_goes_from_entitled_to_paid_by_the_pages(sign_in: SignIn, session: Session) -> None:
    where, recommend = entitled(session)
    client = sign_in(role="section_head")
    listed = client.get("/incentives")
    assert where.name in listed.text and ADVISORY in listed.text and "由本局设定" in listed.text
    made = client.submit(recommend, {"happened_on": "2021-06-01"})
    assert made.status_code == 303
    record = made.headers["location"]
    assert where.name not in client.get("/incentives").text
    assert where.name in client.get("/incentives?state=recommended").text
    missing = client.submit(f"{record}/award", {"happened_on": "2021-06-10"})
    assert missing.status_code == 422 and "必须有金额" in missing.text
    given = {"happened_on": "2021-06-10", "amount": "100000", "document": "潜科文（示例）2号"}
    assert client.submit(f"{record}/award", given).status_code == 303
    above = client.submit(f"{record}/pay", {"happened_on": "2021-06-20", "amount": "100000.01"})
    assert above.status_code == 422 and "超过审定金额" in above.text
    assert client.submit(f"{record}/pay", {"happened_on": "2021-06-20"}).status_code == 303
    row = session.scalars(select(Incentive)).one()
    assert (row.state, row.amount_fen) == ("paid", 10_000_000)
    shown = client.get(record).text
    assert ADVISORY in shown and "100,000" in shown
    undone = client.submit(record, {"reason": "重复登记"}, to=f"{record}/undo")
    assert undone.status_code == 303
    assert "已撤销" in client.get(record).text
    assert client.submit(record, {"reason": ""}, to=f"{record}/undo").status_code == 422


def test_a_caseworker_recommends_and_leaves_the_rest_to_the_head(sign_in: SignIn, session: Session) -> None:
    _where, recommend = entitled(session)
    client = sign_in()
    record = client.submit(recommend, {"happened_on": "2021-06-01"}).headers["location"]
    shown = client.get(record).text
    assert f"{record}/award" not in shown and f"{record}/undo" not in shown
    assert client.get(f"{record}/award").status_code == 403
    leader = sign_in(role="leader")
    assert leader.get(record).status_code == 200
    assert leader.get(recommend).status_code == 403


def test_what_is_recommended_cannot_be_recommended_again(sign_in: SignIn, session: Session) -> None:
    where, recommend = entitled(session)
    client = sign_in()
    client.submit(recommend, {"happened_on": "2021-06-01"})
    assert client.get(recommend).status_code == 404
    listed = client.get(f"/incentives/enterprises/{where.uscc}").text
    assert "已推荐" in listed and ADVISORY in listed


def test_a_head_sets_an_amount_with_its_document(sign_in: SignIn, session: Session) -> None:
    where, _recommend = entitled(session)
    address = f"/incentives/schemes/{FIRST}"
    client = sign_in(role="section_head")
    assert "尚未核实" in client.get(address).text
    nothing = client.submit(f"{address}/amount", {"amount": "0", "document_number": ""})
    assert nothing.status_code == 422
    given = {"amount": "1,234.50", "effective_from": "2021-01-01", "document_number": "潜科文（示例）1号"}
    assert client.submit(f"{address}/amount", given).status_code == 303
    shown = client.get(address).text
    assert "1,234.5" in shown and "潜科文（示例）1号" in shown and "尚未核实" not in shown
    assert "1,234.5" in client.get(f"/incentives/enterprises/{where.uscc}").text
    caseworker = sign_in()
    assert f"{address}/amount" not in caseworker.get(address).text
    assert caseworker.get(f"{address}/amount").status_code == 403


def test_lists_filter_export_and_keep_to_the_region(sign_in: SignIn, session: Session) -> None:
    where, _recommend = entitled(session)
    client = sign_in()
    assert where.name in client.get(f"/incentives?scheme={FIRST}").text
    assert where.name not in client.get("/incentives?scheme=joint-innovation-centre-filing").text
    exported = client.get("/incentives/export.csv").text
    assert where.name in exported and ADVISORY in exported
    assert client.get("/incentives/export.xlsx?state=paid").content[:2] == b"PK"
    assert "还没有" not in client.get("/incentives/schemes").text
    foreign = sign_in(region="429004")
    assert where.name not in foreign.get("/incentives").text
    assert foreign.get(f"/incentives/enterprises/{where.uscc}").status_code == 404
    assert foreign.get(f"/incentives/schemes/{FIRST}").status_code == 404


def test_the_list_asks_the_same_number_of_questions_for_many(
    sign_in: SignIn, session: Session, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client = sign_in()
    numbers = []
    for more in (3, 30):
        for _n in range(more):
            entitled(session)
        client.get("/incentives")
        with count_queries() as asked:
            client.get("/incentives")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 9


def test_awards_of_the_past_stand_on_the_page_of_their_firm(sign_in: SignIn, session: Session) -> None:
    where = firm(session)
    row = {
        "uscc": where.uscc,
        "scheme_name": "瞪羚企业奖励（示例）",
        "amount_fen": "7.5",
        "year": "2019",
        "paid_on": "暂缓",
    }
    Hand(session, PAST_AWARDS, units={"amount_fen": "万元"}).take([row])
    db.commit(session)
    page = sign_in().get(f"/incentives/enterprises/{where.uscc}").text
    assert "瞪羚企业奖励（示例）" in page
    assert "75,000 元" in page
    assert "未拨付" in page
