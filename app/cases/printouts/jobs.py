"""The background work of papers."""

from app.cases.printouts.dossier_job import JOB_KIND, make_archive
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("卷宗压缩包"), make_archive),)
