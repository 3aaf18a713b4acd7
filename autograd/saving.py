"""Files that are written whole or not at all, under a name whose ending tells what is in them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp


def checked_ending(path: str | os.PathLike[str], *endings: str) -> Path:
    """Return `path`; ValueError unless its name ends in one of `endings`, in capitals or not.

    >>> checked_ending("lesson.html", ".html").name
    'lesson.html'
    """
    target = Path(path)
    if target.suffix.lower() not in endings:
        raise ValueError(f"save: got {str(path)!r}; accepted: a name that ends in {', '.join(endings)}")
    return target


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write `content` to the file at `path` and return the path; a failure leaves what was there.

    The content is written to a folder beside the file, which nobody else can guess or write to, and is then moved into
    place, with the permissions of the file that it replaces; where `path` is a link, that is the file it leads to. So
    threads and processes that write to one path leave the whole content of one of them. Text is UTF-8 with the line
    ends it has. Raises OSError, naming `path`, where it cannot be written.

    >>> import tempfile
    >>> write_whole(Path(tempfile.mkdtemp()) / "one.txt", "1").read_text()
    '1'
    """
    target = Path(os.path.realpath(path))
    folder: Path | None = None
    try:
        folder = Path(mkdtemp(prefix=".", suffix=".part", dir=target.parent))
        (folder / target.name).write_bytes(content.encode() if isinstance(content, str) else content)
        with suppress(FileNotFoundError):
            (folder / target.name).chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(folder / target.name, target)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None  # of the class that the number tells
    finally:
        if folder is not None:
            with suppress(OSError):  # it was moved, or cannot be reached
                (folder / target.name).unlink()
            with suppress(OSError):
                folder.rmdir()
    return Path(path)


def checked_folder(path: str | os.PathLike[str]) -> Path:
    """Return `path`; NotADirectoryError where something else than a folder is there."""
    target = Path(path)
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target))
    return target


def write_folder(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, by their names in it, to a folder, which is made where it is not there, and return its path; a
    failure leaves no folder and no file that was not there before.

    >>> import tempfile
    >>> folder = write_folder(Path(tempfile.mkdtemp()) / "new", {"inner/one.txt": "1"})
    >>> (folder / "inner" / "one.txt").read_text()
    '1'
    """
    made: list[Path] = []
    try:
        for name, content in files.items():
            target = path / name
            for folder in reversed([parent for parent in target.parents if not parent.exists()]):
                folder.mkdir()
                made.append(folder)
            is_new = not target.exists()
            write_whole(target, content)
            if is_new:
                made.append(target)
    except BaseException:
        for one in reversed(made):
            with suppress(OSError):
                one.rmdir() if one.is_dir() else one.unlink()
        raise
    return path
