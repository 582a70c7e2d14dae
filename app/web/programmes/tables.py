"""A section of a programme's file as its page shows it: empty columns left out, smaller ones beneath larger ones."""

from dataclasses import dataclass

from app.kit.i18n import N_, _
from app.programmes.descriptions import CitedPlace, Section, SectionRow

NOTES = {
    "materials": N_("存于企业证据库的直接沿用，不重复索取"),
    "questions": N_("答复随件保存，再次申报时沿用或重填"),
    "clocks": N_("按工作日计；轮到别人时停表，两边都看得到"),
    "duties": N_("进入该阶段后自动产生"),
    "milestones": N_("立案或进入阶段时自动建立"),
}


@dataclass(frozen=True)
class SectionCell:
    """A cell with what stands in small letters beneath it: (label, text)."""

    text: str
    beneath: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TableRow:
    """A row of a section; its first cell names it."""

    code: str
    cells: tuple[SectionCell, ...]
    citations: tuple[CitedPlace, ...]


@dataclass(frozen=True)
class SectionTable:
    """One section of the file as the page shows it."""

    code: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def table_of(section: Section) -> SectionTable:
    """The section without the columns that are empty throughout and those that stand beneath another."""
    used = [at for at in range(len(section.columns)) if any(row.cells[at] for row in section.rows)]
    leading = [at for at in used if section.beneath.get(at) not in used]
    return SectionTable(
        code=section.code,
        title=section.title,
        note=_(NOTES[section.code]) if section.code in NOTES else "",
        columns=tuple(section.columns[at] for at in leading),
        rows=tuple(
            TableRow(row.code, tuple(_cell(section, row, at) for at in leading), row.citations) for row in section.rows
        ),
    )


def _cell(section: Section, row: SectionRow, at: int) -> SectionCell:
    below = [child for child, parent in section.beneath.items() if parent == at and row.cells[child]]
    return SectionCell(row.cells[at], tuple((section.columns[child], row.cells[child]) for child in below))
