from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises import queries
from app.enterprises.lists import ENTERPRISES, EnterpriseFilter, search_visible_to
from app.enterprises.models import Enterprise, FormerCode, FormerName
from app.enterprises.schemas import EnterpriseEdit, NewCode, NewEnterprise, ReasonInput
from app.enterprises.service import retiring
from app.enterprises.service.editing import change_code, change_fields, confirm_code, edit
from app.enterprises.service.registering import register
from app.journal.domain import PendingEvent
from app.kit.actor import SYSTEM
from app.kit.db import notes
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.lists.viewer import Viewer
from app.kit.merges import Clashing
from tests.factories.cases import opened
from tests.factories.enterprises import fictional_code, firm, wrong_code

Make = Callable[..., Any]


def new(**given: Any) -> NewEnterprise:
    values = {"uscc": fictional_code(700_000), "name": "泽口新材（示例）", "region_code": "429005007"}
    return NewEnterprise.model_validate(values | given)


def form_of(enterprise: Enterprise, **given: Any) -> EnterpriseEdit:
    values = {name: getattr(enterprise, name) for name in EnterpriseEdit.model_fields if hasattr(enterprise, name)}
    return EnterpriseEdit.model_validate(values | given)


def last_event(session: Session) -> PendingEvent:
    event: PendingEvent = notes(session)[-1]
    return event


# -- registering -------------------------------------------------------------------------------------------------------


def test_a_firm_is_registered_with_one_event(session: Session, actor: Make, now: datetime) -> None:
    officer = actor()
    given = new(registered_on="2015-03-02", capital="1,200.5", industry_code="3985", above_scale="true")
    enterprise = register(session, actor=officer, given=given, now=now)
    assert enterprise.capital_fen == 1_200_500_000
    assert enterprise.capital_currency == "CNY"
    assert (enterprise.name_pinyin, enterprise.name_initials) == ("ze kou xin cai shi li", "zkxcsl")
    assert enterprise.edited_fields["name"]["by"] == officer.name
    assert "park_code" not in enterprise.edited_fields
    assert len(notes(session)) == 1
    event = last_event(session)
    assert (event.type, event.subject.id) == ("enterprise.created", str(enterprise.id))
    assert event.changes["capital_fen"] == (None, 1_200_500_000)
    assert "park_code" not in event.changes


