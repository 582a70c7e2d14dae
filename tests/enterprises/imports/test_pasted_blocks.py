"""A pasted block: cells of the clipboard, which way round it stands, what its heads say, and what is refused."""

import pytest

from app.composition.slices import compose
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.mapping import Registers
from app.enterprises.imports.pasted.cells import MAX_CHARACTERS, MAX_COLUMNS, MAX_ROWS, read_cells
from app.enterprises.imports.pasted.table import PastedTable, PastingFirm, StatedFigure, figures_of_many, figures_of_one
from app.enterprises.imports.sheets import allowed
from app.kit.errors import Invalid

FIRM = PastingFirm("91429005MA4EXAMP0B", "园林精密（示例）")


@pytest.fixture(scope="module")
def registers() -> Registers:
    return allowed(compose(), ImportKind.FIGURES)


def fills(table: PastedTable, registers: Registers) -> dict[str, tuple[str, str]]:
    return {column.header: (column.fills, column.unit) for column in table.mapping(registers).columns}


# -- cells -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a\tb\r\n1\t2\r\n", [["a", "b"], ["1", "2"]]),
        ("\t2021\n甲\t1", [["", "2021"], ["甲", "1"]]),
        ("a\t\t\nb\t2\t", [["a", ""], ["b", "2"]]),
        ('"上\n下"\t"说""好"""\n1\t2', [["上 下", '说"好"'], ["1", "2"]]),
        ('5"管\tb\n1\t2', [['5"管', "b"], ["1", "2"]]),
        ("a\tb\n\t\n\n1\t2", [["a", "b"], ["1", "2"]]),
        (
            "<html><table><tr><td>a<br>x</td><th>b &amp; c</th></tr><tr><td colspan=2>1</td></tr></table>尾",
            [["a x", "b & c"], ["1", ""]],
        ),
    ],
)
def test_cells_come_as_the_spreadsheet_shows_them(text: str, cells: list[list[str]]) -> None:
    assert read_cells(text) == cells


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "paste.empty"),
        (" \n\t\n", "paste.empty"),
        ("销售收入\n研发费用", "paste.one_column"),
        ("a\tb\n" * (MAX_ROWS + 1), "paste.too_large"),
        ("\t".join(["a"] * (MAX_COLUMNS + 1)), "paste.too_large"),
        ("a" * (MAX_CHARACTERS + 1), "paste.too_long"),
        ("<table><tr><td colspan=99999999999>a</td></tr></table>", "paste.one_column"),
    ],
)
def test_what_is_no_block_is_refused_beside_its_field(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_cells(text)
    assert refused.value.code == code and "block" in refused.value.fields


# -- one firm ----------------------------------------------------------------------------------------------------------

ACROSS = "项目\t2021年\t2022年度\t2023\n销售收入（万元）\t1\t2\t3\n研发费用（千元）\t4\t5\t\n职工总数\t7\t8\t9"
DOWN = "年度\t销售收入（万元）\t研发费用（千元）\t职工总数\n2021\t1\t4\t7\n2022\t2\t5\t8\n2023\t3\t\t9"


@pytest.mark.parametrize("text", [ACROSS, DOWN])
def test_items_down_and_items_across_are_the_same_table(text: str, registers: Registers) -> None:
    table = figures_of_one(read_cells(text), registers, FIRM)
    assert table.turned == (text is ACROSS)
    assert table.rows[0][2:] == ["年度", "销售收入（万元）", "研发费用（千元）", "职工总数"]
    assert table.rows[1:] == [
        [FIRM.uscc, FIRM.name, "2021", "1", "4", "7"],
        [FIRM.uscc, FIRM.name, "2022", "2", "5", "8"],
        [FIRM.uscc, FIRM.name, "2023", "3", "", "9"],
    ]
    found = fills(table, registers)
    assert found["销售收入（万元）"] == ("figures.sales_revenue_fen", "万元")
    assert found["研发费用（千元）"] == ("figures.rd_total_fen", "千元")
    assert found["统一社会信用代码"][0] == "uscc" and found["年度"][0] == "figures.year"


@pytest.mark.parametrize(
    "text",
    [
        "主要指标\t\t单位：万元\n项目\t2021\t2022\n销售收入\t1\t2\n净资产\t3\t4",
        "单位：万元\t2021\t2022\n销售收入\t1\t2\n净资产\t3\t4",
        "万元\t2021\t2022\n销售收入\t1\t2\n净资产\t3\t4",
        "序号\t项目\t计量单位\t2021\t2022\n1\t销售收入\t万元\t1\t2\n2\t净资产\t万元\t3\t4",
        "\t2021\t2022\n一、销售收入（万元）\t1\t2\n二、净资产（万元）\t3\t4",
    ],
)
def test_the_unit_is_read_wherever_the_block_tells_it(text: str, registers: Registers) -> None:
    table = figures_of_one(read_cells(text), registers, FIRM)
    mapping = table.mapping(registers)
    units = {column.fills: column.unit for column in mapping.columns if column.target}
    assert table.turned and mapping.without_unit(registers) == ()
    assert (units["figures.sales_revenue_fen"], units["figures.net_assets_fen"]) == ("万元", "万元")


def test_a_unit_that_nobody_tells_is_not_guessed(registers: Registers) -> None:
    table = figures_of_one(read_cells("项目\t2021\n销售收入\t38205"), registers, FIRM)
    assert table.mapping(registers).without_unit(registers) == ("销售收入",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("企业名称\t年度\t销售收入（万元）\n别家（示例）\t2021\t1", "paste.firms"),
        ("甲\t乙\n1\t2", "paste.no_items"),
    ],
)
def test_what_is_not_figures_of_one_firm_is_refused(text: str, code: str, registers: Registers) -> None:
    with pytest.raises(Invalid) as refused:
        figures_of_one(read_cells(text), registers, FIRM)
    assert refused.value.code == code


