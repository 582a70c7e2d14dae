"""Duplicates in a labelled register, found as the product finds them.   python -m benchmarks.duplicates FOLDER OUT.csv

`FOLDER/register.csv` has the columns of an import and 编号; OUT.csv gets `a,b,score` for every pair that the product would show.
`python -m benchmarks.duplicates DATABASE-URL` does what the sweep does with a whole register, but for keeping what it finds.
"""

import csv
import re
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import true

from app.composition.slices import compose
from app.enterprises.domain.capital import parse_capital
from app.enterprises.domain.places import RegionIndex
from app.enterprises.duplicates.domain.key_index import KeyIndex
from app.enterprises.duplicates.domain.key_table import KeyTable
from app.enterprises.duplicates.domain.pairs import Found, shown_among
from app.enterprises.duplicates.domain.places import PlaceNames
from app.enterprises.duplicates.domain.records import StatedFirm, record_of
from app.enterprises.duplicates.stated import list_stated, place_names
from app.enterprises.imports.row_reader import read_day
from app.kit.db import Database, read_scope
from app.reference.catalogue import read_tree

REGIONS = Path(__file__).parent.parent / "seeds" / "reference" / "regions.csv"
#: Of a register in a database only its address is told.
SWEPT = 2
_NAMES = re.compile(r"[;；、,，|\n]+")


def read_register(path: Path, regions: RegionIndex) -> Iterator[tuple[str, StatedFirm]]:
    """The number and the facts of each row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for key, row in enumerate(csv.DictReader(file)):
            yield row["编号"], _facts(key, row, regions)


def _facts(key: int, row: dict[str, str], regions: RegionIndex) -> StatedFirm:
    return StatedFirm(
        key=key,
        name=row["企业名称"],
        code=row["统一社会信用代码"],
        former_names=_NAMES.split(row["曾用名"]),
        registered_on=read_day(row["注册日期"].strip(), today=date.max),
        kind=row["企业类型"],
        representative=row["法定代表人"],
        capital_fen=parse_capital(row["注册资本"], unit="万元").fen,
        region_code=regions.find(row["所在省份"] + row["地区"] + row["注册地址"]),
        address=row["注册地址"],
        phones=(row["联系电话"],),
    )


def main(folder: str, out: str) -> None:
    """Write the pairs, and tell how long each part took."""
    rows = [(row["code"], row["name"]) for row in read_tree(REGIONS)]
    numbered = list(read_register(Path(folder) / "register.csv", RegionIndex(rows)))
    numbers = [number for number, _facts in numbered]
    found = compared([facts for _number, facts in numbered], PlaceNames(rows))
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "score"])
        writer.writerows((numbers[f.one.key], numbers[f.other.key], f.likeness.score) for f in found)


def compared(stated: Sequence[StatedFirm], places: PlaceNames) -> list[Found]:
    """What is found among these firms; tells how long each part took."""
    began = time.process_time()
    records = [record_of(facts, places) for facts in stated]
    parted = time.process_time()
    table = KeyTable.of(records)
    pairs, passed_over = table.pairs()
    index = KeyIndex.of(table)
    blocked = time.process_time()
    found = list(shown_among(((records[one], records[other]) for one, other in pairs), index))
    print(
        f"{len(records)} firms, {len(pairs)} pairs compared ({passed_over} groups too large), {len(found)} shown; "
        f"CPU: parted {parted - began:.1f} s, blocked {blocked - parted:.1f} s, compared {time.process_time() - blocked:.1f} s"
    )
    return found


def sweep(url: str) -> None:
    """All firms of a register, read and compared."""
    with read_scope(Database(url, compose())) as session:
        began = time.process_time()
        places, stated = place_names(session), list_stated(session, true())
        print(f"read {time.process_time() - began:.1f} s")
    compared(stated, places)


if __name__ == "__main__":
    (main if len(sys.argv) > SWEPT else sweep)(*sys.argv[1:])
