"""A list goes out, is edited and comes back: time, CPU and memory of each `yumiao` command, on the deployment that the environment names.

`python -m benchmarks.round_trip [RESOURCE HEAD] [--edits N]` exports RESOURCE (by default the firms), imports it unedited (nothing may
change), then with N numbers written into the column HEAD (exactly N rows may change). It writes to that deployment: give it a copy.
"""

import argparse
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Collection
from pathlib import Path

from app.kit.tabular import open_table
from benchmarks.measure import table
from benchmarks.world import YUMIAO

_SHEET = "xl/worksheets/sheet1.xml"
_ROW = re.compile(r'<row r="(\d+)"[^>]*>.*?</row>')


def edit_numbers(path: Path, edited: Path, head: str, rows: Collection[int]) -> None:
    """The workbook with another number in the column `head` of these rows, counted as a spreadsheet does."""
    heads = next(iter(open_table(path).sheets[0].rows())).cells
    letter = chr(ord("A") + heads.index(head))

    def row_of(found: re.Match[str]) -> str:
        number = int(found[1])
        if number not in rows:
            return found[0]
        old = rf'<c r="{letter}{number}"[^>]*?(?:/>|>.*?</c>)'
        return re.sub(old, f'<c r="{letter}{number}"><v>{number + 0.25}</v></c>', found[0])

    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(edited, "w", zipfile.ZIP_DEFLATED) as made:
        for name in archive.namelist():
            text = archive.read(name)
            made.writestr(name, _ROW.sub(row_of, text.decode()) if name == _SHEET else text)


def timed(*arguments: str) -> tuple[str, tuple[str, ...]]:
    """What a `yumiao` command says last, and its seconds, CPU seconds and largest memory; the kernel tells the largest of all so far."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = (YUMIAO, *arguments)
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return said, (f"{time.perf_counter() - started:.1f}", f"{cpu:.1f}", str(after.ru_maxrss // 1024))


def main() -> None:
    """Measure and print; exits with 1 where a trip changed anything else than what was edited."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("resource", nargs="?", default="enterprises")
    parser.add_argument("head", nargs="?", default="注册资本（万元）")
    parser.add_argument("--edits", type=int, default=1_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, edited = (Path(folder) / name for name in ("out.xlsx", "edited.xlsx"))
        lines = [("export", *timed("export", asked.resource, str(path)))]
        number = int(re.sub(r"\D", "", lines[0][1]))
        lines.append(("import unedited", *timed("import", str(path), "--yes")))
        rows = set(random.Random(7).sample(range(2, number + 2), min(asked.edits, number)))
        edit_numbers(path, edited, asked.head, rows)
        lines.append((f"import with {len(rows)} edits", *timed("import", str(edited), "--yes")))
    header = ("trip", "said", "s", "CPU s", "MB")
    table(f"{asked.resource}: {number:,} rows", header, [(name, said, *read) for name, said, read in lines])
    exact = f"changed=0 unchanged={number} " in lines[1][1] and f" changed={len(rows)} " in lines[2][1]
    sys.exit(0 if exact else 1)


if __name__ == "__main__":
    main()
