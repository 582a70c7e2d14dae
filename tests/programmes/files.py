"""Programme files of the tests: written into a folder of seeds, read, published."""

from pathlib import Path

from app.kit.actor import SYSTEM
from app.programmes import catalogue
from app.programmes.domain.definition import Programme
from app.programmes.seed import load

HERE = Path(__file__).parent
SEEDS = HERE.parents[1] / "seeds"
SOUND = (HERE / "sound.yaml").read_text(encoding="utf-8")
FULL = (HERE / "full.yaml").read_text(encoding="utf-8")
KNOWN = catalogue.known_in(SEEDS)


def write(
    seeds: Path, code: str = "trial-run", version: str = "2021-01-01", text: str = SOUND, **replaced: str
) -> Path:
    """A version of the programme `code` under `seeds`, beside the house's vocabularies."""
    reference = seeds / "reference"
    if not reference.exists():
        reference.mkdir(parents=True)
        (reference / "terms.yaml").symlink_to(SEEDS / "reference" / "terms.yaml")
    folder = seeds / "programmes" / code
    folder.mkdir(parents=True, exist_ok=True)
    text = text.replace("CODE", code).replace('version: "2021-01-01"', f'version: "{version}"')
    for old, new in replaced.items():
        text = text.replace(old, new)
    path = folder / f"{version}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def how_to_example() -> str:
    """The file that docs/how-to/add-a-programme.md shows."""
    page = (SEEDS.parent / "docs" / "how-to" / "add-a-programme.md").read_text(encoding="utf-8")
    return page.split("```yaml\n", 1)[1].split("```", 1)[0]


def programme(tmp_path: Path, text: str = FULL, **replaced: str) -> Programme:
    """A programme as read, without a database."""
    return catalogue.read(write(tmp_path, text=text, **replaced), KNOWN).programme


def publish(session, seeds: Path, now):
    """`yumiao seed` for the programmes under `seeds`."""
    return load(session, seeds_dir=seeds, actor=SYSTEM, now=now)
