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


def example_paper(about: str) -> bytes:
    """A PDF of one page that says of itself, in plain letters, that it is fictional and what it stands for."""
    text = f"BT /F1 16 Tf 72 720 Td (Fictional example: {about}) Tj ET".encode("ascii", "replace")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n" + table
    return body + head + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
