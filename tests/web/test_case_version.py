"""The page on which a section head moves a case to a newer version of its programme."""

import pytest

from app.cases.models import CaseFile
from app.kit.clock import utc_now
from tests.factories import cases
from tests.programmes.files import FULL, publish, write
from tests.support import people

REVISION = "2021-01-01.r1"


@pytest.fixture
def moved(session, tmp_path):
    """Publishes a version, opens a case under it and publishes another one."""

    def make(**replaced):
        head, now = people.officer(session, role="section_head"), utc_now()
        write(tmp_path, text=FULL)
        publish(session, tmp_path, now)
        case = cases.opened(session, head, now, programme="trial-run", year=2026).row
        text = FULL.replace("version:", 'supersedes: "2021-01-01"\nversion:', 1)
        write(tmp_path, version=REVISION, text=text, **replaced)
        publish(session, tmp_path, now)
        return case

    return make


def test_the_page_shows_the_difference_and_what_it_means_before_anything_happens(session, sign_in, moved):
    case = moved(
        **{
            "years: 2": "years: 3",
            "code: lease\n": "code: lease-contract\n",
            "title: {zh: 租赁合同": "title: {zh: 场地合同",
        }
    )
    url = f"/cases/{case.number}/version"
    page = sign_in("section_head").get(url).text
    for text in ("<ins>近 3 年每年 1 份</ins>", "场地合同", "对这个件的影响", "此前的步骤不能再撤回", "用于步骤“提交”"):
        assert text in page, text
    assert session.get(CaseFile, case.id).programme_version == "2021-01-01"


def test_confirming_moves_the_case_and_says_so_in_the_timeline(session, sign_in, moved):
    case = moved(**{"years: 2": "years: 3"})
    client = sign_in("section_head")
    url = f"/cases/{case.number}/version"
    assert client.submit(url, {}, to=url).status_code == 422
    answer = client.submit(url, {"reason": "文件更正"}, to=url, follow=True)
    assert f"已换用版本 {REVISION}" in answer.text
    assert "换用通道新版本" in answer.text
    assert session.get(CaseFile, case.id).programme_version == REVISION
    assert client.get(url).status_code == 409


def test_a_gone_stage_is_chosen_first_and_its_name_stays_in_the_timeline(session, sign_in, moved):
    gone = {"code: preparing\n": "code: getting-ready\n", "[preparing": "[getting-ready", "zh: 准备,": "zh: 筹备,"}
    case = moved(**gone)
    client = sign_in("section_head")
    url = f"/cases/{case.number}/version"
    page = client.get(url).text
    assert "新版本没有该件现在的阶段“准备”" in page
    assert "确认换用" not in page
    assert "场地是否租赁" not in page.split("文件差异")[0]
    shown = client.get(f"{url}?stage=getting-ready").text
    assert "该件改列入下面的阶段" in shown
    given = {
        "version": str(case.version),
        "programme_version": REVISION,
        "stage": "getting-ready",
        "reason": "流程更名",
    }
    assert client.post_form(url, given).status_code == 303
    answer = client.get(f"/cases/{case.number}")
    assert session.get(CaseFile, case.id).stage == "getting-ready"
    assert ">准备<" in answer.text
    assert ">筹备<" in answer.text


def test_only_section_heads_and_only_open_cases(session, sign_in, moved):
    case = moved(**{"years: 2": "years: 3"})
    url = f"/cases/{case.number}/version"
    assert sign_in("caseworker").get(url).status_code == 403
    given = {"version": str(case.version), "programme_version": REVISION, "reason": "x"}
    assert sign_in("caseworker").post_form(url, given).status_code == 403
    head = people.officer(session, role="section_head")
    cases.step(session, head, utc_now(), case, "withdraw", reason="企业撤回")
    assert sign_in("section_head").get(url).status_code == 409
