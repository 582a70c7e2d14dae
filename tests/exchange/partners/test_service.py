"""Setting partners up: what is refused by field, what the journal says, who may."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from gmssl_pyx import sm2_key_generate
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service.clients import create_client
from app.exchange.catalogue import list_definitions
from app.exchange.partners import service
from app.exchange.partners.keys import signer_of, verifier_of
from app.exchange.partners.queries import get_partner, list_partners
from app.exchange.partners.schemas import PartnerChange
from app.exchange.signatures import SignatureScheme
from app.journal.models import JournalEvent, JournalFollower
from app.journal.queries import head_position
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import Database, session_scope
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.simulator.certificate import VALID_FOR, make_certificate
from tests.factories.partners import SECRET, new_partner, partner


def create(session: Session, now: datetime, actor: Any = SYSTEM, **given: Any) -> Any:
    made = service.create_partner(session, actor=actor, now=now, secret=SECRET, given=new_partner(**given))
    db.commit(session)
    return made


def events(session: Session) -> list[JournalEvent]:
    of_partner = select(JournalEvent).where(JournalEvent.subject_kind == "partner")
    return list(session.scalars(of_partner.order_by(JournalEvent.position)))


def test_a_partner_is_made_with_a_key_and_follows_from_here(session: Session, now: datetime) -> None:
    create(session, now, code="earlier")
    head = head_position(session)
    made, key = create(session, now)
    assert verifier_of(made, SECRET, now).fits(b"x", signer_of(made, SECRET).sign(b"x"))
    assert len(key) == 64
    follower = session.get_one(JournalFollower, "exchange:province")
    assert follower.position == head
    told = events(session)[-1]
    assert (told.type, told.changes["base_url"]) == ("partner.created", [None, "https://province.example/exchange"])
    assert key not in str(told.changes) + str(told.data)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "ftp://province.example"),
        ("base_url", "province.example"),
        ("base_url", "https://"),
        ("base_url", "https://user:word@province.example"),
        ("base_url", "https://province.example/?x=1"),
        ("base_url", "https://province.example:99999"),
        ("base_url", "https://pro vince.example"),
        ("base_url", ""),
        ("definition", "nobody"),
        ("definition", "../province"),
        ("definition_version", "v99"),
        ("resources", ("enterprises", "secrets")),
        ("resources", ()),
        ("region_prefix", "湖北"),
        ("client_id", "ym-nobody"),
    ],
)
def test_what_cannot_be_is_refused_by_field(session: Session, now: datetime, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        create(session, now, **{field: value})
    assert set(refused.value.fields) == {field}
    assert list_partners(session) == []


def test_files_need_no_address_and_never_go_by_themselves(session: Session, now: datetime) -> None:
    create(session, now, transport="files", base_url="")
    with pytest.raises(Invalid) as refused:
        create(session, now, code="other", transport="files", base_url="", follows=True)
    assert set(refused.value.fields) == {"follows"}


def test_a_client_that_calls_back_needs_the_scope(session: Session, now: datetime) -> None:
    reader, _secret = create_client(session, actor=SYSTEM, name="省级", scopes="export:read", region_prefix="", now=now)
    with pytest.raises(Invalid) as refused:
        create(session, now, client_id=reader.client_id)
    assert set(refused.value.fields) == {"client_id"}
    teller, _secret = create_client(
        session, actor=SYSTEM, name="省级", scopes="exchange:receipts", region_prefix="", now=now
    )
    made, _key = create(session, now, client_id=teller.client_id)
    assert made.client_row_id == teller.id
    with pytest.raises(Invalid) as refused:  # whose receipts would it bring?
        create(session, now, code="other", client_id=teller.client_id)
    assert set(refused.value.fields) == {"client_id"}
    given = service.connection_values(session, made) | {"version": made.version, "name": "新名称（示例）"}
    service.change_partner(session, actor=SYSTEM, now=now, partner=made, given=PartnerChange.model_validate(given))


def test_codes_are_simple_and_unique(session: Session, now: datetime) -> None:
    create(session, now)
    with pytest.raises(Conflict):
        create(session, now)
    with pytest.raises(ValidationError):
        create(session, now, code="A partner")


def test_a_change_needs_the_present_version(session: Session, now: datetime) -> None:
    made = partner(session)
    values = service.connection_values(session, made) | {"name": "新名称（示例）"}
    change = PartnerChange.model_validate(values | {"version": made.version})
    service.change_partner(session, actor=SYSTEM, now=now, partner=made, given=change)
    with pytest.raises(Conflict) as refused:
        service.change_partner(session, actor=SYSTEM, now=now, partner=made, given=change)
    assert refused.value.code == "partner.stale"
    db.commit(session)
    assert events(session)[-1].changes == {"name": ["省级系统（示例）", "新名称（示例）"]}


def test_a_change_of_nothing_is_no_event(session: Session, now: datetime) -> None:
    made = partner(session)
    same = PartnerChange.model_validate(service.connection_values(session, made) | {"version": made.version})
    service.change_partner(session, actor=SYSTEM, now=now, partner=made, given=same)
    db.commit(session)
    assert [event.type for event in events(session)] == ["partner.created"]


def test_a_new_key_by_another_scheme(session: Session, now: datetime) -> None:
    made = partner(session)
    before = made.key_id
    told = service.renew_key(session, actor=SYSTEM, now=now, secret=SECRET, partner=made, scheme=SignatureScheme.SM2)
    assert (made.scheme, len(told)) == (SignatureScheme.SM2, 128)
    db.commit(session)
    assert events(session)[-1].data == {"scheme": "sm2", "key_id": made.key_id}
    assert made.key_id != before


def test_a_certificate_is_pinned_with_its_end(session: Session, now: datetime) -> None:
    made, public_private = partner(session), sm2_key_generate()
    valid, expired = (
        make_certificate(public_private[1], public_private[0], "Province (fictional)", now - age)
        for age in (timedelta(days=1), VALID_FOR + timedelta(days=1))
    )
    service.keep_certificate(session, actor=SYSTEM, now=now, partner=made, text=valid)
    ends = now - timedelta(days=1) + VALID_FOR
    assert made.certificate_until == ends
    with pytest.raises(Conflict):
        service.keep_certificate(session, actor=SYSTEM, now=now, partner=made, text=expired)
    with pytest.raises(Invalid):
        service.keep_certificate(session, actor=SYSTEM, now=now, partner=made, text="no certificate")
    assert made.certificate_until == ends
    db.commit(session)
    assert events(session)[-1].data == {"subject": "CN=Province (fictional)", "key": public_private[0].hex()}


def test_disabled_and_enabled_again(session: Session, now: datetime) -> None:
    made = partner(session)
    service.disable_partner(session, actor=SYSTEM, now=now, partner=made)
    with pytest.raises(Conflict):
        service.disable_partner(session, actor=SYSTEM, now=now, partner=made)
    with pytest.raises(Invalid):
        service.require_served(made)
    service.enable_partner(session, actor=SYSTEM, now=now, partner=made)
    service.require_served(made)
    with pytest.raises(Conflict):
        service.enable_partner(session, actor=SYSTEM, now=now, partner=made)
    db.commit(session)
    assert [event.type for event in events(session)] == ["partner.created", "partner.disabled", "partner.enabled"]


@pytest.mark.parametrize("role", ["caseworker", "section_head", "leader"])
def test_only_administrators_set_partners_up(session: Session, now: datetime, actor: Any, role: str) -> None:
    with pytest.raises(Forbidden):
        create(session, now, actor(role=role))
    create(session, now, actor(role="administrator"))


def test_reading(session: Session, now: datetime) -> None:
    create(session, now, code="second", name="乙（示例）")
    create(session, now, code="first", name="丙（示例）")
    made, _key = create(session, now, code="gone", name="甲（示例）")
    service.disable_partner(session, actor=SYSTEM, now=now, partner=made)
    assert list_partners(session)[-1].code == "gone"
    with pytest.raises(NotFound):
        get_partner(session, "nobody")
    assert "v1" in list_definitions()["province"]


def test_a_code_that_another_takes_at_the_same_moment_is_refused_in_the_same_words(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session_scope(database) as session:
        create(session, now, code="twice")
    with session_scope(database) as session:
        with pytest.raises(Conflict) as seen:
            create(session, now, code="twice")
        monkeypatch.setattr(service, "find_partner", lambda *_: None)  # it was not there yet when it was looked up
        with pytest.raises(Conflict) as raced:
            create(session, now, code="twice")
        assert (raced.value.code, raced.value.fields) == (seen.value.code, seen.value.fields)
        create(session, now, code="other")
    with session_scope(database) as session:
        assert {each.code for each in list_partners(session)} == {"twice", "other"}
