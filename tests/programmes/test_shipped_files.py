"""The twelve shipped programmes: their paths, ends, materials, time limits and duties, held against the documents."""

from collections.abc import Iterator
from datetime import date

import pytest

from app.cases.domain.needs import next_action, years_of
from app.cases.domain.state import CaseSnapshot, CaseState
from app.cases.domain.steps import StepRequest, decide_step
from app.cases.duties.domain import Occasion, PlannedDuty, grounds_to_revoke, plan_duties
from app.demo.supplied import everything, example_answer
from app.kit.actor import SYSTEM
from app.programmes.catalogue import ProgrammeFile
from app.programmes.domain.citations import Cited
from app.programmes.domain.definition import Programme
from app.reference.calendar import STATUTORY
from tests.support.seeds import programme_files

FILES = programme_files()
#: The newest revision of each programme.
NEWEST = {file.programme.code: file.programme for file in FILES}
CERTIFICATION = NEWEST["high-tech-enterprise"]

#: What each programme is numbered by, and the stages of its smooth run as the bureau calls them.
PATHS = {
    "high-tech-enterprise": (
        "QJ-GQ",
        "培育入库 意向确认 材料准备 申报 市局审查 现场核查 推荐 三部门会审 专家评审 公示 备案 发证",
    ),
    "technology-sme": ("QJ-KX", "摸排动员 自我评价 形式审查 报省 公示 入库登记"),
    "joint-innovation-centre": (
        "QJ-LH",
        "组织对象 校企对接 材料准备 市局审查 专家评审 公示 推荐上报 备案公布",
    ),
    "technical-upgrade-cultivation": (
        "QJ-JG",
        "入选培育 企业诊断 目标确认 培育与季度填报 期末评价 推荐省级激励 省级激励已批复",
    ),
    "star-maker-space": ("QJ-XC", "组织对象 材料准备 市局审查 现场核查 推荐上报 专家评审 公示 备案公布"),
    "rural-demonstration-base": (
        "QJ-XZ",
        "组织对象 材料准备 市局审查 政府同意 推荐上报 省级现场考察 专家评审 公示 认定公布",
    ),
    "maker-space": ("QJ-ZC", "组织对象 材料准备 市局审查 现场核查 推荐上报 专家评审 公示 公布"),
    "new-research-institute": ("QJ-YJ", "谋划组建 共建协议 材料准备 市局审查 推荐上报 专家评审 公示 备案公布"),
    "key-laboratory-reserve": ("QJ-ZD", "列入储备 凝练方向 培育建设 市局审查 推荐上报 专家评审 批准建设"),
    "city-conversion-project": (
        "QJ-CG",
        "需求征集 成果对接 项目申报 市局审查 专家评审 立项公示 立项实施 验收评价 结题",
    ),
    "core-technology-project": (
        "QJ-GJ",
        "难题征集 凝练选题 项目申报 市局审查 专家评审 立项公示 立项实施 验收评价 结题",
    ),
    "public-benefit-project": ("QJ-GY", "需求与指南 项目申报 市局审查 专家评审 立项公示 立项实施 验收评价 结题"),
}

#: How each programme can end besides its smooth run.
OTHER_ENDS = {
    "technical-upgrade-cultivation": {"培育期满": "finished", "未通过": "rejected", "退出培育": "withdrawn"},
    "key-laboratory-reserve": {"未通过": "rejected", "调出储备": "withdrawn"},
    **{
        code: {"终止": "rejected", "未立项": "rejected", "已撤回": "withdrawn"}
        for code in ("city-conversion-project", "core-technology-project", "public-benefit-project")
    },
}

#: The time limits of which a document names the working days; all others are the bureau's to set.
KNOWN_LENGTHS = {
    ("high-tech-enterprise", "publicity"): 10,
    ("technology-sme", "publicity"): 10,
    ("rural-demonstration-base", "publicity"): 5,
}


