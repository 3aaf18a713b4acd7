"""C compiled and loaded, kept by content in the user's cache folder."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from autograd.caches import is_own, own_folder

FLAGS = (
    "-std=c99",
    "-O2",
    "-ftree-vectorize",
    "-march=native",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
)
FLAGS_OF_GCC = (
    "-fvect-cost-model=dynamic",  # without it, loops of a length that is known when it runs stay scalar
    "-fno-tree-loop-distribute-patterns",  # which sets a product's sums to 0 by memset, and so in memory
    "-funroll-loops",  # as the others do by themselves: a twentieth of the time or more, in the tiles of products
    *("--param", "max-unroll-times=2"),  # more takes longer to compile than it saves
    "-fno-web",  # which -funroll-loops brings: the tiles would read again what stands in a register
    # without these passes steps take within a hundredth of the time, and the compilation a quarter less
    "-fno-schedule-insns2",
    "-fno-aggressive-loop-optimizations",  # which asks of each array how often a loop may run: all loops say so
    "-fno-rename-registers",  # which -funroll-loops brings, too
    "-fno-tree-dominator-opts",
    "-fira-region=one",  # registers for a function as a whole, not for each of its loops
    # nor need libc be looked through: what a program uses of it, the process has
    *(("-nodefaultlibs", "-lgcc") if sys.platform == "linux" else ()),
)
KEPT = 200  # libraries in the cache; the longest unused go
ABANDONED = 3600.0  # seconds after which the folder of a compilation is one of a process that was killed


class CompilerError(RuntimeError):
    """There is no C compiler, or it did not compile."""


def load(text: str) -> ctypes.CDLL:
    """Return the library of a C file, compiled the first time that this user needs it.

    The compiler is the one that the environment variable CC names, else cc, gcc or clang, else the one of the package
    ziglang. Where the cache folder cannot be written to, or others could write to it, the library is compiled for this
    process. Raises `CompilerError` where there is no compiler, it fails, or there is nowhere to write to.
    """
    return _loaded(text, compiler())


def compiler() -> tuple[str, ...]:
    """Return the command of the C compiler; `CompilerError` names both ways to one where there is none."""
    if chosen := os.environ.get("CC"):
        try:
            command = tuple(shlex.split(chosen))
        except ValueError as error:
            raise CompilerError(f"native: CC: got {chosen!r}: {error}; accepted: a command, like CC=gcc") from error
        if command and shutil.which(command[0]):
            return command
        raise CompilerError(f"native: CC: got {chosen!r}, which cannot be run here; unset CC, or name a C compiler")
    for name in ("cc", "gcc", "clang"):
        if path := shutil.which(name):
            return (path,)
    if importlib.util.find_spec("ziglang"):
        return sys.executable, "-m", "ziglang", "cc"
    raise CompilerError(
        "native: no C compiler: none is named by CC, and there is no cc, gcc or clang; install one, or its wheel: "
        "pip install 'chainrule[native]'"
    )


@cache
def _loaded(text: str, command: tuple[str, ...]) -> ctypes.CDLL:
    key = "\0".join([text, *command, *FLAGS, *FLAGS_OF_GCC, sys.platform, _processor()])
    name = f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.{'dll' if sys.platform == 'win32' else 'so'}"
    folder = own_folder(user_cache_path("chainrule"))
    if folder is not None:
        with suppress(OSError):
            return _from_cache(text, command, folder / name)
    try:
        with tempfile.TemporaryDirectory(prefix="chainrule-", ignore_cleanup_errors=True) as place:
            path = Path(place, name)
            _compile(text, command, path)
            return ctypes.CDLL(str(path))
    except OSError as error:
        raise CompilerError(f"native: the compiled program could neither be kept nor loaded: {error}") from error


def _from_cache(text: str, command: Sequence[str], path: Path) -> ctypes.CDLL:
    if is_own(path):
        with suppress(OSError):  # what is broken, or was just forgotten, is compiled again
            os.utime(path)
            return ctypes.CDLL(str(path))
    with tempfile.TemporaryDirectory(prefix="making-", dir=path.parent, ignore_cleanup_errors=True) as place:
        made = Path(place, path.name)
        _compile(text, command, made)
        os.chmod(made, 0o700)
        os.replace(made, path)  # whole or not at all, whoever else compiles the same
    _forget_oldest(path.parent)
    return ctypes.CDLL(str(path))


def _compile(text: str, compiler: Sequence[str], library: Path) -> None:
    """Compile a C file into a library; OSError where a file cannot be written, `CompilerError` where it fails."""
    source = library.with_name("program.c")
    source.write_text(text, encoding="utf-8")
    flags = [*FLAGS, "-shared", *(() if sys.platform == "win32" else ("-fPIC",))]
    if "Free Software Foundation" in _output([*compiler, "--version"]).stdout:
        flags += FLAGS_OF_GCC
    done = _output([*compiler, str(source), "-o", str(library), *flags, "-lm"])
    if done.returncode or not library.exists():
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise CompilerError(f"native: {shlex.join(compiler)} did not compile the program:\n{said}")


def _output(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise CompilerError(f"native: {command[0]} could not be started: {error}") from error


def _processor() -> str:
    """Return what -march=native depends on: a home folder can be shared by machines of different kinds."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))}))


def _forget_oldest(folder: Path) -> None:
    """Delete the libraries that were longest unused, past `KEPT`, and what killed processes left."""
    libraries = []
    for path in folder.iterdir():
        with suppress(OSError):  # another process may have forgotten it
            used = path.stat().st_mtime
            if path.suffix in (".so", ".dll"):
                libraries.append((used, path))
            elif path.name.startswith("making-") and used < time.time() - ABANDONED:
                shutil.rmtree(path, ignore_errors=True)
    for _, path in sorted(libraries)[:-KEPT]:
        with suppress(OSError):
            path.unlink()
