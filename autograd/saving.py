"""Files that are written whole or not at all, under a name whose ending tells what is in them."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


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

    The content goes to a file of another name in the same folder, which is then moved into place, with the permissions
    of the file that it replaces; where `path` is a link, that is the file it leads to. Text is UTF-8 with the line ends
    it has. Raises OSError, naming `path`, where it cannot be written.

    >>> import tempfile
    >>> write_whole(Path(tempfile.mkdtemp()) / "one.txt", "1").read_text()
    '1'
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(temporary, target)
    except OSError as error:
        if error.filename is None:
            raise
        raise type(error)(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):  # there is none, or none that can be reached
            temporary.unlink()
    return Path(path)
