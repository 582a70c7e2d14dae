"""The list of faults that the tests must find keeps up with the code."""

from tests.support.source import APP, ROOT, listed
from tools.planted_faults import faults

#: Without a decision of their own, or without tests beside them.
WITHOUT = {"commands", "demo", "locales", "static", "templates", "composition"}


def test_every_fault_can_still_be_planted() -> None:
    gone = [objection for fault in faults() if (objection := fault.objection(ROOT))]
    assert not gone, listed("move these faults of tests/planted_faults.yaml along with the code", gone)


def test_every_slice_has_one() -> None:
    slices = {path.name for path in APP.iterdir() if path.is_dir() and not path.name.startswith("_")} - WITHOUT
    assert slices <= {fault.slice for fault in faults()}
    assert len(faults()) >= 40
