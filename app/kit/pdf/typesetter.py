"""The program that sets one paper: what is asked comes as JSON, the PDF goes out (`kit.pdf.typeset`)."""

import json
import sys
from datetime import UTC, datetime

import typst


def main() -> None:
    """Set what is asked."""
    asked = json.load(sys.stdin.buffer)
    made_at = datetime.fromtimestamp(asked["made_at"], UTC).replace(microsecond=0)
    given = {"given": asked["given"]}
    sys.stdout.buffer.write(typst.compile(asked["source"].encode(), sys_inputs=given, timestamp=made_at))


if __name__ == "__main__":
    main()
