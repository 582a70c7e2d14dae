"""Taking a step back: everything it changed is as before, the journal keeps both, and what was built upon it forbids it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.cases.domain.needs import next_action
from app.cases.domain.progress import public_status
from app.cases.duties.models import CaseDuty
from app.cases.models import Approval, CaseClock, CaseMarker, ClassTwoUse, Milestone, StageEntry
from app.cases.queries import list_passages, programme_of
from app.cases.schemas import ChooseRights, CompleteMilestone, OpenCase, TakeBackStep
from app.cases.service.milestones import complete_milestone
from app.cases.service.opening import open_case
from app.cases.service.rights import choose_rights
from app.cases.service.undoing import take_back_step
from app.demo.supplied import example_answer
from app.enterprises.models import Certificate
from app.incentives.models import Incentive, IncentiveSchemeVersion
from app.kit.clock import today
from app.kit.errors import Conflict, Forbidden, Invalid
from tests.cases.test_lifecycle import events_of
from tests.factories import cases
from tests.factories.supplies import supply
from tests.support import people
from tests.support.seeds import programmes

LATE = timedelta(hours=25)


def take_back(session, who, at, case, reason=""):
    command = TakeBackStep(version=case.version, reason=reason)
    return take_back_step(session, actor=who, now=at, number=case.number, command=command)


def picture(session, case):
    """Everything of a case that steps change, without what only grows: entries taken back and the journal."""
    session.flush()
    session.expire_all()
    parts = {
        Milestone: ("id", "code", "due_on", "done_on", "lapsed_on"),
        CaseMarker: ("marker", "reached_on"),
        CaseClock: ("id", "code", "working_days", "running_since", "used_days", "due_on", "ended_on"),
        CaseDuty: ("id", "code", "period", "due_on", "done_on", "waived_on"),
        Approval: ("id", "action", "officer_id", "lapsed_at", "lapse_reason"),
        ClassTwoUse: ("id", "ip_id", "used_on", "released_on"),
    }
    found = {
        model.__tablename__: sorted(
            str([getattr(row, name) for name in names])
            for row in session.scalars(select(model).where(model.case_id == case.id))
        )
        for model, names in parts.items()
    }
    entries = session.scalars(
        select(StageEntry).where(StageEntry.case_id == case.id, StageEntry.taken_back_at.is_(None))
    )
    found["entries"] = [str((row.stage, row.action, row.entered_on, row.left_on)) for row in entries]
    found["certificates"] = [
        row.number
        for row in session.scalars(select(Certificate).where(Certificate.enterprise_id == case.enterprise_id))
    ]
    row = {name: getattr(case, name) for name in
           ("stage", "stage_entered_on", "state", "submitted_on", "closed_on", "next_due_on")}  # fmt: skip
    return found | {"case": row}


CHAIN = [
    ("confirm-intent", {}),
    ("start-filing", {}),
    ("submit", {}),
    ("return", {"reason": "研发人员名单缺页"}),
    ("resubmit", {}),
    ("recommend", {}),
    ("to-publicity", {}),
    ("certify", {"values": {"certificate_number": "GR202142000077", "issued_on": "2021-06-30"}}),
]


@pytest.mark.parametrize(("action", "given"), CHAIN, ids=[action for action, _given in CHAIN])
def test_everything_is_as_before_and_the_step_can_be_taken_again(session, now, action, given):
    """At every kind of step: the same picture afterwards, and the same step is taken once more."""
    head = people.officer(session, role="section_head")
    firm = cases.firm(session)
    right = cases.right(session, firm)
    case = cases.opened(session, head, now, firm).row
    choose_rights(
        session, actor=head, now=now, number=case.number, command=ChooseRights(version=case.version, ip_ids=[right.id])
    )
    way = [*cases.CERTIFICATION]
    if action == "resubmit":
        case = cases.step(session, head, now, _led(session, head, now, case, way, "return"), "return", reason="缺")
    else:
        case = _led(session, head, now, case, way, action)
    supply(session, head, now, case, action)
    before = picture(session, case)
    case = cases.step(session, head, now, case, action, **given)
    assert picture(session, case) != before
    case = take_back(session, head, now, case)
    assert picture(session, case) == before
    again = cases.step(session, head, now, case, action, **given)
    assert [row.ordinal for row in session.scalars(select(StageEntry).where(StageEntry.case_id == case.id))] == list(
        range(1, len(again_entries(session, again)) + 1)
    )


def again_entries(session, case):
    return list(session.scalars(select(StageEntry).where(StageEntry.case_id == case.id)))


def _led(session, head, now, case, way, action):
    """The case led to where `action` can be taken."""
    wanted = programme_of(session, case).find_action(action).from_
    for step, values in way:
        if case.stage in wanted and (action == step or action not in {code for code, _values in way}):
            return case
        case = cases.step(session, head, now, case, step, values=values)
    return case


def test_the_withdrawal_gives_class_two_rights_back_and_reopens_the_case(session, now):
    head, firm = people.officer(session, role="section_head"), cases.firm(session)
    right = cases.right(session, firm)
    case = cases.opened(session, head, now, firm).row
    command = ChooseRights(version=case.version, ip_ids=[right.id])
    choose_rights(session, actor=head, now=now, number=case.number, command=command)
    before = picture(session, case)
    case = cases.step(session, head, now, case, "withdraw", reason="企业放弃")
    assert case.state == "withdrawn"
    case = take_back(session, head, now, case)
    assert picture(session, case) == before


def test_rights_used_elsewhere_meanwhile_stand_in_the_way(session, now):
    head, firm = people.officer(session, role="section_head"), cases.firm(session)
    right = cases.right(session, firm)

    def choose(case):
        command = ChooseRights(version=case.version, ip_ids=[right.id])
        choose_rights(session, actor=head, now=now, number=case.number, command=command)

    case = cases.opened(session, head, now, firm).row
    choose(case)
    case = cases.step(session, head, now, case, "withdraw", reason="企业放弃")
    other = open_case(
        session,
        actor=head,
        now=now,
        command=OpenCase(enterprise_id=firm.id, programme=cases.PROGRAMME, year=2022),
    ).row
    choose(other)
    with pytest.raises(Conflict, match=other.number) as refused:
        take_back(session, head, now, case)
    assert refused.value.code == "case.undo.obstacles"


def test_another_open_case_stands_in_the_way(session, now):
    head, firm = people.officer(session, role="section_head"), cases.firm(session)
    case = cases.step(session, head, now, cases.opened(session, head, now, firm).row, "withdraw", reason="放弃")
    other = cases.opened(session, head, now, firm).row
    with pytest.raises(Conflict, match=other.number):
        take_back(session, head, now, case)


def test_the_author_has_a_day_and_a_section_head_a_reason(session, now):
    author, colleague = people.officer(session), people.officer(session)
    head = people.officer(session, role="section_head")
    case = cases.step(session, author, now, cases.opened(session, author, now).row, "confirm-intent")
    with pytest.raises(Forbidden):
        take_back(session, colleague, now, case)
    with pytest.raises(Forbidden):
        take_back(session, author, now + timedelta(hours=24, seconds=1), case)
    with pytest.raises(Invalid) as refused:
        take_back(session, head, now + LATE, case)
    assert "reason" in refused.value.fields
    assert take_back(session, head, now + LATE, case, "误登记").stage == "pool"


def test_the_author_takes_back_at_the_last_second(session, now):
    author = people.officer(session)
    case = cases.step(session, author, now, cases.opened(session, author, now).row, "confirm-intent")
    assert take_back(session, author, now + timedelta(hours=24), case).stage == "pool"


def test_the_opening_is_no_step(session, now):
    head = people.officer(session, role="section_head")
    case = cases.opened(session, head, now).row
    with pytest.raises(Conflict) as refused:
        take_back(session, head, now, case)
    assert refused.value.code == "case.undo.nothing"


def test_a_milestone_done_since_stands_in_the_way(session, now):
    head = people.officer(session, role="section_head")
    case = cases.step(session, head, now, cases.opened(session, head, now).row, "confirm-intent")
    made = session.scalars(select(Milestone).where(Milestone.case_id == case.id)).one()
    command = CompleteMilestone(version=made.version, done_on=date(2021, 6, 30))
    complete_milestone(session, actor=head, now=now, number=case.number, milestone_id=made.id, command=command)
    with pytest.raises(Conflict, match="已登记完成"):
        take_back(session, head, now, case)


def test_the_journal_keeps_both_and_the_outside_sees_neither(session, now):
    head = people.officer(session, role="section_head")
    case = cases.step(session, head, now, cases.opened(session, head, now).row, "confirm-intent")
    case = take_back(session, head, now, case)
    assert [event.type for event in events_of(session, case.number)] == ["case.opened", "case.moved", "case.taken_back"]
    last = events_of(session, case.number)[-1]
    assert last.changes["stage"] == ["intent", "pool"] and last.data["taken_back"] == "confirm-intent"
    assert [passage.stage for passage in list_passages(session, case)] == ["pool"]
    assert list_passages(session, case)[0].left_on is None
    assert public_status(programme_of(session, case), list_passages(session, case)).since == date(2021, 6, 30)


def test_steps_are_taken_back_one_by_one(session, now):
    head = people.officer(session, role="section_head")
    case = cases.opened(session, head, now).row
    case = cases.step(session, head, now, case, "confirm-intent")
    case = cases.step(session, head, now, case, "start-preparation")
    case = take_back(session, head, now, case)
    case = take_back(session, head, now, case)
    assert case.stage == "pool"
    entries = again_entries(session, case)
    assert [(entry.ordinal, entry.taken_back_at is not None) for entry in entries] == [(1, False), (2, True), (3, True)]


def test_a_stale_form_is_refused(session, now):
    head = people.officer(session, role="section_head")
    case = cases.step(session, head, now, cases.opened(session, head, now).row, "confirm-intent")
    command = TakeBackStep(version=case.version - 1)
    with pytest.raises(Conflict) as refused:
        take_back_step(session, actor=head, now=now, number=case.number, command=command)
    assert refused.value.code == "case.stale"


def test_sending_back_lapses_approvals_and_taking_it_back_lets_them_stand_again(session, now):
    head = people.officer(session, role="section_head")
    case = cases.led_to(session, head, now, "review")
    supply(session, head, now, case, "recommend")
    (approval,) = session.scalars(select(Approval).where(Approval.case_id == case.id))
    case = cases.step(session, head, now, case, "return", reason="研发人员名单缺页")
    assert approval.lapsed_at == now and approval.lapse_reason == "“退回补正”：研发人员名单缺页"
    take_back(session, head, now, case)
    assert approval.lapsed_at is None and approval.lapse_reason == ""


PROGRAMMES = sorted({programme.code for programme in programmes()})


@pytest.mark.parametrize("code", PROGRAMMES)
def test_every_step_of_every_programme_can_be_taken_back(session, now, code):
    """Along the smooth run of each shipped programme: every step, taken back, leaves the case as it was."""
    head = people.officer(session, role="section_head")
    case = cases.opened(session, head, now, programme=code).row
    programme, taken = programme_of(session, case), []
    while (action := next_action(programme, case.stage)) is not None and case.state == "open":
        if action.code in taken:
            break
        supply(session, head, now, case, action.code)
        values = {field.code: example_answer(field, today(now), 7) for field in action.needs.fields}
        before = picture(session, case)
        case = cases.step(session, head, now, case, action.code, values=values, reason="示例")
        case = take_back(session, head, now, case)
        assert picture(session, case) == before, action.code
        case = cases.step(session, head, now, case, action.code, values=values, reason="示例")
        taken.append(action.code)
    assert taken


def test_an_incentive_recommended_since_stands_in_the_way(session, now):
    """The certificate is the ground of money that somebody has acted on: undo the incentive first."""
    head = people.officer(session, role="section_head")
    case = cases.led_to(session, head, now, "certified")
    certificate = session.scalars(select(Certificate).where(Certificate.case_number == case.number)).one()
    version = session.scalars(select(IncentiveSchemeVersion).order_by(IncentiveSchemeVersion.id)).first()
    row = Incentive(
        enterprise_id=case.enterprise_id,
        scheme_code=version.code,
        scheme_version_id=version.id,
        trigger_key=f"certificate:{certificate.id}",
        trigger_label=certificate.number,
        triggered_on=certificate.issued_on,
        state="recommended",
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    with pytest.raises(Conflict, match=row.public_id):
        take_back(session, head, now, case)
    row.state = "eligible"
    session.flush()
    assert take_back(session, head, now, case).stage == "filed"
