import csv
from functools import cache
from pathlib import Path

import pytest

from app.enterprises.domain.places import RegionIndex

SEEDS = Path(__file__).parents[2] / "seeds" / "reference"


@cache
def index() -> RegionIndex:
    with (SEEDS / "regions.csv").open(encoding="utf-8", newline="") as handle:
        return RegionIndex((row["code"], row["name"]) for row in csv.DictReader(handle))


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("潜江市园林办事处红军路7号", "429005001"),
        ("湖北省潜江市杨市街道办事处一路", "429005002"),
        ("湖北省潜江市广华办事处", "429005004"),
        ("潜江市周矶办事处", "429005003"),
        ("潜江市周矶管理区", "429005450"),
        ("潜江市周矶农场", "429005450"),
        ("潜江市浩口原种场", "429005457"),
        ("潜江市浩口镇", "429005106"),
        ("当阳市玉阳街道办事处", "420582001"),
        ("潜江经济开发区章华北路396号", "429005"),
        ("潜江经济开发区泽口街道", "429005007"),
        ("湖北 潜江 潜江市竹根滩镇", "429005100"),
        ("武汉市江岸区育才一村85号", "420102"),
        ("湖北省武汉市江夏区", "420115"),
        ("恩施市清江东路2号", "422801"),
        ("北京市海淀区中关村", "110108"),
        ("襄阳市襄州区车城南路(新华书店院内)", "420607"),
        ("荆州市潜江路3号", "4210"),
        ("鼓楼区中山路", ""),
        ("东湖开发区高新数码港", ""),
        ("园林办事处红军路", ""),
        ("", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_an_address_tells_its_division(address: str, code: str) -> None:
    assert index().find(address) == code


@pytest.mark.parametrize(
    ("address", "within", "code"),
    [
        ("园林办事处红军路7号", "429005", "429005001"),
        ("红军路7号", "429005", ""),
        ("武汉市江岸区", "429005", "420102"),
        ("鼓楼区中山路", "3201", "320106"),
    ],
)
def test_a_hint_helps_and_never_overrules(address: str, within: str, code: str) -> None:
    assert index().find(address, within) == code