def test_twelve_programmes_are_shipped_each_with_a_mark_of_its_own() -> None:
    marks = {code: f"{programme.bureau_mark}-{programme.mark}" for code, programme in NEWEST.items()}
    assert marks == {code: mark for code, (mark, _path) in PATHS.items()}
    assert len(set(marks.values())) == 12


@pytest.mark.parametrize("code", PATHS)
def test_the_smooth_run_has_the_stages_of_the_bureau(code: str) -> None:
    assert [stage.name.zh for stage in NEWEST[code].main_path] == PATHS[code][1].split()


@pytest.mark.parametrize("code", PATHS)
def test_every_programme_ends_well_or_is_turned_down_or_taken_back(code: str) -> None:
    programme = NEWEST[code]
    assert programme.main_path[-1].outcome == "finished"
    others = {stage.name.zh: stage.outcome for stage in programme.stages if stage.is_final and stage.path == "side"}
    assert others == OTHER_ENDS.get(code, {"未通过": "rejected", "已撤回": "withdrawn"})


def walked(programme: Programme) -> Iterator[str]:
    """The stages of a case on which everything is on file and every main step is taken as soon as it can be."""
    on = date(programme.effective_on.year, 12, 1)
    case = CaseSnapshot("QJ-XX-2021-0001", CaseState.OPEN, programme.start.code, on, on.year, on, None, 1)
    yield case.stage
    while case.state is CaseState.OPEN:
        action = next_action(programme, case.stage)
        assert action is not None, f"no way on from {case.stage}"
        request = StepRequest(
            action.code,
            on,
            everything(programme, action, on.year, on),
            values={field.code: example_answer(field, on, 1) for field in action.needs.fields},
            version=1,
        )
        step = decide_step(programme, case, request, actor=SYSTEM, today=on, shift=STATUTORY.add)
        submitted = step.submitted_on
        case = CaseSnapshot(case.number, step.state, step.stage.code, on, on.year, on, submitted, 1)
        yield case.stage


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.programme.code}/{file.programme.version}")
def test_the_smooth_run_reaches_its_end(file: ProgrammeFile) -> None:
    path = [stage.code for stage in file.programme.main_path]
    assert list(walked(file.programme)) == [code for code in path if code != "site-check" or "joint-review" not in path]


# -- what is asked for -----------------------------------------------------------------------------------------------------


def required(programme: Programme, step: str) -> dict[str, tuple[str, tuple[int | None, ...]]]:
    """The materials that a case of 2021 must have before `step`: kind of document and fiscal years."""
    return {
        material.code: (material.document, years_of(material, 2021))
        for material in programme.materials
        if material.needed_for == step and material.required and material.when is None
    }


def test_the_eight_materials_of_article_twelve_with_their_years() -> None:
    once, latest, three = (None,), (2020,), (2020, 2019, 2018)
    assert required(CERTIFICATION, "submit") == {
        "application-form": ("application-form", once),
        "business-licence": ("business-licence", once),
        "property-certificate": ("property-certificate", once),
        "project-approval": ("project-approval", once),
        "conversion-evidence": ("conversion-evidence", once),
        "management-evidence": ("management-evidence", once),
        "product-evidence": ("product-evidence", once),
        "staff-statement": ("staff-statement", latest),
        "rd-audit": ("special-audit", latest),
        "income-audit": ("income-audit", latest),
        "annual-audit": ("annual-audit", three),
        "tax-return": ("tax-return", three),
    }
    cited = {
        citation.clause.zh.partition("材料")[2]
        for material in CERTIFICATION.materials
        for citation in material.cites
        if citation.clause and "材料" in citation.clause.zh
    }
    assert cited == set("一二三四五六七八")


@pytest.mark.parametrize(
    ("founded", "years"),
    [(2010, (2020, 2019, 2018)), (2018, (2020, 2019, 2018)), (2019, (2020, 2019)), (2020, (2020,)), (2021, ())],
)
def test_a_young_firm_hands_in_the_reports_it_has(founded: int, years: tuple[int, ...]) -> None:
    reports = next(material for material in CERTIFICATION.materials if material.code == "annual-audit")
    assert years_of(reports, 2021, founded) == years


