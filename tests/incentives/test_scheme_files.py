"""The files under seeds/incentives: strict, dated, and without an invented amount."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.incentives import catalogue, seed
from app.incentives.domain.amount import calculate
from app.incentives.domain.plan import plan
from app.incentives.domain.scheme import AmountType, Scheme, Status
from app.incentives.models import IncentiveSchemeVersion
from app.incentives.service.versions import digest
from app.kit.actor import SYSTEM
from app.kit.errors import SeedError
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.values.outcome import Outcome

SEEDS = Path(__file__).parents[2] / "seeds"
FILE = SEEDS / "incentives" / "429005" / "high-tech-first-recognition" / "2021-01-01.yaml"


def test_no_shipped_scheme_states_an_amount_that_nobody_published() -> None:
    schemes = [file.content for file in catalogue.read_all(SEEDS)]
    assert {scheme.code for scheme in schemes} == {
        "high-tech-first-recognition",
        "high-tech-renewed-recognition",
        "joint-innovation-centre-filing",
        "technical-upgrade-recommendation",
    }
    for scheme in schemes:
        assert scheme.status is Status.UNVERIFIED
        assert scheme.amount_type is AmountType.UNSET
        assert (scheme.amount, scheme.ratio, scheme.tiers, scheme.cap, scheme.floor) == (None, None, (), None, None)


def test_publishing_twice_changes_nothing(session: Session, now: datetime) -> None:
    report = seed.load(session, SEEDS, SYSTEM, now)
    assert (report.created, report.changed, report.unchanged) == (0, 0, 4)


def copy_of(tmp_path: Path, old: str = "", new: str = "", name: str = "2021-01-01.yaml") -> Path:
    folder = tmp_path / "incentives" / "429005" / "high-tech-first-recognition"
    folder.mkdir(parents=True, exist_ok=True)
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = folder / name
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return path


def test_a_published_file_never_changes_but_takes_a_correction(session: Session, now: datetime, tmp_path: Path) -> None:
    changed = copy_of(tmp_path, "confidence: inferred", "confidence: seen")
    with pytest.raises(SeedError, match=r"\.r1\.yaml"):
        seed.load(session, tmp_path, SYSTEM, now)
    changed.rename(changed.with_name("2021-01-01.r1.yaml"))
    assert seed.load(session, tmp_path, SYSTEM, now).created == 1
    rows = session.scalars(
        select(IncentiveSchemeVersion).where(IncentiveSchemeVersion.code == "high-tech-first-recognition")
    ).all()
    assert sorted(row.revision for row in rows) == [0, 1]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("amount_type: unset", "amount_type: fixed", "amount_type"),
        ("amount_type: unset", "amount_type: unset\namount: 200000", "amount_type"),
        ("amount_type: unset", "amount_type: fixed\namount: -1", "amount"),
        ("amount_type: unset", "amount_type: fixed\namount: 1.005", "amount"),
        ("status: UNVERIFIED", "status: VERIFIED", "document_number"),
        ('jurisdiction: "429005"', 'jurisdiction: "429004"', "jurisdiction"),
        ("effective_to: null", "effective_to: 2020-01-01", "effective_to"),
        ("kind: certificate-gained", "kind: certificate-lost", "kind"),
        ("level: municipal", "level: municipal\nlevle: x", "levle"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(SeedError, match=says) as refused:
        catalogue.read(copy_of(tmp_path, old, new), {})
    assert "2021-01-01.yaml" in str(refused.value)


def test_a_file_must_be_named_after_its_date(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="effective"):
        catalogue.read(copy_of(tmp_path, name="first.yaml"), {})
    with pytest.raises(SeedError, match="effective_from"):
        catalogue.read(copy_of(tmp_path, name="2022-01-01.yaml"), {})
    assert catalogue.read(FILE, {}).content.effective_from == date(2021, 1, 1)


#: What deployments keep of the first schemes: the shape may grow, their hashes may not change.
PUBLISHED = {
    "technical-upgrade-recommendation": "b2605378701a1097d2b364b6a01c544a2786dc62205e5bc409dc4b638f9a041f",
    "high-tech-first-recognition": "91de3d4486793f3df7b5de86462df007db239fa14e848e68f74dc792c4fca01c",
    "high-tech-renewed-recognition": "3c6743fd7deb56e75cf6bec9b0808bf661d1dcb01ccd242fab9db1c9d673d6fb",
    "joint-innovation-centre-filing": "430adc9d4c8e99a0bdad5f03445fd868083353362a529078ee5a270d23d14d74",
}


def test_what_was_published_keeps_its_hash() -> None:
    assert {file.content.code: digest(file.content) for file in catalogue.read_all(SEEDS)} == PUBLISHED


def test_what_older_versions_say_in_words_still_reads_and_stays_within_its_limits() -> None:
    words = {"zh": "设备投入", "en": "equipment"}
    old = catalogue.read(FILE, {}).content.model_dump(mode="json") | {"base": words, "cap": "500000", "clawback": words}
    ratio = Scheme.model_validate(old | {"amount_type": "ratio", "ratio": "0.1"})
    tiers = [{"condition": words, "amount": "300000"}, {"condition": words, "amount": "100000"}]
    tiered = Scheme.model_validate(old | {"amount_type": "tier", "tiers": tiers, "base": None})
    for scheme, most in ((ratio, 50_000_000), (tiered, 30_000_000)):
        found = calculate(plan(scheme, {}), Facts({}), date(2021, 6, 1))
        assert plan(scheme, {}).in_words_only
        assert (found.low, found.high, found.due) == (0, most, Outcome.UNKNOWN)
