"""Programme files: the shipped ones hold, broken ones are refused with file, line and key."""

from pathlib import Path

import pytest

from app.kit.errors import SeedError
from app.programmes import catalogue
from tests.programmes.files import FULL, KNOWN, SEEDS, how_to_example, write

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
    "wrong-folder": (":1:", "code", "lies under"),
    "not-yaml": ("not readable as YAML",),
    "question-for-no-step": (":31:", "questions.0.needed_for", "there is no action 'finsih'; known: finish"),
    "material-for-no-step": (":31:", "materials.0.needed_for", "there is no action 'finsih'; known: finish"),
    "unknown-document": (":31:", "materials.0.document", "no kind of document 'licence'", "business-licence"),
    "unknown-document-of-duty": (":31:", "duties.0.documents.0", "no kind of document 'annual-reprot'"),
    "unknown-department": (":30:", "actions.0.needs.opinions.0.department", "no department 'taxes'", "tax"),
    "own-department": (":30:", "actions.0.needs.opinions.0.department", "no department 'science'", "another one"),
    "unknown-milestone": (":30:", "actions.0.needs.milestones.0", "no milestone 'check'", "could never be taken"),
    "milestone-at-the-end": (":31:", "milestones.0.made_at", "would never be made", "write a 'duty'"),
    "unknown-certificate": (":10:", "certificate.kind", "'gold-medal'", "certificate_kind"),
    "choice-without-choices": (":31:", "questions.0", "needs 'choices', at least two"),
    "choices-without-choice": (":31:", "questions.0.choices", "takes no 'choices'; write 'kind: choice'"),
    "choice-twice": (":31:", "questions.0.choices.1", "'一' stands here a second time"),
    "pattern-of-a-number": (":31:", "questions.0.pattern", "only 'text' and 'long-text' take a 'pattern'"),
    "when-no-question": (":31:", "materials.0.when.question", "no question 'asked' is asked"),
    "when-a-later-question": (":31:", "questions.0.when.question", "no question 'second' stands before it"),
    "when-any-answer": (":33:", "materials.0.when.question", "needs a question of kind 'yes-no' or 'choice'"),
    "when-no-such-answer": (":33:", "materials.0.when.answers.0", "cannot be answered 'maybe'; known: no, yes"),
    "when-without-answers": (":33:", "materials.0.when.answers", "never asked for; known: no, yes"),
    "years-of-a-lasting-document": (":31:", "materials.0.years", "not about a fiscal year; remove 'years'"),
    "valid-without-a-last-day": (":31:", "materials.0.valid", "no last day", "remove 'valid'"),
    "repeated-material": (":32:", "materials.1", "'licence' stands here a second time"),
    "clock-of-no-stage": (":31:", "clocks.0.starts_at.0", "there is no stage 'wrok'; known: done, work"),
    "clock-never-starts": (":31:", "clocks.0.starts_at", "'limit' never starts: name the stages"),
    "clock-never-ends": (":31:", "clocks.0.ends_at", "'limit' never ends: name the stages"),
    "clock-ends-where-it-starts": (":31:", "clocks.0.starts_at.0", "never runs; keep it in one of the two"),
    "clock-starts-at-the-end": (":31:", "clocks.0.starts_at.0", "the case ends in 'done'", "write a 'duty'"),
    "clock-end-out-of-reach": (":46:", "clocks.0.starts_at.0", "no stage is reached", "name one on the way"),
    "clock-stands-still": (":31:", "clocks.0.runs_while", "never the turn of province", "whose time it measures"),
    "send-back-to-nobody": (":38:", "actions.1.to", "it is the turn of 'bureau'", "'turn: enterprise'"),
    "send-back-for-good": (":38:", "actions.1.to", "nothing leads back to work", "add the step"),
    "send-back-without-reason": (":40:", "actions.1.effects", "must say why; write 'needs: {reason: true}'"),
    "nobody-approves": (":30:", "actions.0.needs.approvals.by", "nobody's approval counts", "name the roles"),
    "unknown-approver": (":30:", "actions.0.needs.approvals.by.0", "Input should be 'caseworker'"),
    "approving-the-firm": (":30:", "actions.0.needs.approvals", "only the firm takes 'finish'"),
    "duty-of-no-stage": (":31:", "duties.0.made_at", "there is no stage 'finished'; known: done, work"),
    "duty-after-refusal": (":31:", "duties.0.made_at", "has no after-care"),
    "quarters-after-the-end": (":31:", "duties.0.due", "asks while the case is open", "or 'every-year'"),
    "reminder-without-certificate": (":31:", "duties.0.due", "counts back from the last day of a certificate"),
    "missed-without-certificate": (":31:", "duties.0.missed_limit", "a programme with a 'certificate'"),
    "no-such-duty-rule": (":31:", "duties.0.due", "does not match any of the expected tags: 'every-quarter'"),
    "uncited-question": (":31:", "questions.0", "the question 'asked' needs 'cites'"),
    "uncited-material": (":31:", "materials.0", "the material 'licence' needs 'cites'"),
    "uncited-clock": (":31:", "clocks.0", "the time limit 'limit' needs 'cites'"),
    "uncited-duty": (":31:", "duties.0", "the duty 'report' needs 'cites'"),
    "uncited-day": (":31:", "milestones.0", "the day of the milestone 'check' needs 'cites'"),
    "uncited-cutoff": (":10:", "rounds.0", "the cut-off of the round 'annual' needs 'cites'"),
    "uncited-validity": (":10:", "certificate", "the validity of the certificate needs 'cites'"),
    "unknown-source-of-a-duty": (":31:", "duties.0.cites.0.source", "there is no source 'nowhere'; known: note"),
}


def test_the_shipped_files_are_sound():
    files = catalogue.read_all(SEEDS)
    assert {file.programme.code for file in files} >= {
        "high-tech-enterprise",
        "joint-innovation-centre",
        "technical-upgrade-cultivation",
    }


def test_what_is_inferred_is_marked():
    files = {file.programme.code: file.programme for file in catalogue.read_all(SEEDS)}
    assert files["technical-upgrade-cultivation"].unverified
    assert not files["high-tech-enterprise"].unverified
    assert files["high-tech-enterprise"].stage("correction").unverified


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
        catalogue.read(path, KNOWN)
    for part in (str(path), *MESSAGES[name]):
        assert part in str(caught.value)


def test_a_file_that_uses_the_whole_language_is_sound(tmp_path):
    programme = catalogue.read(write(tmp_path, text=FULL), KNOWN).programme
    assert all((programme.questions, programme.materials, programme.clocks, programme.duties, programme.milestones))


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
    path = write(tmp_path, code="example-base", version="2026-01-01", text=how_to_example())
    assert catalogue.read(path, KNOWN).programme.mark == "LZ"
