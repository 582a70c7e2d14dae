"""Reading stored documents."""

from sqlalchemy.orm import Session

from app.files.models import StoredFile
from app.kit.errors import NotFound
from app.kit.i18n import _


def get_file(session: Session, file_id: int) -> StoredFile:
    """The stored document; raises NotFound."""
    stored = session.get(StoredFile, file_id)
    if stored is None:
        raise NotFound("files.unknown", _("没有这个文件。"))
    return stored
