"""C compiled and loaded, kept by content in the user's cache folder."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

FLAGS = (
    "-std=c99",
    "-O2",
    "-ftree-vectorize",
    "-fvect-cost-model=dynamic",
    "-march=native",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
)
KEPT = 200  # libraries in the cache; the longest unused go


class CompilerError(RuntimeError):
    """There is no C compiler, or it did not compile."""


def load(text: str) -> ctypes.CDLL:
    """Return the library of a C file, compiled the first time that this user needs it.

    The compiler is the one that the environment variable CC names, else cc, gcc or clang, else the one of the package
    ziglang. Raises `CompilerError` where there is none, or it fails.
    """
    return _loaded(text, compiler())


@cache
def _loaded(text: str, command: tuple[str, ...]) -> ctypes.CDLL:
    key = hashlib.sha256("\0".join([text, *command, *FLAGS, sys.platform, _processor()]).encode()).hexdigest()[:32]
    name = f"{key}.{'dll' if sys.platform == 'win32' else 'so'}"
    folder = _folder()
    if folder is None:  # nowhere to keep it: compiled for this process
        with tempfile.TemporaryDirectory(prefix="chainrule-", ignore_cleanup_errors=True) as place:
            return ctypes.CDLL(str(_compiled(text, command, Path(place), name)))
    path = folder / name
    if not _is_own(path):
        _compiled(text, command, folder, name)
        _forget_oldest(folder)
    else:
        os.utime(path)
    return ctypes.CDLL(str(path))


def _compiled(text: str, compiler: Sequence[str], folder: Path, name: str) -> Path:
    """Write the library into `folder`, whole or not at all, and return its path."""
    try:
        with tempfile.TemporaryDirectory(prefix="making-", dir=folder) as place:
            made = Path(place, name)
            source = Path(place, "program.c")
            source.write_text(text, encoding="utf-8")
            command = [*compiler, *FLAGS, "-shared", *(() if sys.platform == "win32" else ("-fPIC",))]
            command += [str(source), "-o", str(made), "-lm"]
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
            if done.returncode:
                raise CompilerError(
                    f"{shlex.join(compiler)} did not compile the program:\n{done.stderr.strip()[-2000:]}"
                )
            os.chmod(made, 0o700)
            os.replace(made, folder / name)
    except OSError as error:
        raise CompilerError(f"the compiled program could not be written to {str(folder)!r}: {error}") from error
    return folder / name


@cache
def compiler() -> tuple[str, ...]:
    """Return the command of the C compiler; `CompilerError` names both ways to one where there is none."""
    if os.environ.get("CC"):
        return tuple(shlex.split(os.environ["CC"]))
    for name in ("cc", "gcc", "clang"):
        if path := shutil.which(name):
            return (path,)
    if importlib.util.find_spec("ziglang"):
        return sys.executable, "-m", "ziglang", "cc"
    raise CompilerError(
        "native: no C compiler: none is named by CC, and there is no cc, gcc or clang; install one, or its wheel: "
        "pip install 'chainrule[native]'"
    )


def _processor() -> str:
    """Return what -march=native depends on: a home folder can be shared by machines of different kinds."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))}))


def _folder() -> Path | None:
    """Return the cache folder; None where it cannot be made, written to, or others could write to it."""
    folder = user_cache_path("chainrule")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) and _is_own(folder) else None


def _is_own(path: Path) -> bool:
    """Return whether a path exists, is this user's, and no one else can write to it: what is loaded is run."""
    try:
        state = path.lstat()
    except OSError:
        return False
    if stat.S_ISLNK(state.st_mode):
        return False
    return sys.platform == "win32" or (state.st_uid == os.getuid() and not state.st_mode & 0o022)


def _forget_oldest(folder: Path) -> None:
    libraries = []
    for path in folder.iterdir():
        with suppress(OSError):  # another process may have forgotten it
            libraries.append((path.stat().st_mtime, path))
    for _, path in sorted(libraries)[:-KEPT]:
        with suppress(OSError):
            path.unlink()
