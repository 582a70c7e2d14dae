"""What would have to lie with a case so that nothing is missing: for fictional cases, which owe nobody a paper."""

from datetime import date

from app.cases.domain.needs import years_of
from app.cases.domain.supplies import HeldApproval, HeldMaterial, HeldOpinion, Supplies, VerdictTally
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.domain.supplied import NeededField


def everything(programme: Programme, action: StageAction, year: int, on: date) -> Supplies:
    """Every answer, material, milestone, approval and opinion that `action` could ask for, and a passing verdict."""
    guard, verdict = action.needs.approvals, action.needs.verdict
    return Supplies(
        on=on,
        year=year,
        answers={question.code: example_answer(question, on, 1) for question in programme.questions},
        materials=tuple(
            HeldMaterial(template.code, of_year)
            for template in programme.materials
            for of_year in years_of(template, year)
            for _copy in range(template.at_least)
        ),
        milestones_done=frozenset(template.code for template in programme.milestones),
        approvals=tuple(HeldApproval(action.code, number, guard.by[0]) for number in range(1, guard.number + 1))
        if guard
        else (),
        opinions=tuple(HeldOpinion(asked.department, "agree") for asked in action.needs.opinions),
        verdicts={verdict.policy: VerdictTally(0, 0)} if verdict else {},
    )


def example_answer(field: NeededField, on: date, serial: int) -> str:
    """An answer of the field's kind that says of itself that it is an example."""
    if field.pattern:
        return f"GR{on.year}42{serial:06d}"
    texts = {"date": on.isoformat(), "number": "12", "amount": "120000", "share": "12", "yes-no": "yes"}
    if field.kind == "choice":
        return next(iter(field.options))
    return texts.get(field.kind, f"示例〔{on.year}〕{serial}号")
