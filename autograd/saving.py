"""Files that are written whole or not at all, under a name whose ending tells what is in them."""

from __future__ import annotations

import os
import stat
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
