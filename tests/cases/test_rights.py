"""A class II right serves one application; the database says so too."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.cases.facts import CLASS_TWO_UNUSED, PROVIDER
from app.cases.models import ClassTwoUse
from app.cases.schemas import ChooseRights
from app.cases.service.rights import choose_rights
from app.kit.errors import Conflict, Invalid
from tests.factories import cases
from tests.support import facts


def choose(session, who, now, case, *rights):
    command = ChooseRights(version=case.version, ip_ids=[right.id for right in rights])
    return choose_rights(session, actor=who, now=now, number=case.number, command=command)


def uses(session):
    rows = session.scalars(select(ClassTwoUse).order_by(ClassTwoUse.id))
    return [(row.ip_id, row.used_on, row.released_on) for row in rows]


def test_choosing_exactly_these(session, actor, now):
    who, firm = actor(), cases.firm(session)
    first, second = cases.right(session, firm), cases.right(session, firm)
    case = cases.opened(session, who, now, firm).row
    choose(session, who, now, case, first, second)
    choose(session, who, now, case, second)
    assert uses(session) == [(first.id, None, date(2021, 6, 30)), (second.id, None, None)]
    choose(session, who, now, case, first, second)
    assert [row[2] for row in uses(session)] == [date(2021, 6, 30), None, None]
    with pytest.raises(Invalid, match="没有变化"):
        choose(session, who, now, case, first, second)


def test_submission_uses_them_up_and_withdrawal_lets_them_go(session, actor, now):
    head, firm = actor(role="section_head"), cases.firm(session)
    right = cases.right(session, firm)
    case = cases.led_to(session, head, now, "filing", enterprise=firm)
    choose(session, head, now, case, right)
    cases.step(session, head, now, case, "submit")
    assert uses(session) == [(right.id, date(2021, 6, 30), None)]
    with pytest.raises(Conflict, match="不能再取消"):
        choose(session, head, now, case)
    cases.step(session, head, now, case, "withdraw", reason="企业放弃")
    assert uses(session) == [(right.id, date(2021, 6, 30), date(2021, 6, 30))]


def test_a_rejected_application_keeps_its_rights_used(session, actor, now):
    head, firm = actor(role="section_head"), cases.firm(session)
    right = cases.right(session, firm)
    case = cases.led_to(session, head, now, "filing", enterprise=firm)
    choose(session, head, now, case, right)
    cases.step(session, head, now, case, "submit")
    cases.step(session, head, now, case, "reject", reason="材料不实")
    again = cases.opened(session, head, now, firm).row
    with pytest.raises(Conflict, match=case.number):
        choose(session, head, now, again, right)


@pytest.mark.parametrize(
    ("given", "why"),
    [({"used_before": 1}, "之前已用过"), ({"expires_on": date(2021, 6, 29)}, "到期")],
)
def test_rights_that_cannot_serve(session, actor, now, given, why):
    who, firm = actor(), cases.firm(session)
    right = cases.right(session, firm, **given)
    case = cases.opened(session, who, now, firm).row
    with pytest.raises(Conflict, match=why):
        choose(session, who, now, case, right)


def test_neither_another_firms_nor_class_one(session, actor, now):
    who, firm = actor(), cases.firm(session)
    strange = cases.right(session, cases.firm(session))
    invention = cases.right(session, firm, ip_class=1)
    case = cases.opened(session, who, now, firm).row
    for right in (strange, invention):
        with pytest.raises(Invalid):
            choose(session, who, now, case, right)


def test_a_programme_that_uses_none_refuses(session, actor, now):
    who, firm = actor(), cases.firm(session)
    right = cases.right(session, firm)
    case = cases.opened(session, who, now, firm, programme="joint-innovation-centre").row
    with pytest.raises(Invalid, match="不使用"):
        choose(session, who, now, case, right)


def test_the_database_refuses_a_second_active_use(session, actor, now):
    who, firm = actor(), cases.firm(session)
    right = cases.right(session, firm)
    case = cases.opened(session, who, now, firm).row
    choose(session, who, now, case, right)
    session.add(ClassTwoUse(case_id=case.id, ip_id=right.id, chosen_on=date(2021, 6, 30)))
    with pytest.raises(IntegrityError):
        session.flush()


def test_what_the_policies_hear(session, actor, now):
    head, firm = actor(role="section_head"), cases.firm(session)

    def told(on):
        session.flush()
        return facts.told(PROVIDER, session, firm.id, on)

    assert told(date(2021, 6, 30)) == {}
    rights = [cases.right(session, firm) for _ in range(3)]
    cases.right(session, firm, used_before=1)
    cases.right(session, firm, granted_on=date(2021, 12, 1))
    cases.right(session, firm, ip_class=1)
    assert told(date(2021, 6, 30)) == {CLASS_TWO_UNUSED: 3}
    case = cases.led_to(session, head, now, "filing", enterprise=firm)
    choose(session, head, now, case, rights[0], rights[1])
    cases.step(session, head, now, case, "submit")
    assert told(date(2021, 6, 30)) == {CLASS_TWO_UNUSED: 3}, "they serve this very application"
    cases.step(session, head, now, case, "reject", reason="材料不实")
    assert told(date(2021, 7, 1)) == {CLASS_TWO_UNUSED: 1}
