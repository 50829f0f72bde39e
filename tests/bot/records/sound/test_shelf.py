"""What lies on the shelf, and that nothing else is ever reached from it."""

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from bot.records.errors import SoundNotRemoved
from bot.records.sound.shelf import Shelf

pytestmark = pytest.mark.unit

HOSTILE = (
    "../calls",
    "/etc/passwd",
    "..",
    "",
    "a" * 32,
    "%2e%2e",
    "x\0y",
    "29B5A57B-32EA-4EB0-89CC-437A1F01B715",
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def keep(shelf: Shelf, *, changed_at: datetime | None = None) -> str:
    call_id = str(uuid4())
    for path in (shelf.sound(call_id), shelf.levels(call_id)):
        path.write_bytes(b"sound")
        if changed_at is not None:
            os.utime(path, (changed_at.timestamp(),) * 2)
    return call_id


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_but_the_id_of_a_call_leads_to_a_file(shelf: Shelf, name: str) -> None:
    outside = Path(f"{shelf.sound(str(uuid4())).parent}/../calls.ogg")
    outside.write_bytes(b"another's")
    assert not shelf.has(name)
    assert shelf.remove([name]) == 0
    assert outside.exists()


@pytest.mark.parametrize("name", ["../calls", "/etc/passwd", ""])
def test_no_path_is_made_of_what_is_no_id(shelf: Shelf, name: str) -> None:
    for path_of in (shelf.sound, shelf.levels):
        with pytest.raises(ValueError, match="UUID"):
            path_of(name)


def test_both_files_of_a_call_go_and_others_stay(shelf: Shelf) -> None:
    mine, other = keep(shelf), keep(shelf)
    assert shelf.remove([mine]) == 2
    assert not shelf.has(mine) and shelf.has(other)
    assert shelf.remove([mine]) == 0


def test_a_file_that_cannot_go_is_said_and_the_others_go(shelf: Shelf) -> None:
    stuck, other = keep(shelf), keep(shelf)
    shelf.sound(stuck).unlink()
    shelf.sound(stuck).mkdir()  # unlink refuses a folder, whoever asks
    with pytest.raises(SoundNotRemoved, match=r"\.ogg"):
        shelf.remove([stuck, other])
    assert not shelf.has(other)


def test_what_is_kept_is_told_with_its_age_and_strange_files_are_not(
    shelf: Shelf, tmp_path: Path
) -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    call_id = keep(shelf, changed_at=moment)
    (tmp_path / "notes.ogg").write_bytes(b"an operator's own")
    (tmp_path / "notes.txt").write_bytes(b"an operator's own")
    assert [(each.call_id, each.changed_at) for each in shelf.kept()] == [(call_id, moment)]


def test_a_folder_that_was_never_made_is_empty(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "none").kept() == []
