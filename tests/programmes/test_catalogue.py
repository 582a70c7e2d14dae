"""Programme files: the shipped ones hold, broken ones are refused with file, line and key."""

from pathlib import Path

import pytest

from app.kit.errors import SeedError
from app.programmes import catalogue

SEEDS = Path(__file__).parents[2] / "seeds"
BROKEN = Path(__file__).parent / "broken"

#: What the message of each broken file must contain: the line, the key and what to do.
MESSAGES = {
    "unreachable-stage": (":17:", "stages.1", "no action leads to the stage 'limbo'"),
    "dead-end": (":17:", "stages.1", "no final stage can be reached"),
    "unknown-target": (":28:", "actions.0.to", "there is no stage 'finsih'; known: done, work"),
    "unknown-origin": (":27:", "actions.0.from.0", "there is no stage 'wrok'"),
    "unknown-policy": (":10:", "policies.0", "there is no policy 'no-such-policy'"),
    "unknown-source": (":31:", "actions.0.cites.0.source", "there is no source 'nowhere'"),
    "unknown-key": (":30:", "actions.0.colour", "Extra inputs are not permitted"),
    "unknown-role": (":29:", "actions.0.by.0", "Input should be"),
    "duplicate-key": (":4:", "the key 'title' stands here a second time"),
    "repeated-stage": (":17:", "stages.1", "'work' stands here a second time"),
    "final-without-outcome": (":17:", "stages.1", "needs an outcome"),
    "final-with-action": (":17:", "stages.1", "a case ends there"),
    "starts-at-the-end": (":12:", "stages.0", "a case begins in the first stage"),
    "certify-without-fields": (":30:", "actions.0.needs", "certificate_number"),
    "submit-without-marker": (":30:", "actions.0.effects", "does not count as 'submitted'"),
    "bad-month-day": (":34:", "milestones.0.due", "'02-30' is not a day of the year"),
    "no-such-rule": (":34:", "milestones.0.due", "does not match any of the expected tags"),
    "bad-pattern": (":34:", "actions.0.needs.fields.0.pattern", "is not a regular expression"),
    "nobody-may": (":25:", "actions.0", "people who may take it"),
    "no-stages": (":11:", "stages", "a programme needs stages"),
    "wrong-folder": (":1:", "code", "lies in the folder"),
    "not-yaml": ("not readable as YAML",),
}


def test_the_shipped_files_are_sound():
    files = catalogue.read_all(SEEDS)
    assert {file.programme.code for file in files} >= {
        "high-tech-enterprise",
        "joint-innovation-centre",
        "technical-upgrade-cultivation",
    }


def test_the_certification_has_the_stages_of_the_bureau():
    programme = next(f.programme for f in catalogue.read_all(SEEDS) if f.programme.code == "high-tech-enterprise")
    assert [str(stage.name) for stage in programme.main_path] == [
        "培育入库", "意向确认", "材料准备", "申报", "市局审查", "推荐", "专家评审", "公示", "发证",
    ]  # fmt: skip
    assert {str(stage.name) for stage in programme.stages if stage.path == "side"} == {"退回补正", "未通过", "已撤回"}


def test_what_is_inferred_is_marked():
    files = {file.programme.code: file.programme for file in catalogue.read_all(SEEDS)}
    assert files["technical-upgrade-cultivation"].unverified
    assert not files["high-tech-enterprise"].unverified
    assert files["high-tech-enterprise"].stage("correction").unverified


def test_unknown_cutoffs_are_left_empty():
    for file in catalogue.read_all(SEEDS):
        for round_ in file.programme.rounds:
            assert round_.bureau_cutoff_on is None
            assert round_.province_cutoff_on is None


def test_every_wording_stands_in_both_languages():
    for file in catalogue.read_all(SEEDS):
        for stage in file.programme.stages:
            for text in (stage.name, stage.public, stage.upcoming):
                assert text.zh.strip()
                assert text.en.strip()


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_broken_file_is_refused_at_its_place(name):
    folder = BROKEN / name
    (path,) = folder.glob("*.yaml")
    with pytest.raises(SeedError) as caught:
        catalogue.read(path, {"high-tech-enterprise"})
    for part in (str(path), *MESSAGES[name]):
        assert part in str(caught.value)


def test_every_broken_file_has_its_message():
    assert {path.name for path in BROKEN.iterdir()} == set(MESSAGES)


def test_two_programmes_cannot_share_a_mark(tmp_path):
    for code in ("first-one", "second-one"):
        (tmp_path / "programmes" / code).mkdir(parents=True)
        text = (BROKEN.parent / "sound.yaml").read_text(encoding="utf-8").replace("CODE", code)
        (tmp_path / "programmes" / code / "2021-01-01.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SeedError, match="already numbers the cases"):
        catalogue.read_all(tmp_path)


def test_a_version_supersedes_one_that_exists(tmp_path):
    folder = tmp_path / "programmes" / "first-one"
    folder.mkdir(parents=True)
    text = (BROKEN.parent / "sound.yaml").read_text(encoding="utf-8").replace("CODE", "first-one")
    text = text.replace('version: "2021-01-01"', 'version: "2021-01-01.r1"\nsupersedes: "2020-01-01"')
    (folder / "2021-01-01.r1.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SeedError, match="there is no version '2020-01-01'"):
        catalogue.read_all(tmp_path)


def test_the_example_of_the_how_to_page_is_a_sound_file(tmp_path):
    page = (SEEDS.parent / "docs" / "how-to" / "add-a-programme.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n", 1)[1].split("```", 1)[0]
    folder = tmp_path / "programmes" / "star-maker-space"
    folder.mkdir(parents=True)
    (folder / "2026-01-01.yaml").write_text(example, encoding="utf-8")
    (file,) = catalogue.read_all(tmp_path)
    assert file.programme.mark == "XC"
