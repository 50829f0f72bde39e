"""The recordings of calls: for each a file with its sound and one with its levels."""

import tempfile
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.records.errors import SoundNotRemoved

# How long one pair of levels stands for.
LEVEL_S = 0.1

_SOUND = ".ogg"
_LEVELS = ".levels"


@dataclass(frozen=True)
class Kept:
    """One recording, and when something was last written to it."""

    call_id: str
    changed_at: datetime


class Shelf:
    """A folder of its own, made when the first recording is: nothing else is touched in it.

    The sound is Ogg/Opus, the caller on the left and Echo on the right. The levels are two bytes
    (caller, Echo; 255 is the loudest) for each `LEVEL_S` of it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, for its owner alone. Raises OSError when that cannot be written to."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder):
            pass

    def sound(self, call_id: str) -> Path:
        """Where the sound of a call lies, or would. Raises ValueError for what is no call's id."""
        return self._folder / f"{uuid.UUID(call_id)}{_SOUND}"

    def levels(self, call_id: str) -> Path:
        """Where its levels lie. Raises ValueError for what is no call's id."""
        return self._folder / f"{uuid.UUID(call_id)}{_LEVELS}"

    def has(self, call_id: str) -> bool:
        return _is_id(call_id) and self.sound(call_id).is_file()

    def remove(self, call_ids: Iterable[str]) -> int:
        """Remove the recordings of these calls; returns how many files went.

        Raises SoundNotRemoved when one cannot be removed; the others are gone then.
        """
        removed, failure = 0, None
        for call_id in filter(_is_id, call_ids):
            for path in (self.sound(call_id), self.levels(call_id)):
                try:
                    path.unlink()
                except FileNotFoundError:
                    continue
                except OSError as error:
                    failure = error
                else:
                    removed += 1
        if failure is not None:
            raise SoundNotRemoved(f"{failure.filename}: {failure.strerror}") from failure
        return removed

    def kept(self) -> list[Kept]:
        """All recordings there are."""
        found: dict[str, datetime] = {}
        for path in self._folder.glob("*"):
            if path.suffix not in (_SOUND, _LEVELS) or not _is_id(path.stem):
                continue
            try:
                changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:  # another process was faster
                continue
            found[path.stem] = max(changed_at, found.get(path.stem, changed_at))
        return [Kept(call_id, changed_at) for call_id, changed_at in found.items()]


def _is_id(text: str) -> bool:
    """Whether it is the id of a call, in the form in which files are named."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
