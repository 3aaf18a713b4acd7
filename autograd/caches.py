"""Folders in which this user keeps what was compiled, and where no one else can have written: what is loaded is run."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path


def own_folder(path: Path) -> Path | None:
    """Return the folder, which is made; None where it cannot be made, or others could write to it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return path if is_own(path) else None


def is_own(path: Path) -> bool:
    """Return whether a path exists, is this user's, and no one else can write to it."""
    try:
        state = path.lstat()
    except OSError:
        return False
    if stat.S_ISLNK(state.st_mode):
        return False
    return sys.platform == "win32" or (state.st_uid == os.getuid() and not state.st_mode & 0o022)
