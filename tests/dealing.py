"""Which tests go to one process when several run side by side (pytest-xdist)."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

_CALLS = "tests/e2e/"


class ByFileOrFolder(LoadScopeScheduling):  # type: ignore[misc]  # not typed
    """The tests of one file stay together, and so do the calls of one folder: some of them are
    made at the same time, and to open a house for them takes longer than most of them."""

    def _split_scope(self, nodeid: str) -> str:
        folder, _, rest = nodeid.removeprefix(_CALLS).partition("/")
        if nodeid.startswith(_CALLS) and rest:
            return _CALLS + folder
        return str(super()._split_scope(nodeid))
