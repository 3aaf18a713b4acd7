import os
import re
import stat

import pytest

from autograd.saving import checked_ending, write_whole


def test_a_file_is_written_or_replaced(tmp_path):
    path = tmp_path / "a.txt"
    write_whole(path, "δ\n")
    assert path.read_bytes() == "δ\n".encode()
    assert write_whole(str(path), b"\x00") == path
    assert path.read_bytes() == b"\x00"


def test_an_ending_is_one_of_those_accepted(tmp_path):
    assert checked_ending("a.SVG", ".png", ".svg").name == "a.SVG"
    assert checked_ending(tmp_path / "b.png", ".png", ".svg") == tmp_path / "b.png"
    for name in ("a.txt", "a", ".", ".svg", ""):
        with pytest.raises(ValueError, match=re.escape(f"got {name!r}; accepted: a name that ends in .png, .svg")):
            checked_ending(name, ".png", ".svg")


def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("before")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "after")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text() == "before"


def test_an_error_names_the_file_that_was_asked_for(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        write_whole(tmp_path / "none" / "a.txt", "")
    assert error.value.filename == str(tmp_path / "none" / "a.txt")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder") as error:
        write_whole(tmp_path / "folder", "")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError) as error:
        write_whole(tmp_path / "file" / "a.txt", "")
    assert error.value.filename == str(tmp_path / "file" / "a.txt")


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_a_file_has_the_permissions_of_any_other(tmp_path):
    before = os.umask(0o027)
    try:
        path = write_whole(tmp_path / "a.txt", "")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_a_file_that_is_replaced_keeps_its_permissions_and_the_links_to_it(tmp_path):
    path, link = tmp_path / "a.txt", tmp_path / "link.txt"
    path.write_text("private")
    path.chmod(0o600)
    link.symlink_to("a.txt")
    assert write_whole(link, "again") == link
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert link.is_symlink()
    assert path.read_text() == "again"
