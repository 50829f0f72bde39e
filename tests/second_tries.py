"""A second call for what an ear may have misheard, and for nothing else; few of them in a run.

The scripted caller and Echo listen with a small model that mishears a word now and then, and a
call cannot ask it to listen again. An assertion about words says so by raising Misheard.
"""

from collections.abc import Sequence

import pytest

ALLOWED = 2


class Misheard(AssertionError):
    """Other words were heard than the claim expects: it may have been the ear."""


def allow_one(item: pytest.Item) -> None:
    """Make a second call, shown as R, when the first one was misheard."""
    item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=Misheard))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tries = _made(terminalreporter.config)
    if tries:
        terminalreporter.section(f"second tries: {len(tries)} (allowed: {ALLOWED})")
        for report in tries:
            terminalreporter.write_line(f"{report.nodeid}: {_what(report)}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and len(_made(session.config)) > ALLOWED:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _made(config: pytest.Config) -> Sequence[pytest.TestReport]:
    """The first tries that were misheard; none where a test process reports to another one."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [] if reporter is None else reporter.stats.get("rerun", [])


def _what(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr).splitlines()[0]
