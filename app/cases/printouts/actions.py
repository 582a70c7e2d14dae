"""What may be done with papers, and by whom."""

from app.kit.permissions import HEADS, READERS, Action

DOSSIER = Action("papers.dossier", READERS)
EXPORT = Action("papers.export", READERS)
KEEP_TEMPLATES = Action("papers.templates", HEADS)