def test_a_wrong_check_character_needs_a_reason(session: Session, actor: Make, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        register(session, actor=actor(), given=new(uscc=wrong_code(5)), now=now)
    assert refused.value.code == "enterprise.uscc.check_mismatch"
    assert not notes(session)
    enterprise = register(session, actor=actor(), given=new(uscc=wrong_code(5), uscc_note="营业执照原件如此"), now=now)
    assert (enterprise.uscc_confirmed, enterprise.uscc_note) == (True, "营业执照原件如此")
    assert last_event(session).changes["uscc_note"] == (None, "营业执照原件如此")


def test_a_taken_code_names_its_holder_only_to_those_who_see_it(session: Session, actor: Make, now: datetime) -> None:
    firm(session, "武汉光谷", uscc=fictional_code(1), region_code="420111")
    firm(session, "潜江华中", uscc=fictional_code(2))
    with pytest.raises(Conflict) as elsewhere:
        register(session, actor=actor(), given=new(uscc=fictional_code(1)), now=now)
    assert "武汉光谷" not in elsewhere.value.message
    with pytest.raises(Conflict, match="潜江华中"):
        register(session, actor=actor(), given=new(uscc=fictional_code(2)), now=now)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"industry_code": "9999X"}, "industry_code"),
        ({"field_code": "999"}, "field_code"),
        ({"region_code": "429005999"}, "region_code"),
        ({"park_code": "nowhere"}, "park_code"),
        ({"scale": "huge"}, "scale"),
        ({"capital_currency": "XYZ"}, "capital_currency"),
        ({"registered_on": "2021-07-01"}, "registered_on"),
        ({"region_code": ""}, "region_code"),
    ],
)
def test_unknown_codes_are_refused_beside_their_field(
    session: Session, actor: Make, now: datetime, given: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        register(session, actor=actor(), given=new(**given), now=now)
    assert list(refused.value.fields) == [field]
    assert not notes(session)


def test_an_officer_registers_only_in_the_own_region(session: Session, actor: Make, now: datetime) -> None:
    with pytest.raises(Forbidden):
        register(session, actor=actor(), given=new(region_code="420111"), now=now)
    with pytest.raises(Forbidden):
        register(session, actor=actor(role="leader"), given=new(), now=now)


# -- editing -----------------------------------------------------------------------------------------------------------


def test_an_edit_writes_what_differs_and_marks_it(session: Session, actor: Make, now: datetime) -> None:
    enterprise = firm(session, "熊口铸造")
    notes(session).clear()
    assert edit(session, actor=actor(), enterprise=enterprise, given=form_of(enterprise, scale="small"), now=now)
    assert list(last_event(session).changes) == ["scale"]
    assert list(enterprise.edited_fields) == ["scale"]
    assert enterprise.version == 2
    assert not edit(session, actor=actor(), enterprise=enterprise, given=form_of(enterprise), now=now)
    assert len(notes(session)) == 1


def test_a_form_that_was_open_meanwhile_keeps_what_others_changed(session: Session, actor: Make, now: datetime) -> None:
    enterprise = firm(session, "熊口铸造")
    began, stale = form_of(enterprise).model_dump(), form_of(enterprise, address="章华路 1 号")
    edit(session, actor=actor(), enterprise=enterprise, given=form_of(enterprise, scale="medium"), now=now)
    assert edit(session, actor=actor(), enterprise=enterprise, given=stale, was=began, now=now)
    assert (enterprise.scale, enterprise.address) == ("medium", "章华路 1 号")
    assert list(last_event(session).changes) == ["address"]


def test_the_same_field_changed_by_both_is_asked_about(session: Session, actor: Make, now: datetime) -> None:
    enterprise = firm(session, "熊口铸造")
    began, stale = form_of(enterprise).model_dump(), form_of(enterprise, scale="small")
    edit(session, actor=actor(), enterprise=enterprise, given=form_of(enterprise, scale="medium"), now=now)
    for was in (began, None):
        with pytest.raises(Clashing) as asked:
            edit(session, actor=actor(), enterprise=enterprise, given=stale, was=was, now=now)
        assert [(clash.name, clash.theirs, clash.yours) for clash in asked.value.clashes] == [
            ("scale", "medium", "small")
        ]
    assert enterprise.scale == "medium"


def test_a_changed_name_keeps_the_old_one_findable(session: Session, actor: Make, now: datetime) -> None:
    officer, enterprise = actor(), firm(session, "熊口铸造")
    edit(session, actor=officer, enterprise=enterprise, given=form_of(enterprise, name="楚汉重工（示例）"), now=now)
    assert session.scalars(select(FormerName.name)).all() == ["熊口铸造（示例）"]
    for query in ("熊口", "chuhan", "chzg", "xkzz"):
        assert search_visible_to(session, officer, query) == [enterprise]


def test_a_capital_set_by_hand_replaces_the_imported_wording(session: Session, actor: Make, now: datetime) -> None:
    enterprise = firm(session, "熊口铸造", capital_text="9万美元左右", capital_remark="看不懂")
    edit(session, actor=actor(), enterprise=enterprise, given=form_of(enterprise, capital_fen=5_000_000), now=now)
    assert (enterprise.capital_text, enterprise.capital_remark, enterprise.capital_currency) == ("", "", "CNY")
    assert enterprise.capital_key == 5_000_000


def test_an_import_takes_marks_away(session: Session, actor: Make, now: datetime) -> None:
    enterprise = firm(session, "熊口铸造")
    edit(session, actor=actor(), enterprise=enterprise, given=form_of(enterprise, scale="small", kind="国有"), now=now)
    change_fields(session, actor=SYSTEM, enterprise=enterprise, values={"scale": "large"}, now=now, by_hand=False)
    assert list(enterprise.edited_fields) == ["kind"]


def test_a_firm_cannot_be_moved_out_of_reach(session: Session, actor: Make, now: datetime) -> None:
    enterprise = firm(session, "熊口铸造")
    with pytest.raises(Forbidden):
        edit(session, actor=actor(), enterprise=enterprise, given=form_of(enterprise, region_code="420111"), now=now)
    other = firm(session, "武汉光谷", region_code="420111")
    with pytest.raises(Forbidden):
        edit(session, actor=actor(), enterprise=other, given=form_of(other, scale="small"), now=now)


# -- codes -------------------------------------------------------------------------------------------------------------


def test_a_waiting_code_is_confirmed_with_a_reason(session: Session, actor: Make, now: datetime) -> None:
    enterprise = firm(session, uscc=wrong_code(9), uscc_confirmed=False)
    confirm_code(session, actor=actor(), enterprise=enterprise, given=ReasonInput(reason="已核对原件"), now=now)
    assert (enterprise.uscc_confirmed, enterprise.uscc_note) == (True, "已核对原件")
    assert last_event(session).type == "enterprise.code_confirmed"
    with pytest.raises(Conflict):
        confirm_code(session, actor=actor(), enterprise=enterprise, given=ReasonInput(reason="再来"), now=now)


def test_an_old_code_keeps_resolving(session: Session, actor: Make, now: datetime) -> None:
    head = actor(role="section_head")
    enterprise = firm(session, uscc=fictional_code(11))
    change_code(session, actor=head, enterprise=enterprise, given=NewCode(uscc=fictional_code(12)), now=now)
    for number in (11, 12):
        assert queries.get_by_uscc_visible_to(session, head, fictional_code(number)) is enterprise
    assert search_visible_to(session, head, fictional_code(11)[4:]) == [enterprise]
    change_code(session, actor=head, enterprise=enterprise, given=NewCode(uscc=fictional_code(11)), now=now)
    assert session.scalars(select(FormerCode.uscc)).all() == [fictional_code(12)]


def test_a_code_cannot_be_taken_from_another_firm(session: Session, actor: Make, now: datetime) -> None:
    head = actor(role="section_head")
    one, other = firm(session, uscc=fictional_code(21)), firm(session, uscc=fictional_code(22))
    for code, refusal in ((22, "taken"), (21, "same")):
        with pytest.raises(Conflict) as refused:
            change_code(session, actor=head, enterprise=one, given=NewCode(uscc=fictional_code(code)), now=now)
        assert refused.value.code == f"enterprise.uscc.{refusal}"
    with pytest.raises(Forbidden):
        change_code(session, actor=actor(), enterprise=other, given=NewCode(uscc=fictional_code(23)), now=now)


# -- retiring ----------------------------------------------------------------------------------------------------------


def test_a_retired_firm_leaves_the_lists_and_comes_back(session: Session, actor: Make, now: datetime) -> None:
    head, enterprise = actor(role="section_head"), firm(session)
    everything = EnterpriseFilter()
    retiring.retire(session, actor=head, enterprise=enterprise, given=ReasonInput(reason="注销"), now=now)
    assert enterprise.disabled_on == date(2021, 6, 30)
    assert ENTERPRISES.count(Viewer(session, head, date(2021, 6, 30)), everything).n == 0
    assert ENTERPRISES.count(Viewer(session, head, date(2021, 6, 30)), replace(everything, retired=True)).n == 1
    with pytest.raises(Conflict):
        edit(session, actor=head, enterprise=enterprise, given=form_of(enterprise, scale="small"), now=now)
    retiring.restore(session, actor=head, enterprise=enterprise, now=now)
    assert ENTERPRISES.count(Viewer(session, head, date(2021, 6, 30)), everything).n == 1
    with pytest.raises(Conflict):
        retiring.restore(session, actor=head, enterprise=enterprise, now=now)


def test_an_upper_slice_may_object(session: Session, actor: Make, now: datetime) -> None:
    enterprise = firm(session)
    opened(session, actor(), now, enterprise=enterprise)
    with pytest.raises(Conflict, match="还有在办件"):
        retiring.retire(
            session, actor=actor(role="section_head"), enterprise=enterprise, given=ReasonInput(reason="注销"), now=now
        )
    assert enterprise.disabled_on is None


def test_only_heads_retire(session: Session, actor: Make, now: datetime) -> None:
    with pytest.raises(Forbidden):
        retiring.retire(session, actor=actor(), enterprise=firm(session), given=ReasonInput(reason="注销"), now=now)


def test_payloads_are_kept_as_they_are(session: Session, actor: Make, now: datetime) -> None:
    payload = "'; drop table enterprise; -- <script>alert(1)</script>"
    enterprise = register(
        session,
        actor=actor(),
        given=new(name=payload, kind=payload, address=payload, business_scope=payload, legal_representative=payload),
        now=now,
    )
    session.expire(enterprise)
    assert enterprise.kind == enterprise.address == enterprise.business_scope == payload
    assert session.scalar(select(func.count()).select_from(Enterprise)) == 1
    assert search_visible_to(session, actor(), payload) == [enterprise]
