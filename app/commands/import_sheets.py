"""How a sheet of a file was understood, told on the terminal."""

import typer

from app.enterprises.imports.mapping import Registers, SheetMapping, field_of
from app.enterprises.imports.models import ImportSheet
from app.enterprises.imports.registers import FIRM
from app.enterprises.imports.remembered.memory import remembered_texts
from app.enterprises.imports.returned.round_trip import origin_texts
from app.enterprises.imports.staging import label_of
from app.enterprises.imports.tables.blanks import unlike_text
from app.kit.i18n import _
from app.kit.tabular.reader import uncalculated_text


def tell_sheet(sheet: ImportSheet, registers: Registers) -> None:
    """How a sheet was understood, or that it is not read."""
    if not sheet.chosen:
        typer.echo(_("没有读取的工作表：%(sheets)s") % {"sheets": f"{sheet.name}（{_why_not_read(sheet, registers)}）"})
        return
    layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
    if sheet.name:
        typer.echo(
            _("工作表“%(name)s”：%(register)s") % {"name": sheet.name, "register": _(registers[sheet.register].label)}
        )
    for text in (*remembered_texts(layout.remembered), *origin_texts(layout.origin)):
        typer.echo(text)
    mapped = [
        f"{column.header} → {_(found.label)}" + (f"（{column.unit}）" if found.has_unit and column.unit else "")
        for column in layout.columns
        if column.target and (found := field_of(column.target, registers))
    ]
    typer.echo(_("读取的列：%(columns)s") % {"columns": "，".join(mapped)})
    if layout.given:
        typer.echo(
            _("全表相同：%(given)s") % {"given": "，".join(f"{name}={value}" for name, value in layout.given.items())}
        )
    if layout.above:
        names = "、".join(layout.headers_of(layout.above))
        typer.echo(_("空白格表示同上的列：%(names)s") % {"names": names})
    if layout.unlike:
        typer.echo(unlike_text(layout))
    if layout.perhaps_above:
        names = "、".join(layout.headers_of(layout.perhaps_above))
        typer.echo(_("“%(names)s”下有空白格，不按同上理解；若表示同上，请加 --as-above 并写列名。") % {"names": names})
    if layout.not_imported:
        typer.echo(_("不导入的列：%(columns)s") % {"columns": "，".join(layout.not_imported)})


def _why_not_read(sheet: ImportSheet, registers: Registers) -> str:
    """Why a sheet is not read, and what has to be told so that it can be."""
    if sheet.hidden:
        return _("隐藏的工作表")
    if sheet.register not in registers:
        return _("没有识别出内容")
    layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
    if layout.uncalculated:
        return uncalculated_text(layout.uncalculated).rstrip("。")
    if missing := layout.missing(registers):
        names = "、".join(_(label_of(code, layout.register, registers)) for code in missing)
        told = {"register": _(registers[sheet.register].label), "names": names}
        return (_("像是%(register)s，缺少：%(names)s") % told) if sheet.register != FIRM else _("没有识别出内容")
    if unknown := layout.without_unit(registers):
        return _("这些金额列没有写明单位：%(names)s；用 --sheet 和 --unit 单独导入") % {"names": "、".join(unknown)}
    return _("没有选择")
