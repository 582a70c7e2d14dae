"""Random actors press random buttons on every programme: never stuck, never past a guard, buttons equal acceptance."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.domain.moving import StepRequest, available, decide_step
from app.cases.domain.state import CaseSnapshot, CaseState, MilestoneState
from app.demo.supplied import everything, example_answer
from app.kit.actor import Actor, ActorKind, FirmRole, Role
from app.kit.errors import DomainError, Invalid
from app.programmes import catalogue
from app.reference.calendar import add_working_days

PROGRAMMES = [file.programme for file in catalogue.read_all(Path(__file__).parents[2] / "seeds")]
ACTORS = [
    *(Actor(ActorKind.OFFICER, number, f"干部{number}", role=role) for number, role in enumerate(Role)),
    Actor(ActorKind.ENTERPRISE, 9, "企业（示例）", enterprise_id=1, firm_role=FirmRole.MANAGER),
    Actor(ActorKind.CLIENT, 10, "省平台"),
    Actor(ActorKind.ANONYMOUS, None, ""),
]
DAY = date(2021, 3, 31)
ALL_FIELDS = {"certificate_number": "GR202142000001", "issued_on": "2021-03-01"}


def fresh(programme):
    return CaseSnapshot(
        number="QJ-XX-2021-0001",
        state=CaseState.OPEN,
        stage=programme.start.code,
        stage_entered_on=DAY,
        year=2021,
        opened_on=DAY,
        submitted_on=None,
        version=1,
    )


def complete(programme, action, case, on):
    """A form filled in as the action asks."""
    values = {
        field.code: ALL_FIELDS.get(field.code) or example_answer(field, case.opened_on, 1)
        for field in action.needs.fields
    }
    supplies = everything(programme, action, case.year, on)
    return StepRequest(action.code, on, supplies, reason="理由", values=values, version=case.version)


def after(case, step):
    made = tuple(MilestoneState(m.code, m.ordinal, m.due_on) for m in step.milestones)
    return CaseSnapshot(
        number=case.number,
        state=step.state,
        stage=step.stage.code,
        stage_entered_on=step.on,
        year=case.year,
        opened_on=case.opened_on,
        submitted_on=step.submitted_on,
        version=case.version + 1,
        markers=case.markers | set(step.markers),
        milestones=case.milestones + made,
    )


def accepted(programme, case, actor, on):
    """The actions that the decision accepts from `actor`, tried one by one with everything filled in."""
    found = []
    for action in programme.actions:
        try:
            decide_step(
                programme, case, complete(programme, action, case, on), actor=actor, today=on, shift=add_working_days
            )
        except DomainError:
            continue
        found.append(action.code)
    return found


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_random_walks(data):
    programme = data.draw(st.sampled_from(PROGRAMMES), label="programme")
    case, on = fresh(programme), DAY
    for _ in range(data.draw(st.integers(1, 25), label="length")):
        buttons = {actor.name: [a.code for a in available(programme, case, actor)] for actor in ACTORS}
        for actor in ACTORS:
            assert buttons[actor.name] == accepted(programme, case, actor, on), (case.stage, actor.kind)
        if case.state is not CaseState.OPEN:
            assert not any(buttons.values())
            assert programme.stage(case.stage).is_final
            return
        assert any(buttons.values()), f"stuck in {case.stage}"
        who = data.draw(st.sampled_from([a for a in ACTORS if buttons[a.name]]), label="who")
        code = data.draw(st.sampled_from(buttons[who.name]), label="step")
        on += timedelta(days=data.draw(st.integers(0, 40), label="days"))
        step = decide_step(
            programme,
            case,
            complete(programme, programme.find_action(code), case, on),
            actor=who,
            today=on,
            shift=add_working_days,
        )
        assert step.submitted_on is None or "submit" in step.action.effects or case.submitted_on is not None
        assert case.submitted_on is None or step.submitted_on == case.submitted_on
        assert not set(step.markers) & case.markers
        case = after(case, step)
        open_codes = [m.code for m in case.milestones if m.is_open]
        assert len(open_codes) == len(set(open_codes))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_guard_is_never_skipped(data):
    """Whatever is left out of a form that a step needs, the step is refused and names it."""
    programme = data.draw(st.sampled_from(PROGRAMMES))
    action = data.draw(st.sampled_from(programme.actions))
    case = fresh(programme)
    case = CaseSnapshot(**{**vars(case), "stage": action.from_[0]})
    actor = next(actor for actor in ACTORS if actor.role in action.roles)
    request = complete(programme, action, case, DAY)
    required = [field.code for field in action.needs.fields if field.required] + ["reason"] * action.needs.reason
    if not required:
        return
    left_out = data.draw(st.sampled_from(required))
    request = replace(
        request,
        reason="" if left_out == "reason" else "理由",
        values={code: value for code, value in request.values.items() if code != left_out},
    )
    with pytest.raises(Invalid) as refused:
        decide_step(programme, case, request, actor=actor, today=DAY, shift=add_working_days)
    assert left_out in refused.value.fields
