"""Where a text's English stands: in the catalogue of the slice that shows it, or in the shared one if several do."""

from collections import defaultdict

from tests.support.messages import texts

SHARED = "shared"
#: Folders that show another slice's texts, and what is nobody's slice.
_SLICE_OF = {
    "bulk": "cases",
    "desk": "cases",
    "department": "cases",
    "documents": "files",
    "imports": "enterprises",
    "sweeps": "policies",
    "whatif": "policies",
    "messages": "notices",
    "public": "portal",
    **dict.fromkeys(("commands", "components", "dev", "doors", "email", "errors", "kit", "layouts"), SHARED),
    **dict.fromkeys(("jobs", "journal", "search"), "system"),
}
_DOORS = {"web", "templates"}


def catalogue_of(place: str) -> str:
    """The catalogue for a text that stands only at `place` (`app/web/cases/list.py:7`)."""
    folders = place.split("/")[1:-1]
    while folders and folders[0] in _DOORS:
        folders.pop(0)
    return _SLICE_OF.get(folders[0], folders[0]) if folders else "system"


def catalogues() -> dict[str, str]:
    """The catalogue of every text of the house, by its first form."""
    found = defaultdict(set)
    for text in texts():
        found[text.forms[0]].add(catalogue_of(text.place))
    return {message: names.pop() if len(names) == 1 else SHARED for message, names in found.items()}
