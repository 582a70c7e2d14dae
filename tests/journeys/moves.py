"""What several journeys do on pages: hold a page against axe and the window, take a step, attach a document."""

import re

from tests.support.browser import Watched

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def sound(there: Watched) -> None:
    """Nothing that axe objects to on the page as it stands, and nothing wider than the window."""
    assert there.violations() == []
    assert there.overflow() == []


def step(there: Watched, number: str, action: str, **fields: str) -> None:
    """Take a step by its form; `fields` by the names of their controls."""
    page = there.page
    there.open(f"/cases/{number}/steps/{action}")
    for name, value in fields.items():
        page.fill(f"#f-{name}", value)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(rf"/cases/{number}($|\?|#)"))


def paper(name: str, text: str = "") -> dict[str, object]:
    """A small PDF of its own, to be chosen in a form."""
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": PDF + f"%{name}{text}\n".encode()}
