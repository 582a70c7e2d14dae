"""The pages of docs/programmes, written from the files: `.venv/bin/python tools/programme_pages.py`."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from app.kit.i18n import _, use_locale  # noqa: E402
from app.kit.templates import STATIC, make_environment  # noqa: E402
from app.programmes import catalogue  # noqa: E402
from app.programmes.catalogue import ProgrammeFile  # noqa: E402
from app.programmes.descriptions import CitedPlace, Section, VocabularyNames, describe  # noqa: E402
from app.programmes.domain.diagram import draw  # noqa: E402
from app.programmes.words import LEVELS  # noqa: E402
from app.reference.catalogue import TermEntry, read_terms  # noqa: E402

SEEDS, FOLDER = ROOT / "seeds", ROOT / "docs" / "programmes"
WRITTEN = "Written by `tools/programme_pages.py`; change the file under `seeds/programmes`, then run it again."


def pages() -> dict[str, str]:
    """Every page and picture by its name: one of each for the newest version of a programme, and the list."""
    newest = {file.programme.code: file for file in catalogue.read_all(SEEDS)}
    found = {"README.md": _index(newest)}
    for code, file in newest.items():
        found[f"{code}.md"] = _page(file)
        found[f"{code}.svg"] = _picture(file)
    return found


def main() -> None:
    """Write what has changed and remove what is no longer led."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in FOLDER.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def _index(newest: Mapping[str, ProgrammeFile]) -> str:
    rows = []
    with use_locale("en"):
        for code, file in newest.items():
            programme = file.programme
            name = f"[{programme.title.en}]({code}.md) ({programme.title.zh})"
            rows.append((name, _(LEVELS[programme.level]), programme.version, str(programme.summary)))
    table = _table(("Programme", "Level", "Version", "What it is"), rows)
    return f"# Programmes\n\n{WRITTEN}\n\n{table}\n"


def _page(file: ProgrammeFile) -> str:
    programme, names = file.programme, _names()
    with use_locale("zh"):
        chinese = describe(programme, VocabularyNames())
    with use_locale("en"):
        sections = zip(describe(programme, names), chinese, strict=True)
        parts = [_section(section, originals) for section, originals in sections if section.rows]
        about = f"{_(LEVELS[programme.level])} · {programme.authority} · version {programme.version}"
        sources = "\n".join(f"* {source.document.en} ({source.document.zh})" for source in programme.sources)
    return (
        f"# {programme.title.en} ({programme.title.zh})\n\n{WRITTEN}\n\n{about}\n\n{programme.summary.en}\n\n"
        f"![Stages and steps; the tables below say the same in words]({programme.code}.svg)\n\n"
        + "\n".join(parts)
        + f"\n## Sources\n\n{sources}\n"
    )


def _section(section: Section, originals: Section) -> str:
    """One table, each row named in both languages; steps carry the numbers of the picture."""
    used = [at for at in range(len(section.columns)) if any(row.cells[at] for row in section.rows)]
    numbered = section.code == "actions"
    columns = [*(["#"] if numbered else []), *(section.columns[at] for at in used), "Source"]
    rows = []
    for number, (row, original) in enumerate(zip(section.rows, originals.rows, strict=True), start=1):
        cells = [f"**{row.cells[0]}** ({original.cells[0]})", *(row.cells[at] for at in used[1:])]
        rows.append([*([str(number)] if numbered else []), *cells, "<br>".join(map(_cited, row.citations))])
    return f"## {section.title}\n\n{_table(columns, rows)}\n"


def _cited(place: CitedPlace) -> str:
    where = f"{place.document} {place.clause}".strip()
    return f"{where} (**{place.confidence}**)" if place.unverified else where


def _table(columns: tuple[str, ...] | list[str], rows: list) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or "—"


def _names() -> VocabularyNames:
    terms = read_terms(SEEDS / "reference")

    def english(vocabulary: str) -> dict[str, str]:
        entries: list[TermEntry] = terms[vocabulary]
        return {entry.code: entry.en for entry in entries}

    return VocabularyNames(english("document_kind"), english("department"), english("certificate_kind"))


def _picture(file: ProgrammeFile) -> str:
    """The diagram of the programme's page, with the rules of its style sheet inside."""
    with use_locale("zh"):
        template = make_environment().get_template("web/programmes/_diagram.html")
        drawn = template.render(diagram=draw(file.programme), programme=file.programme).strip()
    head, rest = drawn.split(">", 1)
    return f"{head}>\n<style>{_style()}</style>{rest}\n"


def _style() -> str:
    """The rules of the diagram, colours filled in; a picture of its own knows no variables of the page."""
    rules = [
        line for line in (STATIC / "cases.css").read_text(encoding="utf-8").splitlines() if line.startswith(".diagram")
    ]
    colours = dict(re.findall(r"(--[\w-]+):\s*(#\w+)", (STATIC / "yumiao.css").read_text(encoding="utf-8")))
    text = "\n".join(rule for rule in rules if not rule.startswith(".diagram-scroll"))
    filled = re.sub(r"var\((--[\w-]+)\)", lambda found: colours[found[1]], text)
    return f"* {{ box-sizing: border-box; font-family: sans-serif; }}\n{filled}"


if __name__ == "__main__":
    main()
