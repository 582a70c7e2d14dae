"""Penalties and listings from the lists of other offices: who found it and where it is written, what it was and what followed."""

from app.enterprises.imports.parts.kinds import PartReading
from app.enterprises.imports.row_reader import Parsed

_PENALTY = "处罚："
_LONGEST_SOURCE, _LONGEST_SUMMARY = 200, 400


def finish(parsed: Parsed, reading: PartReading) -> None:
    """Source and summary are made of two columns each."""
    texts, values = parsed.source.texts, parsed.values
    source = " ".join(text for text in (texts.get("issuer", ""), texts.get("document_number", "")) if text)
    offence, penalty = texts.get("offence", ""), texts.get("penalty", "")
    summary = "；".join(text for text in (offence, penalty and _PENALTY + penalty) if text)
    for name, text, longest in (("source", source, _LONGEST_SOURCE), ("summary", summary, _LONGEST_SUMMARY)):
        values.pop(name, None)
        if text:
            values[name] = text if len(text) <= longest else text[: longest - 1] + "…"
