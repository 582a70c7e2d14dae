"""How often proofs are repeated: least for `./test --quick`, reduced for `./test`, full for `./test --long`.

The only place for such numbers.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Counts:
    """One set of sizes; tests take theirs from the fixture `counts`."""

    property_examples: int
    """Examples a hypothesis test draws."""
    kills: int
    """Random moments at which the real server process is killed in the middle of an import."""
    import_rows: int
    """Rows of the list that the import proof takes in whole."""
    many_rows: int
    """Rows at which a list must still need the same number of queries as at ten."""
    export_rows: int
    """Rows of the export whose memory and checksum are proved."""
    concurrent_writers: int
    """Threads that write at the same time in the journal-order proof."""
    concurrent_events: int
    """Events that each of those threads writes."""
    backup_rows: int
    """Rows in the database that is backed up and restored across the engines."""
    backup_demo_firms: int
    """Fictional firms of the whole deployment that is backed up and restored."""
    demo_firms: int
    """Fictional firms of the demo that the browser journeys walk through."""
    feed_steps: int
    """Random changes of a register whose feed is followed from many snapshots on."""
    counted_changes: int
    """Rounds of random changes after each of which every kept number is counted anew."""
    process_kills: int
    """Moments at which a process that sends notices or works off an order is killed."""
    pushed_records: int
    """Records that the proof of the exchange pushes through a failing partner."""
    push_kills: int
    """Random moments at which the sending process is killed meanwhile."""
    pull_kills: int
    """Moments at which the process that pulls is killed, while others write."""


REDUCED = Counts(
    property_examples=50,
    kills=1,
    import_rows=2_000,
    many_rows=1_000,
    export_rows=2_000,
    concurrent_writers=4,
    concurrent_events=25,
    backup_rows=500,
    backup_demo_firms=15,
    demo_firms=120,
    feed_steps=40,
    counted_changes=6,
    process_kills=1,
    pushed_records=400,
    push_kills=2,
    pull_kills=1,
)
LEAST = replace(
    REDUCED, property_examples=20, many_rows=300, import_rows=500, export_rows=500, demo_firms=40, feed_steps=20
)
FULL = Counts(
    property_examples=500,
    kills=15,
    import_rows=20_000,
    many_rows=10_000,
    export_rows=100_000,
    concurrent_writers=8,
    concurrent_events=250,
    backup_rows=50_000,
    backup_demo_firms=300,
    demo_firms=300,
    feed_steps=400,
    counted_changes=100,
    process_kills=5,
    pushed_records=10_000,
    push_kills=12,
    pull_kills=15,
)
