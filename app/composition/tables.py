"""Every slice's tables, so that Alembic, the backup and the tests see them all."""

from app.composition.slices import compose
from app.kit.db import TABLES, Base

compose().of(TABLES)
METADATA = Base.metadata
