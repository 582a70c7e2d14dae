"""The pages of imports, as a browser meets them."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.models import Enterprise, YearlyFigures
from app.files.models import StoredFile
from app.jobs.models import Job
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.kit.tabular import open_table, write_csv
from tests.factories.enterprises import fictional_code, firm, wrong_code
from tests.factories.lists import HEADER, firm_row, firm_rows, messy_rows
from tests.factories.workbooks import Grid, write_grids
from tests.support.client import Client

SignIn = Callable[..., Client]


def csv(rows: list[list[str]], header: tuple[str, ...] = HEADER, encoding: str = "gb18030") -> bytes:
    return b"".join(write_csv(rows, header, encoding=encoding))


def upload(client: Client, content: bytes, name: str = "名单.csv", kind: str = "enterprises") -> str:
    """Upload a file; returns the address of its page."""
    answer = client.submit("/imports/new", {"kind": kind}, to="/imports", files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.fixture
def work(app: Any, settings: Settings) -> Callable[[], int]:
    """Does what the server's worker would."""

    def run() -> int:
        return Worker(
            JobContext(app.state.database, settings.data_dir), kinds_of(app.state.database.composition)
        ).run_waiting()

    return run


@pytest.fixture
def imported(sign_in: SignIn, work: Callable[[], int]) -> Callable[[list[list[str]]], tuple[Client, str]]:
    """`imported(rows)`: a caseworker takes the rows in; returns the client and the address of the result."""
    client = sign_in()

    def take_in(rows: list[list[str]]) -> tuple[Client, str]:
        url = upload(client, csv(rows))
        assert client.submit(url, to="/start").status_code == 303
        assert work() == 1
        return client, url

    return take_in


def test_the_whole_way_from_upload_to_result(sign_in: SignIn, session: Session, work: Callable[[], int]) -> None:
    client = sign_in()
    url = upload(client, csv(messy_rows()))
    page = client.get(url).text
    assert "gb18030" in page and "共 8 行数据" in page and "表头在第 1 行" in page
    assert "与第 2 行的代码重复" in page and "开始导入 8 行" in page
    assert session.scalar(select(func.count()).select_from(Enterprise)) == 0

    assert client.submit(url, to="/start").status_code == 303
    waiting = client.get(url).text
    assert "等待开始" in waiting and f'hx-get="{url}/progress"' in waiting
    assert "HX-Refresh" not in client.get(f"{url}/progress").headers
    work()
    assert client.get(f"{url}/progress").headers["HX-Refresh"] == "true"
    result = client.get(url).text
    for outcome in ("created", "changed", "unchanged", "differs", "queued", "rejected"):
        assert f'href="{url}?outcome={outcome}"' in result
    rejected = client.get(f"{url}?outcome=rejected").text
    assert "共 4 条" in rejected and "15 位" in rejected
    created = client.get(f"{url}?outcome=created").text
    assert f'href="/enterprises/{fictional_code(1)}"' in created
    assert url in client.get("/imports").text


def test_the_mapping_can_be_changed(sign_in: SignIn, session: Session, work: Callable[[], int]) -> None:
    client = sign_in()
    header = ("甲", "乙", "注册资本", "备注")
    rows = [["园林精密（示例）", fictional_code(1), "500", "无关"]]
    url = upload(client, csv(rows, header))
    page = client.get(url).text
    assert "还不能导入" in page and "不导入的列：甲、乙、备注" in page
    refused = client.post_form(f"{url}/start")
    assert refused.status_code == 422 and "找不到必需的列" in refused.text
    twice = client.submit(url, {"field-0": "name", "field-1": "name"}, to="/mapping")
    assert twice.status_code == 422 and "请只选一列" in twice.text
    saved = client.submit(url, {"field-0": "name", "field-1": "uscc", "unit-2": "万元"}, to="/mapping")
    assert saved.status_code == 303
    client.submit(url, to="/start")
    work()
    firm = session.scalars(select(Enterprise)).one()
    assert (firm.uscc, firm.capital_fen, firm.region_code) == (fictional_code(1), 500_000_000, "429005")


