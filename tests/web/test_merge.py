"""合并企业 as an officer goes through it: from the pair to the page, merged, found under the old address, taken back."""

import random
from collections.abc import Callable
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.merges.models import FirmMerge
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
    assert done.headers["location"] == f"/enterprises/merges/{merge}"
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
