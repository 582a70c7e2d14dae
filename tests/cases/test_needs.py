"""The registry of what is missing: materials by year, number and validity, conditions, questions, corrections, opinions."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.cases.domain.need_words import need_text, refusal
from app.cases.domain.needs import Need, insisted_on, needs_of, refusing, waits_for
from app.cases.domain.supplies import HeldCorrection, HeldMaterial, HeldOpinion, Supplies, VerdictTally
from app.demo.supplied import everything
from app.kit.i18n import use_locale
from app.programmes.domain.definition import Programme

ON = date(2021, 6, 30)


def text(zh):
    return {"zh": zh, "en": zh}


def stage(code, turn="bureau", **given):
    return {"code": code, "name": text(code), "public": text(code), "upcoming": text(code), "turn": turn} | given


def action(code, start, to, **given):
    values = {"code": code, "label": text(code), "from": [start], "to": to, "by": ["caseworker"], "weight": "main"}
    return values | given


def programme(**given):
    """A small made-up procedure: fill in, hand in, check, end."""
    content = {
        "code": "made-up",
        "version": "2021-01-01",
        "title": text("虚构通道"),
        "summary": text("仅供测试"),
        "bureau_mark": "QJ",
        "mark": "XG",
        "level": "municipal",
        "authority": text("市科技局"),
        "sources": [{"id": "rule", "document": text("《虚构办法》")}],
        "policies": ["high-tech-enterprise"],
        "stages": [
            stage("fill", "enterprise"),
            stage("check", counts_as=["submitted"]),
            stage("fix", "enterprise", path="side"),
            stage("end", "none", kind="final", outcome="finished"),
        ],
        "actions": [
            action("hand-in", "fill", "check", effects=["submit"]),
            action("send", "check", "fix", weight="other", effects=["send-back"]),
            action("again", "fix", "check", effects=["submit"]),
            action("finish", "check", "end"),
        ],
    }
    return Programme.model_validate(content | given)


def material(**given):
    return {"code": "audit", "title": text("审计报告"), "document": "audit-report", "needed_for": "hand-in"} | given


def found(made, code, supplies, *, everywhere=False):
    needs = needs_of(made, made.find_action(code), supplies)
    assert insisted_on(made, made.find_action(code), supplies) == refusing(needs)
    return needs if everywhere else [need for need in needs if need.level != "next"]


def held(*materials, **given):
    return Supplies(on=ON, year=2021, materials=materials, **given)


def test_one_document_per_fiscal_year_before_the_year_of_the_case():
    made = programme(materials=[material(years=3)])
    assert [need.year for need in found(made, "hand-in", held())] == [2020, 2019, 2018]
    lying = held(HeldMaterial("audit", 2019), HeldMaterial("audit", 2021))
    assert [need.year for need in found(made, "hand-in", lying)] == [2020, 2018]


def test_so_many_are_needed_and_the_number_missing_is_told():
    made = programme(materials=[material(at_least=3)])
    (need,) = found(made, "hand-in", held(HeldMaterial("audit")))
    assert need.count == 2 and need_text(made, need) == "审计报告（还差 2 份）"
    assert found(made, "hand-in", held(*[HeldMaterial("audit")] * 3)) == []


@pytest.mark.parametrize(("valid", "until", "missing"), [
    (True, ON, False), (True, ON - timedelta(days=1), True), (True, None, False), (False, ON - timedelta(days=1), False),
])  # fmt: skip
def test_validity_counts_on_the_day_of_the_step_where_the_file_insists(valid, until, missing):
    made = programme(materials=[material(valid=valid)])
    needs = found(made, "hand-in", held(HeldMaterial("audit", valid_until=until)))
    assert bool(needs) is missing
    if missing:
        assert needs[0].problem == "expired" and "已过有效期" in need_text(made, needs[0])


def test_a_condition_is_looked_up_in_the_answers_handed_in():
    question = {"code": "loan", "label": text("是否贷款"), "kind": "yes-no", "needed_for": "hand-in"}
    made = programme(questions=[question], materials=[material(when={"question": "loan", "answers": ["yes"]})])
    assert [need.code for need in found(made, "hand-in", held())] == ["loan"]
    assert [need.code for need in found(made, "hand-in", held(answers={"loan": "yes"}))] == ["audit"]
    assert found(made, "hand-in", held(answers={"loan": "no"})) == []


def test_a_draft_is_not_an_answer():
    question = {"code": "plan", "label": text("计划"), "needed_for": "hand-in"}
    made = programme(questions=[question])
    (need,) = found(made, "hand-in", held(drafts=frozenset({"plan"})))
    assert need.problem == "draft" and need.blocks


def test_optional_ones_never_refuse():
    made = programme(materials=[material(required=False)])
    (need,) = found(made, "hand-in", held())
    assert need.level == "optional" and refusing([need]) == ()


def test_the_corrected_submission_needs_what_the_first_one_needed():
    made = programme(materials=[material()])
    assert [need.code for need in found(made, "again", held())] == ["audit"]


def test_what_was_sent_back_holds_up_every_step_forward():
    made = programme(materials=[material()])
    returned = held(HeldMaterial("audit", state="returned"))
    (need,) = found(made, "finish", returned)
    assert need.problem == "returned" and need.blocks
    assert found(made, "finish", held(HeldMaterial("audit", state="returned"), HeldMaterial("audit"))) == []
    assert found(made, "send", returned) == []


def test_corrections_wait_for_the_firm_and_then_for_the_bureau():
    made = programme()
    asked = held(corrections=(HeldCorrection(1, "缺页", answered=False), HeldCorrection(2, "缺章", answered=True)))
    assert [(need.code, need.by) for need in found(made, "again", asked)] == [("1", "enterprise")]
    assert [(need.code, need.by) for need in found(made, "finish", asked)] == [("1", "enterprise"), ("2", "bureau")]
    assert found(made, "send", asked) == []


@pytest.mark.parametrize(
    ("mode", "opinion", "level", "by", "problem"),
    [
        ("require", None, "now", "bureau", ""),
        ("require", "", "now", "department", "asked"),
        ("require", "object", "now", "department", "objected"),
        ("require", "agree", None, None, None),
        ("require", "agree_with_remarks", None, None, None),
        ("require", "not_concerned", None, None, None),
        ("advise", None, "optional", "bureau", ""),
        ("advise", "", "optional", "department", "asked"),
        ("advise", "object", None, None, None),
    ],
)
def test_opinions(mode, opinion, level, by, problem):
    guard = {"department": "tax", "mode": mode, "question": text("是否查账征收")}
    actions = [
        action("hand-in", "fill", "check", effects=["submit"]),
        action("finish", "check", "end", needs={"opinions": [guard]}),
    ]
    made = programme(
        actions=actions,
        stages=[
            stage("fill"),
            stage("check", counts_as=["submitted"]),
            stage("end", "none", kind="final", outcome="finished"),
        ],
    )
    opinions = () if opinion is None else (HeldOpinion("tax", opinion),)
    needs = found(made, "finish", held(opinions=opinions))
    assert [(need.level, need.by, need.problem) for need in needs] == ([(level, by, problem)] if level else [])


def test_a_verdict_insisted_on_and_one_only_said():
    for mode, level in (("require", "now"), ("warn", "optional")):
        guarded = action("finish", "check", "end", needs={"verdict": {"policy": "high-tech-enterprise", "mode": mode}})
        made = programme(actions=[action("hand-in", "fill", "check", effects=["submit"]), guarded],
                         stages=[stage("fill"), stage("check", counts_as=["submitted"]), stage("end", "none", kind="final", outcome="finished")])  # fmt: skip
        seen = held(verdicts={"high-tech-enterprise": VerdictTally(1, 2)})
        assert [(need.kind, need.level, need.count) for need in found(made, "finish", seen)] == [
            ("unmet", level, 1),
            ("unknown", level, 2),
        ]
        assert [need.kind for need in found(made, "finish", held())] == ["unknown"]
        assert found(made, "finish", held(verdicts_seen=False)) == []


def test_the_step_after_is_told_ahead_once():
    made = programme(materials=[material(), material(code="proof", title=text("证明"), needed_for="finish")])
    needs = found(made, "hand-in", held(), everywhere=True)
    assert [(need.code, need.level, need.step) for need in needs] == [
        ("audit", "now", "hand-in"),
        ("proof", "next", "finish"),
    ]


def test_what_the_form_asks_for_is_told_but_holds_up_no_button():
    field = {"code": "number", "label": text("文号")}
    made = programme(actions=[action("hand-in", "fill", "check", effects=["submit"]),
                              action("finish", "check", "end", needs={"fields": [field], "reason": True})],
                     stages=[stage("fill"), stage("check", counts_as=["submitted"]), stage("end", "none", kind="final", outcome="finished")])  # fmt: skip
    needs = found(made, "finish", held())
    assert [need.kind for need in needs] == ["field", "reason"]
    assert refusing(needs) == () and waits_for(needs) == ()


def test_a_refusal_names_everything_with_its_grounds_in_both_languages():
    cited = [{"source": "rule", "clause": text("第三条"), "confidence": "seen"}]
    made = programme(materials=[material(years=2, cites=cited)])
    needs = refusing(found(made, "hand-in", held()))
    assert refusal(made, needs) == "企业：2020 年度 审计报告、2019 年度 审计报告（《虚构办法》 第三条）"
    with use_locale("en"):
        assert refusal(made, needs).startswith("Enterprise: 2020 审计报告, 2019 审计报告")


def test_nothing_is_missing_once_everything_lies_there():
    question = {"code": "loan", "label": text("是否贷款"), "kind": "yes-no", "needed_for": "hand-in"}
    made = programme(questions=[question], materials=[material(years=3, at_least=2)])
    step = made.find_action("hand-in")
    assert needs_of(made, step, everything(made, step, 2021, ON)) == ()
    bare = replace(everything(made, step, 2021, ON), answers={})
    assert needs_of(made, step, bare) == (
        Need("question", "hand-in", "now", "enterprise", "loan", made.questions[0].label),
    )
