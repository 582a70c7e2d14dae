"""Keys and the index of a register: made for many at once as of each alone; in layers as whole; slips, numbers and orders as they were meant."""

from collections.abc import Sequence
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.enterprises.duplicates.domain.blocks import keys_of
from app.enterprises.duplicates.domain.codes import is_whole, whole_among
from app.enterprises.duplicates.domain.key_index import KeyIndex, Layer
from app.enterprises.duplicates.domain.key_table import KeyTable
from app.enterprises.duplicates.domain.records import FirmEntry, StatedFirm, record_of
from app.enterprises.duplicates.domain.script import sounds_of
from tests.enterprises.duplicates.test_cases import PLACES
from tests.factories.enterprises import fictional_code

SIGNS = "楚禾和何粮油由木业一二3朱"
REGIONS = ("429005", "429005104", "429004", "42", "")


def entry(key: int, name: str = "", **facts: object) -> FirmEntry:
    """A firm of which only this is known."""
    return record_of(StatedFirm(key, name, **facts), PLACES)  # type: ignore[arg-type]


def shared(one: FirmEntry, other: FirmEntry) -> bool:
    """Whether two records have a key by which they are compared."""
    table = KeyTable.of([one, other])
    return (0, 1) in table.pairs().pairs


def one_slip_apart(one: str, other: str) -> bool:
    """What name keys are to find, in words: the sounds in any order, or with one that is no digit left out in both, or in one."""
    ours, theirs = sounds_of(one), sounds_of(other)
    return sorted(ours) == sorted(theirs) or not _shortened(ours).isdisjoint(_shortened(theirs))


def _shortened(sounds: tuple[str, ...]) -> set[tuple[str, ...]]:
    places = range(min(len(sounds), 10)) if len(sounds) > 2 else ()
    return {sounds} | {sounds[:at] + sounds[at + 1 :] for at in places if sounds[at] not in "0123456789"}


@given(st.text(SIGNS, min_size=1, max_size=6), st.text(SIGNS, min_size=1, max_size=6))
def test_names_share_a_key_when_they_are_one_slip_apart(one: str, other: str) -> None:
    first, second = entry(1, one), entry(2, other)
    cores = [each.name.core + each.name.branch for each in (first, second)]
    assert shared(first, second) == one_slip_apart(*cores)


def firms(seed: int, count: int) -> list[FirmEntry]:
    """Records that share much with each other."""
    random = Random(seed)
    return [
        entry(
            key,
            "".join(random.choices(SIGNS, k=random.choice((3, 4, 5)))) + "有限公司",
            code=fictional_code(random.randrange(9)) if random.random() < 0.3 else "",
            representative=random.choice(("王若谷", "李明", "王*", "")),
            address=random.choice(("示例路一百一十号", "示例路2号", "")),
            phones=random.choice(((), ("13800130001",), ("0728-6200002", "13800130001"))),
            region_code=random.choice(REGIONS),
        )
        for key in range(1, count + 1)
    ]


def test_keys_of_many_are_those_of_each_alone() -> None:
    records = firms(1, 60)
    together = keys_of(records)
    for at, record in enumerate(records):
        assert together.keys[together.owners == at].tolist() == keys_of([record]).keys.tolist()


def answers(index: KeyIndex, asked: Sequence[FirmEntry]) -> list[object]:
    """Everything that is asked of an index."""
    found: list[object] = []
    for prefix in ("", "429005", "429004", "11"):
        part = index.within(prefix)
        shares = [part.share("phone", "13800130001"), part.share("representative", "王若谷"), part.share("phone", "0")]
        among = part.partners_among([record.key for record in asked])
        found.append((part.total, sorted(part.partners_of(asked)), among, shares))
    return found


def test_what_stands_in_layers_answers_as_one_table() -> None:
    """Forty on file, of which ten changed and five went since, and ten that came."""
    old, new = firms(2, 40), firms(3, 50)
    changed, gone = range(1, 11), range(11, 16)
    now = [*new[:10], *old[15:], *new[40:]]
    on_file = Layer.whole(KeyTable.of(old)).without({*changed, *gone})
    layered = KeyIndex((on_file, Layer.whole(KeyTable.of([*new[:10], *new[40:]]))))
    whole = KeyIndex.of(KeyTable.of(now))
    asked = [*new[:3], *old[20:24], entry(0, "楚禾粮油有限公司", representative="王若谷")]
    assert answers(layered, asked) == answers(whole, asked)


@given(st.lists(st.text("0123456789ABCDEFGHJKLMNPQRTUWXYIO一", min_size=18, max_size=18), max_size=5))
def test_many_codes_are_whole_as_each_is(codes: list[str]) -> None:
    told = [*codes, *(fictional_code(number) for number in range(3))]
    assert list(whole_among(told)) == [is_whole(code) for code in told]
    assert np.any(whole_among(told))