def test_certificates_and_licences_must_not_have_expired() -> None:
    valid = {material.code for material in CERTIFICATION.materials if material.valid}
    assert valid == {"business-licence", "property-certificate", "product-evidence"}


def test_figures_of_one_year_are_not_carried_into_the_next() -> None:
    renewed = {question.code for question in CERTIFICATION.questions if question.renews}
    assert renewed == {
        "tax_collection", "tax_authority", "listed", "stock_code", "national_zone", "zone_name",
        "statement_property", "statement_conversion", "statement_management", "statement_staff",
    }  # fmt: skip


def test_a_centre_shows_agreement_team_equipment_and_money() -> None:
    asked = required(NEWEST["joint-innovation-centre"], "submit")
    assert {document for document, _years in asked.values()} == {
        "application-form", "cooperation-agreement", "business-licence", "team-list", "equipment-list", "funding-proof",
    }  # fmt: skip


def test_a_base_is_recommended_only_with_the_consent_of_the_government() -> None:
    assert "government-consent" in required(NEWEST["rural-demonstration-base"], "recommend")


@pytest.mark.parametrize("code", [code for code in PATHS if NEWEST[code].find_action("recommend")])
def test_a_recommendation_is_approved_in_the_bureau(code: str) -> None:
    action = NEWEST[code].find_action("recommend")
    assert action is not None and action.needs.approvals is not None
    assert action.needs.approvals.by == ("section_head", "administrator")


def test_five_departments_are_asked_before_a_certification_is_recommended() -> None:
    action = CERTIFICATION.find_action("recommend")
    assert action is not None
    asked = {opinion.department: opinion.mode for opinion in action.needs.opinions}
    assert asked == dict.fromkeys(("tax", "finance", "market", "environment", "emergency"), "advise")


@pytest.mark.parametrize("programme", NEWEST.values(), ids=NEWEST)
def test_whoever_sends_back_lapses_approvals_and_comes_back_to_the_same_review(programme: Programme) -> None:
    back, again = programme.find_action("return"), programme.find_action("resubmit")
    assert back is not None and again is not None
    assert (back.effects, back.to) == (("send-back",), "correction")
    assert "submit" in again.effects and "enterprise" in again.by


# -- time limits and duties ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("programme", NEWEST.values(), ids=NEWEST)
def test_only_lengths_that_a_document_names_are_given(programme: Programme) -> None:
    lengths = {clock.code: clock.working_days for clock in programme.clocks}
    assert {"correction", "evaluation" if "evaluation" in lengths else "review"} <= lengths.keys()
    for code, days in lengths.items():
        assert days == KNOWN_LENGTHS.get((programme.code, code)), code


def test_the_public_notice_runs_while_the_province_holds_the_case() -> None:
    clock = next(clock for clock in CERTIFICATION.clocks if clock.code == "publicity")
    assert clock.runs_while == (CERTIFICATION.stage("publicity").turn,) == ("province",)


def duties(code: str, stage: str, occasion: Occasion) -> dict[str, list[PlannedDuty]]:
    """What entering `stage` brings about, by the code of the duty."""
    found: dict[str, list[PlannedDuty]] = {}
    for duty in plan_duties(NEWEST[code], stage, occasion):
        found.setdefault(duty.code, []).append(duty)
    return found


def test_what_a_certified_firm_owes_in_its_three_years() -> None:
    issued = Occasion(date(2021, 11, 15), expires_on=date(2024, 11, 14))
    found = duties("high-tech-enterprise", "certified", issued)
    assert [duty.due_on for duty in found["annual-report"]] == [
        date(2022, 5, 31), date(2023, 5, 31), date(2024, 5, 31),
    ]  # fmt: skip
    assert [(duty.period, duty.due_on) for duty in found["torch-statistics"]] == [
        ("2022", None), ("2023", None), ("2024", None),
    ]  # fmt: skip
    assert [(duty.period, duty.opens_on) for duty in found["renewal-reminder"]] == [
        ("12", date(2023, 11, 14)), ("6", date(2024, 5, 14)), ("3", date(2024, 8, 14)),
    ]  # fmt: skip
    assert "change-report" not in found


