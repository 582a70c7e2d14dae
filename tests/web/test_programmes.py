"""The pages of a programme: every part of its file is told, settings are made there, versions are compared."""

from datetime import date

import pytest
from sqlalchemy import select

from app.cases.models import CaseClock
from app.journal.models import JournalEvent
from app.kit.clock import utc_now
from app.programmes.settings import setting_in_force
from tests.factories import cases
from tests.programmes.files import FULL, publish, write
from tests.support import people

URL = "/programmes/trial-run"


@pytest.fixture(autouse=True)
def published(session, tmp_path, now):
    write(tmp_path, text=FULL)
    publish(session, tmp_path, now)


def test_the_way_tells_each_step_with_its_needs_its_clocks_and_whom_it_tells(sign_in):
    page = sign_in().get(URL).text
    for text in ("未到时：市科技局审查", "计为已发证", "完成节点“现场核查”", "税务局答复且无异议", "科长、管理员 1 人审签",
                 "填报问题 2 项；材料 3 项", "“审查时限”停表；“补正时限”起算", "告知：企业、经办人", "退回补正，此前的审签失效"):  # fmt: skip
        assert text in page, text
    assert page.count('<g class="box') == 5


def test_the_checklist_tells_kind_condition_number_validity_and_supplier(sign_in):
    page = sign_in().get(f"{URL}/supplies").text
    for text in ("文件类别：营业执照", "有效期：办理当日须在有效期内", "近 2 年每年 1 份", "“场地是否租赁”答“是”时", "提交（可选）",
                 "至少 2 份", "凭记忆，待核实", "沿用上次答复", "第五条"):  # fmt: skip
        assert text in page, text


def test_limits_duties_and_milestones_are_told_with_what_the_bureau_sets(sign_in):
    page = sign_in().get(f"{URL}/times").text
    for text in ("由市局设定，尚未设定", "10 个工作日", "每季度，日期由市局设定", "漏报 2 次的，证书失效",
                 "证书到期前 12、3 个月", "事项发生后 3 个月内", "进入该阶段后第 5 个工作日"):  # fmt: skip
        assert text in page, text


def test_a_setting_is_made_on_its_page_and_shown_in_force(session, sign_in):
    client = sign_in("section_head")
    given = {
        "kind": "clock",
        "key": "handling",
        "value": "20",
        "effective_on": "2021-06-01",
        "document": "潜科办〔2021〕3号",
    }
    answer = client.post_form(f"{URL}/settings", given)
    assert answer.status_code == 303
    assert setting_in_force(session, "trial-run", "clock", "handling", date(2021, 6, 1)) == "20"
    for page in (client.get(f"{URL}/settings").text, client.get(f"{URL}/times").text):
        assert "20 个工作日" in page
        assert "2021-06-01 起，依据 潜科办〔2021〕3号" in page
    assert len(session.scalars(select(JournalEvent).where(JournalEvent.type == "programme.setting_set")).all()) == 1


def test_a_setting_gives_running_limits_their_day(session, sign_in, tmp_path, now):
    bare = FULL.split("questions:\n")[0] + "clocks:\n" + FULL.split("\nclocks:\n")[1]
    write(tmp_path, code="other-run", text=bare, **{"mark: SF": "mark: SG"})
    publish(session, tmp_path, now)
    head = people.officer(session, role="section_head")
    case = cases.opened(session, head, utc_now(), programme="other-run").row
    cases.step(session, head, utc_now(), case, "submit")
    clock = session.scalars(select(CaseClock).where(CaseClock.case_id == case.id)).one()
    assert clock.due_on is None
    given = {"kind": "clock", "key": "handling", "value": "20", "effective_on": "2021-06-01", "document": "纪要"}
    client = sign_in("section_head")
    client.post_form("/programmes/other-run/settings", given)
    assert "1 件在办件正在走的时限已据此排定" in client.get("/programmes/other-run/settings").text
    clock = session.scalars(select(CaseClock).where(CaseClock.case_id == case.id)).one()
    assert (clock.working_days, clock.due_on is not None) == (20, True)


def test_a_refused_setting_is_shown_again_beside_its_field(session, sign_in):
    client = sign_in("section_head")
    given = {"kind": "duty", "key": "yearly", "value": "02-29", "effective_on": "2021-06-01", "document": "纪要"}
    answer = client.post_form(f"{URL}/settings", given)
    assert answer.status_code == 422
    assert "每年都有的一天" in answer.text
    assert 'value="02-29"' in answer.text


def test_a_caseworker_sees_settings_and_sets_none(sign_in):
    client = sign_in()
    assert "设定新值" not in client.get(f"{URL}/settings").text
    given = {"kind": "clock", "key": "handling", "value": "20", "effective_on": "2021-06-01", "document": "纪要"}
    assert client.post_form(f"{URL}/settings", given).status_code == 403


def test_versions_stand_on_a_line_and_their_difference_is_told(session, sign_in, tmp_path, now):
    changed = FULL.replace("version:", 'supersedes: "2021-01-01"\nversion:', 1).replace(
        "working_days: 10", "working_days: 15"
    )
    changed = changed.replace("years: 2", "years: 3").replace("confidence: recalled-low", "confidence: copy")
    write(tmp_path, version="2021-01-01.r1", text=changed)
    publish(session, tmp_path, now)
    client = sign_in()
    assert "/programmes/trial-run/diff?from=2021-01-01&amp;to=2021-01-01.r1" in client.get(f"{URL}/versions").text
    page = client.get(f"{URL}/diff").text
    for text in (
        "<del>近 2 年每年 1 份</del>",
        "<ins>近 3 年每年 1 份</ins>",
        "<del>10 个工作日</del>",
        "<ins>15 个工作日</ins>",
    ):
        assert text in page, text
    assert "两个版本内容相同" in client.get(f"{URL}/diff?from=2021-01-01&to=2021-01-01").text
    assert client.get(f"{URL}/diff?from=1999-01-01").status_code == 404


@pytest.mark.parametrize("tab", ["no-such", "supplies?version=1999-01-01"])
def test_what_is_not_there_is_not_found(sign_in, tab):
    assert sign_in().get(f"{URL}/{tab}").status_code == 404


def test_english_pages_are_english(sign_in):
    client = sign_in()
    client.post_form("/language", {"locale": "en", "next": "/programmes"})
    assert "“Time to review” stands still; “Time to correct” starts" in client.get(URL).text
    assert "one for each of 2 years" in client.get(f"{URL}/supplies").text
    assert "the certificate is lost after 2 missed" in client.get(f"{URL}/times").text
