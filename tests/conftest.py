"""What holds for all tests."""

from collections.abc import Callable

import pytest
from hypothesis import settings

from tests import on_server

# How long an example takes says more about the machine than about the code. The same code is given the same examples,
# so that a run says something about a change and not about its luck; `make search` draws new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("anew", deadline=None, max_examples=500)
settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a server, what is about files of SQLite is left out, each with its reason."""
    if on_server.URL is None:
        return
    for item in items:
        if (mark := item.get_closest_marker("sqlite_only")) is not None:
            item.add_marker(pytest.mark.skip(reason=f"SQLite only: {mark.args[0]}"))


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Has a figure said at the end of the run, whichever process the test ran in."""
    return lambda text: record_property("told", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what tests told."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    calls = [report for report in reports if isinstance(report, pytest.TestReport) and report.when == "call"]
    told = [str(value) for report in calls for name, value in report.user_properties if name == "told"]
    if told:
        terminalreporter.section("figures")
        for text in told:
            terminalreporter.line(text)