def test_two_missed_reports_are_ground_to_lose_the_certificate() -> None:
    assert grounds_to_revoke(CERTIFICATION, ["annual-report", "torch-statistics", "torch-statistics"]) == ()
    ((template, missed),) = grounds_to_revoke(CERTIFICATION, ["annual-report", "annual-report"])
    assert (template.code, missed) == ("annual-report", 2)


def test_a_number_is_updated_by_the_end_of_march() -> None:
    (update,) = duties("technology-sme", "registered", Occasion(date(2021, 9, 30)))["yearly-update"]
    assert update.due_on == date(2022, 3, 31)
    assert grounds_to_revoke(NEWEST["technology-sme"], ["yearly-update"])


def test_a_centre_is_graded_every_year_on_the_day_that_the_bureau_sets() -> None:
    filed = Occasion(date(2021, 12, 3), settings={"grading": "11-30"})
    found = duties("joint-innovation-centre", "filed", filed)
    assert [duty.due_on for duty in found["grading"]] == [date(2022, 11, 30), date(2023, 11, 30), date(2024, 11, 30)]
    assert {duty.due_on for duty in found["funds-report"]} == {None}
    (grade, *_more) = next(duty for duty in NEWEST["joint-innovation-centre"].duties if duty.code == "grading").fields
    assert list(grade.options) == ["优秀", "良好", "合格", "整改", "不合格"]


def test_cultivation_is_reported_by_quarter() -> None:
    found = duties("technical-upgrade-cultivation", "cultivation", Occasion(date(2021, 5, 10)))["quarterly-report"]
    assert [duty.period for duty in found] == ["2021Q2", "2021Q3", "2021Q4", "2022Q1"]
    assert {duty.due_on for duty in found} == {None}
    (template,) = NEWEST["technical-upgrade-cultivation"].duties
    assert [field.code for field in template.fields] == [
        "rd_expense", "main_revenue", "talent", "property_filed", "property_granted", "institutes",
    ]  # fmt: skip


# -- what nobody knows is not invented ---------------------------------------------------------------------------------------


def figures(programme: Programme) -> Iterator[tuple[str, Cited]]:
    """Everything in the file that carries a number or a day."""
    yield from ((clock.code, clock) for clock in programme.clocks if clock.working_days is not None)
    yield from ((duty.code, duty) for duty in programme.duties if getattr(duty.due, "month_day", None))
    yield from ((duty.code, duty) for duty in programme.duties if duty.missed_limit)
    yield from ((item.code, item) for item in programme.milestones if item.due.rule == "month-day")
    yield from ((item.code, item) for item in programme.milestones if item.due.rule == "working-days-after")
    yield from ((item.code, item) for item in programme.rounds if item.bureau_cutoff_on or item.province_cutoff_on)
    if programme.certificate and programme.certificate.validity_years:
        yield "certificate", programme.certificate


@pytest.mark.parametrize("programme", NEWEST.values(), ids=NEWEST)
def test_every_number_and_day_was_read_in_a_document(programme: Programme) -> None:
    for code, item in figures(programme):
        assert {citation.confidence for citation in item.cites} & {"seen", "copy", "recalled"}, code


def test_only_two_cut_offs_are_known() -> None:
    known = {
        (programme.code, round_.year): (round_.bureau_cutoff_on, round_.province_cutoff_on)
        for programme in NEWEST.values()
        for round_ in programme.rounds
        if round_.bureau_cutoff_on or round_.province_cutoff_on
    }
    assert known == {
        ("technology-sme", 2019): (date(2019, 10, 31), None),
        ("technology-sme", 2025): (date(2025, 9, 30), None),
    }
