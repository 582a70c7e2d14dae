"""Logs: lines for people in development, JSON for machines elsewhere; always on standard error."""

import logging
import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from app.config import Settings

# Without local values: they hold personal data, and writing them all out can take minutes.
_TRACEBACKS = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def configure_logging(settings: Settings) -> None:
    """Set structlog up once, at the start of the server."""
    development = settings.env == "development"
    renderer = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if development
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if development else [_TRACEBACKS]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if development else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
