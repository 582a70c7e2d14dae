"""合并企业 as an officer goes through it: from the pair to the page, merged, found under the old address, taken back."""

import random
from collections.abc import Callable
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.merges.models import FirmMerge
from app.enterprises.models import Contact
from tests.factories.enterprises import NOW, firm
from tests.support.client import Client
from tests.support.merges import World
from tests.support.people import enterprise_user

SignIn = Callable[..., Client]


def test_a_pair_becomes_one_firm_and_two_again(client: Client, sign_in: SignIn, session: Session) -> None:
    full, bare = World(session).firm(random.Random(1), full=True), firm(session, address="浩口工业园 3 号路")
    told = {"one_id": full.id, "other_id": bare.id, "score_e4": 9100, "facts_sha256": "0" * 64, "found_at": NOW}
    pair = DuplicatePair(decision="same", decided_by="王", decided_at=NOW, **told)
    session.add(pair)
    enterprise_user(session, enterprise_id=bare.id)
    session.flush()
    key, code, other = pair.id, full.uscc, bare.uscc
    sign_in()
    assert f"/enterprises/duplicates/{key}/merge" in client.get("/enterprises/duplicates?decided=same").text
    address = client.get(f"/enterprises/duplicates/{key}/merge").headers["location"]
    assert address == f"/enterprises/{code}/merge/{other}"
    page = client.get(address).text
    assert "浩口工业园 3 号路" in page and "企业账号" in page and f"/enterprises/{other}/merge/{code}" in page
    done = client.submit(address, {"field-address": "other"})
    assert done.status_code == HTTPStatus.SEE_OTHER, done.text
    merge = session.scalars(select(FirmMerge)).one().id
    assert done.headers["location"].startswith(f"/enterprises/merges/{merge}?next=")
    assert "下一对" in client.get(done.headers["location"]).text
    assert session.get(DuplicatePair, key) is None
    moved = client.get(f"/enterprises/{other}")
    assert moved.headers["location"].startswith(f"/enterprises/{code}")
    assert f"/enterprises/merges/{merge}" in client.get(f"/enterprises/{code}").text
    assert "并入另一家企业" in client.get(f"/enterprises/{other}/timeline").text
    assert (
        client.submit(f"/enterprises/merges/{merge}", to=f"/enterprises/merges/{merge}/undo").status_code
        == HTTPStatus.SEE_OTHER
    )
    assert session.get_one(FirmMerge, merge).undone_at is not None and session.get(DuplicatePair, key) is not None
    assert client.get(f"/enterprises/{other}").status_code == HTTPStatus.OK
    assert "这次合并已撤销" in client.get(f"/enterprises/merges/{merge}").text


def test_who_sees_one_firm_only_finds_no_page(client: Client, sign_in: SignIn, session: Session) -> None:
    mine, other = firm(session).uscc, firm(session, region_code="421003001").uscc
    sign_in()
    assert client.get(f"/enterprises/{mine}/merge/{other}").status_code == HTTPStatus.NOT_FOUND
    refused = client.post_form(f"/enterprises/{mine}/merge/{mine}")
    assert "它自己" in client.get(refused.headers["location"]).text
    sign_in(role="leader")
    assert client.get(f"/enterprises/{mine}/merge/{mine}").status_code == HTTPStatus.FORBIDDEN


def test_a_firm_with_itself_is_no_page(client: Client, sign_in: SignIn, session: Session) -> None:
    code = firm(session).uscc
    sign_in()
    refused = client.get(f"/enterprises/{code}/merge/{code}")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "不能把一家企业与它自己合并" in refused.text


def test_the_queue_is_gone_through_pair_by_pair(client: Client, sign_in: SignIn, session: Session) -> None:
    """What agrees, what moves and what differs is said; after each decision comes the next pair of the same queue, and the way back."""
    told = {"address": "浩口工业园 3 号路", "legal_representative": "曾（示例）"}
    pairs = []
    for score in (9_900, 9_000, 6_000):
        one, other = (
            firm(session, "潜江市楚禾粮油有限公司", **told),
            firm(session, "潜江市楚禾粮油有限责任公司", **told),
        )
        session.add_all(
            Contact(enterprise_id=key, name="郭（示例）", note=str(n))
            for n, key in enumerate((one.id, one.id, other.id))
        )
        observed = {"name": "identical", "code": "other"}
        pair = DuplicatePair(
            one_id=one.id, other_id=other.id, score_e4=score, observed=observed, facts_sha256="", found_at=NOW
        )
        session.add(pair)
        session.flush()
        pairs.append(pair)
    first, second, low = (f"/enterprises/duplicates/{pair.id}" for pair in pairs)
    sign_in()
    queue = "queue=score%3D80"
    assert f'href="{first}/merge?{queue}"' in client.get("/enterprises/duplicates?score=80").text
    address = client.get(f"{first}/merge?{queue}").headers["location"]
    page = client.get(address).text
    assert "名称相同 · 有 2 项不同" in page and "下一对，还有 1 对" in page and f"{second}/merge?{queue}" in page
    assert "项相同，已收起" in page and "两家的都保留" in page and "校验位" in page and "<b>责任</b>" in page
    entered = client.submit(address, {"undecided": "yes"}, to=address.partition("?")[0])
    assert entered.headers["location"] == address, "Enter in a choice decides nothing"
    form = {"decision": "different", "was": "", "next": f"{second}/merge?{queue}"}
    decided = client.post_form(f"{first}/decide", form)
    assert decided.headers["location"] == f"{second}/merge?{queue}&done={pairs[0].id}"
    page = client.get(decided.headers["location"], follow_redirects=True).text
    assert "不是同一家" in page and "这是最后一对" in page and low not in page
    assert f'name="next" value="{first}/merge?{queue}"' in page, "who takes it back sees the two again"
    of_other = client.get(client.get(f"{low}/merge").headers["location"] + "?fields=other").text
    assert of_other.count('value="other" checked') == 2


def test_what_somebody_else_said_meanwhile_is_not_said_over(client: Client, sign_in: SignIn, session: Session) -> None:
    told = {"score_e4": 9_000, "facts_sha256": "", "found_at": NOW, "decision": "same", "decided_by": "李"}
    pair = DuplicatePair(one_id=firm(session).id, other_id=firm(session).id, **told)
    session.add(pair)
    session.flush()
    sign_in()
    address = f"/enterprises/duplicates/{pair.id}/decide"
    refused = client.post_form(address, {"decision": "different"})
    assert "李 已经判断过这一对" in client.get(refused.headers["location"]).text
    client.post_form(address, {"decision": "different", "was": "same"})
    assert session.get_one(DuplicatePair, pair.id, populate_existing=True).decision == "different"