def test_a_sheet_of_many_columns_is_looked_at_in_parts(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    header = ("企业名称", "统一社会信用代码", *(f"列{n}" for n in range(3, 501)))
    url = upload(client, csv([["园林精密（示例）", fictional_code(1), *["值"] * 498]], header))
    page = client.get(url)
    assert len(page.content) < 4_000_000
    assert f'href="{url}?sheet=0&amp;part=9"' in page.text and "第 451–500 列" in page.text
    last = client.get(f"{url}?sheet=0&part=9").text
    assert 'name="field-499"' in last and 'name="field-0"' not in last
    saved = client.submit(f"{url}?sheet=0&part=9", {"field-499": "address"}, to="/mapping")
    assert saved.headers["location"].endswith("sheet=0&part=9")
    fills = [column[2] for column in session.scalars(select(ImportSheet.mapping)).one()["columns"]]
    assert (fills[:2], fills[499]) == (["name", "uscc"], "address")


def test_the_page_tells_how_further_tables_of_a_sheet_are_read(sign_in: SignIn) -> None:
    name, code = "园林精密有限公司（示例）", fictional_code(1)
    rows = [
        [name, code, "1"],
        ["", "", ""],
        ["企业名称", "统一社会信用代码", "2020年净资产（万元）"],
        [name, code, "12"],
    ]
    client = sign_in()
    header = ("企业名称", "统一社会信用代码", "2019年营业收入（万元）")
    page = client.get(upload(client, csv(rows, header), kind="workbook")).text
    assert "第 4 行起另有一张表" in page
    assert "2020年净资产（万元） → 净资产" in page


def test_a_unit_that_is_written_nowhere_is_asked_for(
    sign_in: SignIn, session: Session, work: Callable[[], int]
) -> None:
    client = sign_in()
    enterprise = firm(session, uscc=fictional_code(1))
    header = ("统一社会信用代码", "年度", "口径", "销售收入", "净资产（亿元）", "总资产")
    rows = [[fictional_code(1), "2020", "高企", "38205", "1.5", "2600"]]
    url = upload(client, csv(rows, header), kind="figures")
    page = client.get(url).text
    assert "“销售收入、总资产”的单位" in page and f"{url}/start" not in page
    refused = client.post_form(f"{url}/start")
    assert refused.status_code == 422 and "没有写明单位：销售收入、总资产" in refused.text
    assert client.submit(url, {"other_unit": "斤"}, to="/mapping").status_code == 422
    assert client.submit(url, {"unit-5": "万元", "other_unit": "千元"}, to="/mapping").status_code == 303
    client.submit(url, to="/start")
    work()
    one = session.scalars(select(YearlyFigures).filter_by(enterprise_id=enterprise.id)).one()
    assert (one.sales_revenue_fen, one.net_assets_fen, one.total_assets_fen) == (
        3_820_500_000,
        15_000_000_000,
        2_600_000_000,
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("名单.xlsx", b"MZ\x90\x00" + b"\x00" * 200, "程序"),
        ("名单.csv", "企业名称,代码\n".encode() + "潜江市示例有限公司,1\n".encode("gbk"), "混用了两种编码"),
        ("名单.xlsx", b"<html><table></table></html>", "网页"),
        ("名单.csv", b"", "空"),
        ("名单.csv", b"a," * 200_000 + b"\n", "超过上限 500 列"),
        ("", b"", "请选择要导入的文件"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_beside_its_field(
    sign_in: SignIn, session: Session, name: str, content: bytes, message: str
) -> None:
    client = sign_in()
    answer = client.submit("/imports/new", to="/imports", files={"file": (name, content)} if name else None)
    assert answer.status_code == 422
    assert message in answer.text and 'href="#f-file"' in answer.text
    for table in (ImportRun, StoredFile):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_workbook_of_hidden_sheets_alone_says_what_to_do(sign_in: SignIn, session: Session, tmp_path: Path) -> None:
    path = write_grids(
        tmp_path / "旧.xlsx",
        {"旧": Grid([["企业名称", "统一社会信用代码"], ["潜江市旧名有限公司（示例）", fictional_code(1)]])},
    )
    hidden = tmp_path / "隐藏.xlsx"
    with zipfile.ZipFile(path) as shown, zipfile.ZipFile(hidden, "w") as archive:
        for entry in shown.namelist():
            archive.writestr(entry, shown.read(entry).replace(b'<sheet name="', b'<sheet state="hidden" name="'))
    client = sign_in()
    files = {"file": ("隐藏.xlsx", hidden.read_bytes())}
    page = client.get(
        client.submit("/imports/new", {"kind": "workbook"}, to="/imports", files=files).headers["location"]
    )
    assert "还没有要导入的工作表" in page.text and "开始导入 " not in page.text
    assert session.scalar(select(func.count()).select_from(Enterprise)) == 0


def test_a_form_sent_twice_uploads_once(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    from tests.support.forms import form_to

    form = form_to(client.get("/imports/new").text, "/imports")
    data = {name: values[0] for name, values in form.fields.items()}
    for _ in range(2):
        client.post("/imports", data=data, files={"file": ("a.csv", csv(firm_rows(1)))})
    assert session.scalar(select(func.count()).select_from(ImportRun)) == 1


def test_a_doubtful_code_is_confirmed_with_a_reason_on_the_page(
    imported: Callable[[list[list[str]]], tuple[Client, str]], session: Session
) -> None:
    client, url = imported([firm_row(3, 统一社会信用代码=wrong_code(3)), firm_row(4, 统一社会信用代码=wrong_code(4))])
    assert "有 2 行等待决定" in client.get("/imports").text
    waiting = client.get("/imports/waiting").text
    assert wrong_code(3) in waiting and "校验位不符" in waiting
    empty = client.submit("/imports/waiting", {"reason": ""}, to=f"{url}/sheets/0/rows/2/confirm", follow=True)
    assert "请写明确认的理由" in empty.text
    done = client.submit(
        "/imports/waiting", {"reason": "已核对营业执照"}, to=f"{url}/sheets/0/rows/2/confirm", follow=True
    )
    assert "已确认并导入这一行" in done.text
    firm = session.scalars(select(Enterprise)).one()
    assert (firm.uscc, firm.uscc_confirmed, firm.uscc_note) == (wrong_code(3), True, "已核对营业执照")
    client.submit("/imports/waiting", to=f"{url}/sheets/0/rows/3/refuse")
    assert "没有等待决定的行" in client.get("/imports/waiting").text
    assert "决定不导入" in client.get(f"{url}?outcome=queued").text
    client.submit(f"{url}?outcome=queued", to=f"{url}/sheets/0/rows/3/reopen")
    assert wrong_code(4) in client.get("/imports/waiting").text


def test_a_name_that_contradicts_its_code_is_decided_and_changes_are_shown(
    imported: Callable[[list[list[str]]], tuple[Client, str]], session: Session
) -> None:
    imported(firm_rows(2))
    other = firm_row(1, 企业名称="泽口渔业合作社（示例）", 企业类型="合作社")
    client, url = imported([other, firm_row(2, 注册资金="8万美元", 法人代表="李**")])
    page = client.get(f"{url}?outcome=queued").text
    assert "改名并导入" in page and "“泽口渔业合作社（示例）”不符" in page
    changed = client.get(f"{url}?outcome=changed").text
    assert "张**" in changed and "李**" in changed and "3 万元" in changed and "8 万 USD" in changed
    assert "采用名单" not in changed
    client.submit("/imports/waiting", {"reason": "已核对变更登记"}, to=f"{url}/sheets/0/rows/2/confirm")
    firm = session.scalars(select(Enterprise).filter_by(uscc=fictional_code(1))).one()
    assert (firm.name, firm.kind) == ("泽口渔业合作社（示例）", "合作社")


def test_many_rows_are_decided_after_a_look_and_a_second_officer_sees_it(
    imported: Callable[[list[list[str]]], tuple[Client, str]],
    sign_in: SignIn,
    session: Session,
    work: Callable[[], int],
) -> None:
    imported(firm_rows(2))
    doubtful = [firm_row(each, 统一社会信用代码=wrong_code(each)) for each in (3, 4)]
    client, url = imported([firm_row(1, 企业名称="泽口渔业合作社（示例）"), *doubtful])
    page = client.get(f"{url}?outcome=queued").text
    assert "名称与代码不符 <b>1 / 1</b>" in page and "决定全部待定的 3 行" in page
    assert "决定全部待定的 2 行" in client.get(f"{url}?outcome=queued&reason=uscc").text

    looked = client.submit(f"{url}?outcome=queued", {"which": "all"}, to="/rows/decide")
    assert "确认之前什么也不会写入" in looked.text and "改为文件里的名称" in looked.text
    assert "泽口渔业合作社（示例）" in looked.text and "园林精密1号有限公司（示例）" in looked.text
    ids = " ".join(map(str, session.scalars(select(ImportRow.id).where(ImportRow.outcome == "queued"))))
    order = {"rows": ids, "choice-uscc": "take", "choice-name.differs": "leave"}
    refused = client.post_form(f"{url}/rows/order", order)
    assert refused.status_code == 422 and "请写明确认的理由" in refused.text
    placed = client.post_form(f"{url}/rows/order", {**order, "note": "已核对营业执照（示例）"})
    assert placed.status_code == 303, placed.text
    report = placed.headers["location"]
    assert "已处理 0 / 3 行" in client.get(f"{report}/progress").text
    assert work() == 1
    other = sign_in()
    assert "没有这样的行" in other.get(report).text
    page = other.get(f"{url}?outcome=queued").text
    assert "已确认：已核对营业执照（示例）" in page and "决定不导入" in page and "决定全部待定" not in page
    assert set(session.scalars(select(ImportRow.decision).where(ImportRow.outcome == "queued"))) == {
        "confirmed",
        "refused",
    }

    again = client.post_form(f"{url}/rows/order", {**order, "note": "再来一次"})
    assert work() == 1
    assert "已经决定了这一行" in other.get(again.headers["location"]).text
    assert client.post_form(f"{url}/rows/order", {**order, "choice-uscc": "keep"}).status_code == 422
    assert client.post_form(f"{url}/rows/decide").status_code == 303
    assert client.get(f"{url}/orders/999999").status_code == 404


def test_what_is_said_beforehand_is_kept_with_who_said_it(
    sign_in: SignIn, session: Session, work: Callable[[], int]
) -> None:
    client = sign_in()
    url = upload(client, csv([firm_row(3, 统一社会信用代码=wrong_code(3)), firm_row(4)]))
    said = {"choice-uscc": "leave", "choice-differs": "keep"}
    assert client.submit(url, said, to="/beforehand").status_code == 303
    page = sign_in().get(url).text
    assert page.count("说定</") >= 2 and '<option value="leave" selected>' in page
    client.submit(url, {"choice-differs": ""}, to="/beforehand")
    client.submit(url, {"choice-uscc": "take"}, to="/beforehand")
    assert "不能一起选“采用文件内容”" in client.get(url).text
    client.submit(url, to="/start")
    work()
    assert session.scalars(select(ImportRun.decisions)).one().keys() == {"uscc"}
    assert session.scalars(select(ImportRow.decision).where(ImportRow.outcome == "queued")).all() == ["refused"]
    late = client.post_form(f"{url}/beforehand", {"choice-uscc": ""})
    assert late.status_code == 303 and "已经开始" in client.get(url).text


def test_the_upload_page_tells_what_each_kind_must_have(sign_in: SignIn) -> None:
    page = sign_in().get("/imports/new").text
    assert "企业名单必须有：企业名称、统一社会信用代码。" in page
    assert "年度数据必须有：统一社会信用代码、年度、口径。" in page


def test_an_edit_by_hand_then_a_second_import_shows_both_and_one_click_takes_theirs(
    imported: Callable[[list[list[str]]], tuple[Client, str]], session: Session
) -> None:
    imported([firm_row(1)])
    mark = {"at": "2021-06-30T00:00:00+00:00", "by": "李晓（示例）"}
    session.execute(update(Enterprise).values(address="园林大道9号", edited_fields={"address": mark}))
    client, url = imported([firm_row(1, 企业类型="股份有限公司")])
    page = client.get(url).text
    assert "园林大道9号" in page and "潜江市园林办事处示例路1号" in page
    assert session.scalars(select(Enterprise.address)).one() == "园林大道9号"

    def choice(text: str) -> Any:
        from tests.support.forms import forms_of

        return next(form for form in forms_of(client.get(url).text) if text in (form.fields.get("choice") or [""])[0])

    theirs = choice("theirs")
    client.post(theirs.action, data={name: values[0] for name, values in theirs.fields.items()})
    assert session.scalars(select(Enterprise.address)).one() == "潜江市园林办事处示例路1号"
    client.submit(url, to="/rows/2/undo")
    assert session.scalars(select(Enterprise.address)).one() == "园林大道9号"
    ours = choice("ours")
    client.post(ours.action, data={name: values[0] for name, values in ours.fields.items()})
    assert session.scalars(select(ImportRow.decision).where(ImportRow.outcome == "differs")).one() == "settled"
    assert "选择保留本库" in client.get(url).text


def test_rows_not_imported_come_back_in_the_same_encoding(
    imported: Callable[[list[list[str]]], tuple[Client, str]], tmp_path: Path
) -> None:
    client, url = imported(messy_rows())
    answer = client.get(f"{url}/rejected")
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    path = tmp_path / "back.csv"
    path.write_bytes(answer.content)
    table = open_table(path)
    assert table.encoding == "gb18030"
    assert next(iter(table.sheets[0].rows())).cells[0] == "未导入原因"
    assert client.get(f"{url}/original").content == csv(messy_rows())


@pytest.mark.parametrize("kind", ["enterprises", "figures"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_templates_can_be_downloaded(sign_in: SignIn, kind: str, ending: str) -> None:
    client = sign_in()
    answer = client.get(f"/imports/templates/{kind}.{ending}")
    assert answer.status_code == 200 and len(answer.content) > 100
    assert client.get(f"/imports/templates/{kind}.exe").status_code == 404


def test_an_import_can_be_stopped_resumed_and_dropped(
    sign_in: SignIn, session: Session, work: Callable[[], int]
) -> None:
    client = sign_in()
    url = upload(client, csv(firm_rows(3)))
    client.submit(url, to="/start")
    client.submit(url, to="/stop")
    stopped = client.get(url).text
    assert "导入没有做完" in stopped and "由人停止" in stopped
    client.submit(url, to="/resume")
    work()
    assert session.scalar(select(func.count()).select_from(Enterprise)) == 3
    other = upload(client, csv(firm_rows(4)))
    assert client.submit(other, to="/abandon").status_code == 303
    assert client.post_form(f"{other}/start").status_code == 409


def test_another_region_sees_nothing_of_it(
    sign_in: SignIn, imported: Callable[[list[list[str]]], tuple[Client, str]]
) -> None:
    _client, url = imported(firm_rows(2))
    elsewhere = sign_in(region="420112")
    for address in (url, f"{url}/rejected", f"{url}/original", f"{url}/progress"):
        assert elsewhere.get(address).status_code == 404
    assert url not in elsewhere.get("/imports").text
    assert sign_in(role="leader").get("/imports").status_code == 403
    above = sign_in(role="administrator", region="")
    assert above.get(url).status_code == 200


def test_payloads_are_shown_as_text(imported: Callable[[list[list[str]]], tuple[Client, str]]) -> None:
    client, url = imported([firm_row(1, 企业名称="<script>alert(1)</script>", 统一社会信用代码="123")])
    page = client.get(url).text
    assert "&lt;script&gt;" in page and "<script>alert(1)" not in page


def test_the_pages_speak_english(imported: Callable[[list[list[str]]], tuple[Client, str]]) -> None:
    client, url = imported(messy_rows())
    client.cookies.set("yumiao_language", "en")
    page = client.get(f"{url}?outcome=rejected").text
    assert "Repeats row 2, differing in" in page and "Not imported" in page
    assert "Import a list" in client.get("/imports/new").text


def test_background_work_is_listed_for_administrators(
    sign_in: SignIn, session: Session, imported: Callable[[list[list[str]]], tuple[Client, str]]
) -> None:
    _client, url = imported(firm_rows(2))
    job_id = session.scalars(select(Job.id)).one()
    assert sign_in().get("/system/jobs").status_code == 403
    client = sign_in(role="administrator", region="")
    assert "名单.csv" in client.get("/system/jobs?state=done").text
    page = client.get(f"/system/jobs/{job_id}").text
    assert f'href="{url}"' in page and "已完成" in page
    assert client.get(f"/system/jobs/{job_id}/progress").headers["HX-Refresh"] == "true"
    assert client.get("/system/jobs?state=odd").status_code == 404
    session.execute(update(Job).values(state="failed", error="程序出错"))
    assert client.submit(f"/system/jobs/{job_id}", to="/retry").status_code == 303
    assert client.submit(f"/system/jobs/{job_id}", to="/stop").status_code == 303
    assert session.scalars(select(Job.state)).one() == "cancelled"


@pytest.mark.parametrize(
    "told",
    [
        {"header_row": "²"},
        {"header_row": "9" * 5_000},
        {"field-²": "name"},
        {"field-0": "figures.year@²"},
        {"field-0": "name@" + "9" * 5_000},
        {"given-figures.year@²": "1"},
        {"sheet": "99"},
        {"sheet": "²"},
    ],
)
def test_strange_choices_are_told_or_passed_over(sign_in: SignIn, told: dict[str, str]) -> None:
    client = sign_in()
    url = upload(client, csv([firm_row(1)]))
    answer = client.post_form(f"{url}/mapping", {"sheet": "0", "chosen": "1", **told})
    assert answer.status_code in (303, 404, 422)


def test_an_import_is_taken_back_after_a_look_at_what_goes(
    imported: Callable[[list[list[str]]], tuple[Client, str]], session: Session, work: Callable[[], int]
) -> None:
    client, url = imported(firm_rows(3))
    session.execute(update(Enterprise).where(Enterprise.uscc == fictional_code(1)).values(address="新址（示例）"))
    session.commit()
    assert f'href="{url}/undo"' in client.get(url).text
    page = client.get(f"{url}/undo").text
    assert "撤销这次导入" in page and "地址此后被修改" in page
    assert session.scalar(select(func.count()).select_from(Enterprise)) == 3
    assert client.submit(f"{url}/undo", to="/undo").status_code == 303
    assert "等待开始" in client.get(f"{url}/undo").text
    assert client.get(url).headers["location"] == f"{url}/undo"
    assert "HX-Refresh" not in client.get(f"{url}/undo/progress").headers
    work()
    assert client.get(f"{url}/undo/progress").headers["HX-Refresh"] == "true"
    page = client.get(f"{url}/undo").text
    assert "已撤销：" in page and "地址此后被修改" in page and "撤销这次导入" not in page
    assert session.scalars(select(Enterprise.uscc)).all() == [fictional_code(1)]
    result = client.get(url).text
    assert "这次导入已撤销" in result and "已撤销" in client.get("/imports").text


def test_an_import_of_another_place_cannot_be_taken_back(
    imported: Callable[[list[list[str]]], tuple[Client, str]], sign_in: SignIn
) -> None:
    _client, url = imported(firm_rows(1))
    elsewhere = sign_in(region="429006")
    assert elsewhere.get(f"{url}/undo").status_code == 404


def test_blanks_that_mean_as_above_are_shown_with_their_row_and_chosen(sign_in: SignIn, tmp_path: Path) -> None:
    head = ["企业名称", "统一社会信用代码", "联系人", "联系电话"]
    first = ["园林精密1号有限公司（示例）", fictional_code(1), "周某（示例）", "10012345671"]
    more = ["", "", "吴某（示例）", "10012345672"]
    client = sign_in()
    path = write_grids(tmp_path / "联系人.xlsx", {"名单": Grid([head, first, more])})
    url = upload(client, path.read_bytes(), path.name, kind="workbook")
    page = client.get(url).text
    assert "“企业名称、统一社会信用代码”下的空白格按同上理解：第 3 行。" in page and "↑ 同第 2 行" in page
    client.submit(url, {"above-0_1": None}, to="/mapping")
    page = client.get(url).text
    assert "看不出是漏填还是同上" in page and "↑ 同第 2 行" not in page
    client.submit(url, {"above-0_1": "1"}, to="/mapping")
    assert "↑ 同第 2 行" in client.get(url).text


def test_tables_beside_each_other_are_asked_about_on_the_page(sign_in: SignIn, tmp_path: Path) -> None:
    left = [["企业名称", "统一社会信用代码"], *([f"园林精密{n}号有限公司（示例）", fictional_code(n)] for n in (1, 2))]
    right = [["姓名", "联系电话", "职称"], ["周某（示例）", "10012345671", "教授"], ["", "", ""]]
    rows = [[*one, "", *other] for one, other in zip(left, right, strict=True)]
    client = sign_in()
    path = write_grids(tmp_path / "台账.xlsx", {"台账": Grid(rows)})
    url = upload(client, path.read_bytes(), path.name, kind="workbook")
    page = client.get(url).text
    assert "看不出是几张表还是一张表" in page and "/start" not in page
    assert client.post_form(f"{url}/start", {}).status_code == 422
    client.submit(url, {"tables": "apart"}, to="/mapping")
    page = client.get(url).text
    assert "台账 #1" in page and "台账 #2" in page and "看不出" not in page and "/start" in page
    client.submit(url, {"tables": "one"}, to="/mapping")
    assert "台账 #1" not in client.get(url).text


def test_a_row_that_only_has_a_name_is_taken_for_a_firm_that_a_person_chooses(
    sign_in: SignIn, session: Session, work: Callable[[], int]
) -> None:
    """One by one on the result page and among all that waits, and many after a look at each pair."""
    for number, name in enumerate(
        ("潜江市鸿泰精密机械有限公司", "潜江市楚盛水产食品有限公司", "潜江市曹禺文化传播有限公司"), 1
    ):
        firm(session, name, uscc=fictional_code(number), legal_representative="张示例")
    session.commit()
    written = [
        "潜江市鸿泰精密机械有限责任公司",
        "楚盛水产食品有限公司",
        "潜江市曹寓文化传播有限公司",
        "襄阳市楚云航天科技有限公司",
    ]
    client = sign_in()
    table = csv([[name, "5"] for name in written], ("企业名称", "2020年营业收入（万元）"))
    url = upload(client, table, kind="workbook")
    assert "可能是潜江市鸿泰精密机械有限公司（示例）" in client.get(url).text
    client.submit(url, to="/start")
    work()
    page = client.get(f"{url}?outcome=rejected").text
    assert "有一家建议的企业 <b>3 / 3</b>" in page and "取这家" in page and "法定代表人 张示例" in page
    assert "取这家" in client.get("/imports/waiting").text

    own = f"{url}/sheets/0/rows"
    assert client.post_form(f"{own}/2/firm", {"firm": fictional_code(1), "remember": "1"}).status_code == 303
    page = client.get(f"{url}?outcome=rejected").text
    assert "第 2 行已记入" in page and "选定为：潜江市鸿泰精密机械有限公司（示例）" in page and "这个写法已记住" in page
    assert client.post_form(f"{own}/2/forget").status_code == 303
    assert "这个写法已记住" not in client.get(f"{url}?outcome=rejected").text
    other = url.rpartition("/")[2]
    client.post_form(f"{own}/5/firm", {f"other-{other}-0-5": "胡言乱语"})
    assert "没有找到代码为" in client.get(f"{url}?outcome=rejected").text

    looked = client.submit(f"{url}?outcome=rejected", {"which": "all"}, to="/rows/decide")
    assert "取建议的企业" in looked.text and "潜江市曹禺文化传播有限公司（示例）" in looked.text
    ids = " ".join(map(str, session.scalars(select(ImportRow.id).where(ImportRow.row_number.in_((3, 4))))))
    placed = client.post_form(f"{url}/rows/order", {"rows": ids, "choice-name.proposed": "proposed"})
    assert placed.status_code == 303, placed.text
    work()
    session.expire_all()
    firms = session.scalars(select(ImportRow.target_id).order_by(ImportRow.row_number)).all()
    assert None not in firms[:3] and firms[3] is None
    assert len(session.scalars(select(YearlyFigures.id)).all()) == 3


def test_a_dry_run_tells_before_anything_is_written_what_would_become_of_all_rows(
    sign_in: SignIn, session: Session, work: Callable[[], int]
) -> None:
    client = sign_in()
    url = upload(client, csv(messy_rows()))
    assert client.submit(url, to="/dry-run").status_code == 303
    assert "等待开始" in client.get(f"{url}/dry-run/progress").text
    assert work() == 1
    assert session.scalar(select(func.count()).select_from(Enterprise)) == 0
    page = client.get(url).text
    assert "代码校验位不符" in page and "重复的行，内容不同" in page and "之后库中没有变动" in page
    firm(session)
    assert "之后库中有变动" in client.get(url).text
    client.submit(url, {f"field-{len(HEADER) - 1}": ""}, to="/mapping")
    page = client.get(url).text
    assert "请重新试读" in page and "之后库中" not in page and "重复的行，内容不同" not in page
    assert client.submit(url, to="/dry-run").status_code == 303
    assert client.submit(url, to="/dry-run/stop").status_code == 303
    assert work() == 0
    assert "试读没有做完：由人停止。" in client.get(url).text
