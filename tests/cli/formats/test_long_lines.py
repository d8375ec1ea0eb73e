"""A line of a source may be very long and have thousands of findings: it is not repeated with each of them."""

import pytest

from tests.cli.conftest import Crucible


def printed(crucible: Crucible, findings: int, *options: str) -> str:
    """What checking a source prints that is one line with as many findings."""
    crucible.write("tools/long.rn", "pub fn main(a) { " + "let mut x = 1; " * findings + "}\n")
    return crucible("check", *options).out


@pytest.mark.parametrize("output", ["text", "json", "sarif", "junit", "github"])
def test_twice_the_findings_of_one_line_are_twice_as_much_to_print(crucible: Crucible, output: str) -> None:
    some, more = (len(printed(crucible, findings, "--format", output)) for findings in (300, 600))
    assert more < 2.2 * some


def test_the_findings_of_one_line_are_known_to_a_baseline(crucible: Crucible) -> None:
    printed(crucible, 300, "--write-baseline", "--baseline", "known.json")
    again = crucible("check", "--baseline", "known.json", "--format", "json")
    assert again.code == 0
    assert again.document["summary"]["baselined"] == 300
