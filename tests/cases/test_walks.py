"""Random actors press random buttons on every programme: never stuck, never past a guard, buttons equal acceptance."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.domain.clocks import ClockState, decide_clocks
from app.cases.domain.needs import Need, needs_of, refusing
from app.cases.domain.state import CaseSnapshot, CaseState, MilestoneState
from app.cases.domain.steps import StepRequest, available, decide_step
from app.cases.domain.supplies import HeldApproval, HeldCorrection, HeldMaterial, HeldOpinion, Supplies, VerdictTally
from app.demo.supplied import everything, example_answer
from app.kit.actor import Actor, ActorKind, FirmRole, Role
from app.kit.errors import Conflict, DomainError, Invalid
from app.reference.calendar import STATUTORY
from tests.support.seeds import programmes

PROGRAMMES = programmes()
NAMES = [f"{programme.code} {programme.version}" for programme in PROGRAMMES]
ACTORS = [
    *(Actor(ActorKind.OFFICER, number, f"干部{number}", role=role) for number, role in enumerate(Role)),
    Actor(ActorKind.ENTERPRISE, 9, "企业（示例）", enterprise_id=1, firm_role=FirmRole.MANAGER),
    Actor(ActorKind.CLIENT, 10, "省平台"),
    Actor(ActorKind.ANONYMOUS, None, ""),
]
DAY = date(2021, 3, 31)


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


def filled_in(action, case, on, supplies):
    """A form filled in as the action asks, over what lies with the case."""
    values = {field.code: example_answer(field, case.opened_on, 1) for field in action.needs.fields}
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


def accepted(programme, case, actor, on, supplies):
    """The actions that the decision accepts from `actor`, tried one by one with every form filled in."""
    found = []
    for action in programme.actions:
        request = filled_in(action, case, on, supplies)
        try:
            decide_step(programme, case, request, actor=actor, today=on, shift=STATUTORY.add)
        except DomainError:
            continue
        found.append(action.code)
    return found


def pressable(programme, case, actor, supplies):
    """The buttons that `actor` sees and can press: those for whose step nothing is missing."""
    return [
        action.code
        for action in available(programme, case, actor)
        if not refusing(needs_of(programme, action, supplies))
    ]


@st.composite
def some_supplies(draw, programme, case, on):
    """A random part of what a case could have lying with it, good and bad."""
    whole = [everything(programme, action, case.year, on) for action in programme.actions]
    keep = st.booleans()
    states = st.sampled_from(["supplied", "accepted", "returned"])
    expiry = st.sampled_from([None, on, on - timedelta(days=1)])
    generous = draw(st.booleans(), label="generous")
    materials = tuple(
        HeldMaterial(held.material, held.year)
        if generous
        else HeldMaterial(held.material, held.year, draw(states), draw(expiry))
        for held in whole[0].materials
        if generous or draw(keep)
    )
    waiting = {milestone.code for milestone in case.milestones if milestone.is_open}
    done = {code for code in waiting if generous or draw(keep)}
    return Supplies(
        on=on,
        year=case.year,
        answers={key: value for key, value in whole[0].answers.items() if generous or draw(keep)},
        materials=materials,
        corrections=()
        if generous
        else tuple(HeldCorrection(n, "缺页", draw(keep)) for n in range(draw(st.integers(0, 2)))),
        milestones_open=dict.fromkeys(waiting - done),
        milestones_done=frozenset(done | {m.code for m in case.milestones if m.done_on}),
        approvals=tuple(held for one in whole for held in one.approvals if generous or draw(keep)),
        opinions=tuple(
            HeldOpinion(held.department, "agree" if generous else draw(st.sampled_from(["", "agree", "object"])))
            for one in whole
            for held in one.opinions
            if generous or draw(keep)
        ),
        verdicts={code: VerdictTally(0 if generous else draw(st.integers(0, 2)), 0) for code in programme.policies},
    )


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_random_walks(data):
    """Whatever lies with the case: the buttons that can be pressed are what the decision accepts; no case is stuck."""
    programme = data.draw(st.sampled_from(PROGRAMMES), label="programme")
    case, on, clocks = fresh(programme), DAY, []
    for _ in range(data.draw(st.integers(1, 25), label="length")):
        supplies = data.draw(some_supplies(programme, case, on), label="supplies")
        buttons = {actor.name: pressable(programme, case, actor, supplies) for actor in ACTORS}
        for actor in ACTORS:
            assert buttons[actor.name] == accepted(programme, case, actor, on, supplies), (case.stage, actor.kind)
        if case.state is not CaseState.OPEN:
            assert not any(buttons.values())
            assert programme.stage(case.stage).is_final
            return
        assert any(buttons.values()), f"stuck in {case.stage}"
        who = data.draw(st.sampled_from([a for a in ACTORS if buttons[a.name]]), label="who")
        code = data.draw(st.sampled_from(buttons[who.name]), label="step")
        on += timedelta(days=data.draw(st.integers(0, 40), label="days"))
        request = filled_in(programme.find_action(code), case, on, replace(supplies, on=on))
        try:
            step = decide_step(programme, case, request, actor=who, today=on, shift=STATUTORY.add)
        except Conflict:  # something has expired in the days between
            continue
        clocks = ticked(programme, clocks, step)
        assert step.submitted_on is None or "submit" in step.action.effects or case.submitted_on is not None
        assert case.submitted_on is None or step.submitted_on == case.submitted_on
        assert not set(step.markers) & case.markers
        case = after(case, step)
        open_codes = [m.code for m in case.milestones if m.is_open]
        assert len(open_codes) == len(set(open_codes))


def ticked(programme, clocks, step):
    """The clocks after a step: at most one of each runs, none outlives the case, days used never shrink."""
    changed = decide_clocks(programme, clocks, step.stage, step.on, {}, STATUTORY)
    known = {(clock.code, clock.ordinal): clock for clock in clocks}
    for clock in changed:
        before = known.get((clock.code, clock.ordinal))
        assert before is None or clock.used_days >= before.used_days
        known[(clock.code, clock.ordinal)] = clock
    live = [clock.code for clock in known.values() if clock.live]
    assert len(live) == len(set(live))
    assert not (step.closes and live)
    for clock in known.values():
        if clock.live:
            rule = next(rule for rule in programme.clocks if rule.code == clock.code)
            assert (clock.running_since is not None) == (step.stage.turn in rule.runs_while)
    return [ClockState(**{**vars(clock), "id": number}) for number, clock in enumerate(known.values(), 1)]


@pytest.mark.parametrize("programme", PROGRAMMES, ids=NAMES)
def test_from_every_stage_the_end_is_reached_with_everything_supplied(programme):
    """The milestones that a step insists on can have been made by then, whatever way the case came."""
    for action in programme.actions:
        made = {m.code for m in programme.milestones}
        assert set(action.needs.milestones) <= made
    for stage in programme.stages:
        if stage.is_final:
            continue
        case = replace(fresh(programme), stage=stage.code)
        steps = [
            action.code
            for action in programme.actions_from(stage.code)
            for actor in ACTORS
            if action.code in accepted(programme, case, actor, DAY, everything(programme, action, 2021, DAY))
        ]
        assert set(steps) == {action.code for action in programme.actions_from(stage.code)}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_form_left_incomplete_is_refused(data):
    """Whatever is left out of a form that a step needs, the step is refused and names it."""
    programme = data.draw(st.sampled_from(PROGRAMMES))
    action = data.draw(st.sampled_from(programme.actions))
    case = replace(fresh(programme), stage=action.from_[0])
    actor = next(
        actor for actor in ACTORS if actor.role in action.roles or (action.by_enterprise and actor.enterprise_id)
    )
    request = filled_in(action, case, DAY, everything(programme, action, case.year, DAY))
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
        decide_step(programme, case, request, actor=actor, today=DAY, shift=STATUTORY.add)
    assert left_out in refused.value.fields


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_guard_is_never_skipped(data):
    """Whatever a step insists on: taken away from a case that has everything, the step is refused and names it."""
    programme = data.draw(st.sampled_from(PROGRAMMES), label="programme")
    action = data.draw(st.sampled_from(programme.actions), label="action")
    case = replace(fresh(programme), stage=action.from_[0])
    whole = everything(programme, action, case.year, DAY)
    bare = Supplies(on=DAY, year=case.year, answers=whole.answers, verdicts_seen=True)
    insisted = [need for need in refusing(needs_of(programme, action, bare)) if need.step == action.code]
    insisted += [
        Need("question", action.code, "now", question.supplied_by, question.code)
        for question in programme.questions
        if question.required and question.needed_for == action.code and question.when is None
    ]
    if not insisted:
        return
    lost = data.draw(st.sampled_from(insisted), label="lost")
    request = filled_in(action, case, DAY, without(whole, lost))
    actor = next(
        actor for actor in ACTORS if actor.role in action.roles or (action.by_enterprise and actor.enterprise_id)
    )
    with pytest.raises(Conflict) as refused:
        decide_step(programme, case, request, actor=actor, today=DAY, shift=STATUTORY.add)
    assert refused.value.code in ("case.action.needs", "case.verdict.not_met")
    if lost.title is not None:
        assert str(lost.title) in refused.value.message


def without(supplies, need):
    """`supplies` without what serves `need`."""
    match need.kind:
        case "material":
            kept = (held for held in supplies.materials if (held.material, held.year) != (need.code, need.year))
            return replace(supplies, materials=tuple(kept))
        case "question":
            return replace(supplies, answers={k: v for k, v in supplies.answers.items() if k != need.code})
        case "milestone":
            return replace(supplies, milestones_done=supplies.milestones_done - {need.code})
        case "opinion":
            return replace(supplies, opinions=tuple(o for o in supplies.opinions if o.department != need.code))
        case "approval":
            return replace(supplies, approvals=supplies.approvals[1:])
        case _:
            return replace(supplies, verdicts={})


def test_who_has_approved_counts_once():
    """Ten approvals of one officer are one."""
    programme = next(
        programme for programme in PROGRAMMES if any(action.needs.approvals for action in programme.actions)
    )
    action = next(action for action in programme.actions if action.needs.approvals)
    guard = action.needs.approvals
    whole = everything(programme, action, 2021, DAY)
    same = tuple(HeldApproval(action.code, 1, guard.by[0]) for _ in range(10))
    missing = [need for need in needs_of(programme, action, replace(whole, approvals=same)) if need.kind == "approval"]
    assert sum(need.count for need in missing) == guard.number - 1
    stranger = (HeldApproval(action.code, 1, "leader"),)
    missing = [n for n in needs_of(programme, action, replace(whole, approvals=stranger)) if n.kind == "approval"]
    assert [need.count for need in missing] == [guard.number]