# -- many firms --------------------------------------------------------------------------------------------------------


def test_a_table_with_heads_stays_as_it_is(registers: Registers) -> None:
    cells = read_cells("单位名称\t2023年营业收入（万元）\n园林精密（示例）\t12")
    table = figures_of_many(cells, registers, None)
    assert table.rows == cells
    assert fills(table, registers)["2023年营业收入（万元）"] == ("figures.sales_revenue_fen@2023", "万元")


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("园林精密（示例）\t38,205\n王场日化（示例）\t9,412", ["企业名称", "2024年销售收入（千元）"]),
        ("91429005MA4EXAMP0B\t12", ["统一社会信用代码", "2024年销售收入（千元）"]),
        ("91429005MA4EXAMP0B\t园林精密（示例）\t12", ["统一社会信用代码", "企业名称", "2024年销售收入（千元）"]),
    ],
)
def test_a_block_without_heads_gets_those_that_were_told(text: str, heads: list[str], registers: Registers) -> None:
    table = figures_of_many(read_cells(text), registers, StatedFigure("sales_revenue_fen", 2024, "千元"))
    assert table.rows[0] == heads
    assert fills(table, registers)[heads[-1]] == ("figures.sales_revenue_fen@2024", "千元")


@pytest.mark.parametrize(
    ("text", "told", "code"),
    [
        ("园林精密（示例）\t12", None, "paste.no_head"),
        ("园林精密（示例）\t12\t13", StatedFigure("sales_revenue_fen", 2024), "paste.many_values"),
        ("12\t13", StatedFigure("sales_revenue_fen", 2024), "paste.many_values"),
    ],
)
def test_a_first_row_of_data_is_never_taken_for_a_head(
    text: str, told: StatedFigure | None, code: str, registers: Registers
) -> None:
    with pytest.raises(Invalid) as refused:
        figures_of_many(read_cells(text), registers, told)
    assert refused.value.code == code


def test_what_looks_like_a_formula_stays_text() -> None:
    body = PastedTable([["企业名称", "备注"], ["甲（示例）", "=1+1"]]).csv().decode("utf-8-sig")
    assert "'=1+1" in body
