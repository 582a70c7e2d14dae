"""系统 → 接口客户端: limits, keys shown once, an overlap that can be seen."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.accounts.service.clients import create_client
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM
from tests.support.client import Client

SignIn = Callable[..., Client]


@pytest.fixture
def client_id(session: Session, now: datetime) -> str:
    row, _secret = create_client(
        session, actor=SYSTEM, name="省平台（示例）", scopes="export:read", region_prefix="", now=now
    )
    return row.client_id


@pytest.fixture
def administrator(sign_in: SignIn) -> Client:
    return sign_in("administrator", "")


def row(session: Session) -> MachineClient:
    session.expire_all()
    return session.scalars(select(MachineClient)).one()


def test_limits_are_set_and_a_wrong_one_is_told_beside_its_field(
    administrator: Client, session: Session, client_id: str
) -> None:
    page = f"/system/clients/{client_id}"
    wrong = administrator.submit(page, {"allowed_addresses": "everywhere", "burst": "20"})
    assert wrong.status_code == 422 and "不是网段" in wrong.text and "everywhere" in wrong.text
    limits = {"allowed_addresses": "203.0.113.0/24\n198.51.100.7", "rate_per_second": "5", "burst": ""}
    assert administrator.submit(page, limits).headers["location"] == page
    kept = row(session)
    assert (kept.allowed_addresses, kept.rate_per_second, kept.burst) == ("203.0.113.0/24 198.51.100.7/32", 5, None)
    assert "203.0.113.0/24" in administrator.get("/system/clients").text


def test_a_renewed_secret_is_shown_once_with_the_end_of_the_former(
    administrator: Client, session: Session, client_id: str
) -> None:
    page = f"/system/clients/{client_id}"
    shown = administrator.submit(page, {"overlap_days": "3"}, to=f"{page}/secret").text
    assert "client_secret" in shown and "原密钥有效至" in shown
    assert "client_secret" not in administrator.get(page).text
    administrator.submit(page, {"overlap_days": "0"}, to=f"{page}/secret")
    assert "原密钥有效至" not in administrator.get(page).text
    refused = administrator.submit(page, {"overlap_days": "1000"}, to=f"{page}/secret")
    assert refused.status_code == 422 and "0–90" in refused.text


def test_signatures_are_asked_for_only_with_a_key(administrator: Client, session: Session, client_id: str) -> None:
    page = f"/system/clients/{client_id}"
    assert administrator.submit(page, {"signed_only": "1"}).status_code == 422
    assert "signature_key" in administrator.submit(page, to=f"{page}/signature-key").text
    assert administrator.submit(page, {"signed_only": "1"}).status_code == 303
    assert row(session).signed_only and "须签名" in administrator.get("/system/clients").text
    types = set(session.scalars(select(JournalEvent.type).where(JournalEvent.subject_kind == "client")))
    assert types == {"client.created", "client.limited", "client.signature_key"}


def test_a_disabled_client_can_only_be_looked_at(administrator: Client, client_id: str) -> None:
    page = f"/system/clients/{client_id}"
    administrator.submit(page, to=f"{page}/disable")
    shown = administrator.get(page).text
    assert "已停用" in shown and "<form" not in shown.partition("<main")[2].partition("</main")[0]
    assert administrator.post_form(f"{page}/signature-key").status_code == 409


def test_an_unknown_client_and_a_caseworker_are_refused(sign_in: SignIn, administrator: Client, client_id: str) -> None:
    assert administrator.get("/system/clients/ym-nobody").status_code == 404
    assert sign_in("caseworker").get(f"/system/clients/{client_id}").status_code == 403
