"""Where C programs are compiled and kept: no compiler, a bad one, a disk that is full, others who could write."""

import importlib.util
import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from autograd import Value
from autograd.vectorize import vectorize
from autograd.vectorize.native import library
from autograd.vectorize.native.library import CompilerError, compiler, load

try:
    COMPILER = compiler()
except CompilerError as error:
    pytest.skip(str(error), allow_module_level=True)

TEXT = "int answer(void) { return 42; }\n"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and nothing loaded yet."""
    folder = tmp_path / "cache" / "chainrule"
    monkeypatch.setattr(library, "user_cache_path", lambda _: folder)
    library._loaded.cache_clear()
    yield folder
    library._loaded.cache_clear()


def programs():
    w = Value(3.0, label="w")
    J = w * w + w
    return vectorize(J), lambda: vectorize(J, backend="native").value_and_grad()


def test_a_library_is_kept_for_its_user_only_and_loaded_again_without_the_compiler(cache, monkeypatch):
    assert load(TEXT).answer() == 42
    (kept,) = cache.iterdir()
    assert stat.S_IMODE(cache.stat().st_mode) == stat.S_IMODE(kept.stat().st_mode) == 0o700
    library._loaded.cache_clear()
    monkeypatch.setattr(subprocess, "run", None)
    assert load(TEXT).answer() == 42


@pytest.mark.usefixtures("cache")
def test_without_a_compiler_the_error_names_both_ways_to_one_and_numpy_works(monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    x, w = Value(2.0), Value(3.0)
    with pytest.raises(CompilerError):  # before anything else is done
        vectorize(w * x, {"X": [x]}, [w], backend="native")
    arrays, native = programs()
    with pytest.raises(CompilerError, match=r"no cc, gcc or clang; install one, or.*pip install 'chainrule\[native\]'"):
        native()
    assert arrays.value_and_grad()[0] == 12.0


def test_the_wheel_is_used_where_there_is_no_other_compiler(monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "ziglang")
    assert compiler() == (sys.executable, "-m", "ziglang", "cc")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("no-such-compiler -O3", "CC: got 'no-such-compiler -O3', which cannot be run here"),
        ("gcc '", r"CC: got \"gcc '\": No closing quotation; accepted: a command"),
        (" ", "which cannot be run here"),
        ("false", "false did not compile the program"),
        ("true", "true did not compile the program"),
        (f"{shlex.quote(sys.executable)} -c 1", "did not compile the program"),
    ],
)
def test_a_compiler_that_is_none_is_named(cache, monkeypatch, command, message):
    monkeypatch.setenv("CC", command)
    arrays, native = programs()
    with pytest.raises(CompilerError, match=message):
        native()
    assert not any(cache.glob("*")), "a failed compilation left something"
    assert arrays.value_and_grad()[0] == 12.0


def test_what_the_compiler_says_of_a_bad_text_is_in_the_error(cache):
    with pytest.raises(CompilerError, match="error: "):
        load("int answer(void) { return }\n")
    assert not any(cache.iterdir())


@pytest.mark.parametrize("failing", ["mkdir", "mkdtemp", "write_text", "chmod", "replace", "iterdir", "utime"])
def test_a_full_disk_or_a_cache_that_is_read_only_costs_the_cache_and_nothing_else(cache, monkeypatch, failing):
    """Each call that writes fails, where it is about the cache folder."""
    holder = {"mkdtemp": library.tempfile, "chmod": os, "replace": os, "utime": os}.get(failing, Path)
    works = getattr(holder, failing)

    def full(*args, **keywords):
        if any(str(cache) in str(x) for x in (*args, *keywords.values())):
            raise OSError(28, "No space left on device")
        return works(*args, **keywords)

    if failing == "utime":
        load(TEXT)
        library._loaded.cache_clear()
    monkeypatch.setattr(holder, failing, full)
    assert load(TEXT).answer() == 42
    _, native = programs()
    assert native()[0] == 12.0


@pytest.mark.usefixtures("cache")
def test_nowhere_to_write_is_said(monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library.tempfile, "mkdtemp", full)
    arrays, native = programs()
    with pytest.raises(CompilerError, match=r"could neither be kept nor loaded: .*No space left on device"):
        native()
    assert arrays.value_and_grad()[0] == 12.0


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_what_others_could_have_written_is_not_loaded(cache):
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert load(TEXT).answer() == 42
    assert not any(cache.iterdir())
    cache.chmod(0o700)
    library._loaded.cache_clear()
    load(TEXT)
    (kept,) = cache.iterdir()
    kept.unlink()  # another file: the one that is loaded stays as it is
    kept.write_bytes(b"written by another")
    kept.chmod(0o722)
    library._loaded.cache_clear()
    assert load(TEXT).answer() == 42
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_a_kept_library_that_is_broken_is_compiled_again(cache):
    load(TEXT)
    (kept,) = cache.iterdir()
    kept.unlink()  # another file: the one that is loaded stays as it is
    kept.write_bytes(b"")
    kept.chmod(0o700)
    library._loaded.cache_clear()
    assert load(TEXT).answer() == 42


def test_the_cache_is_bounded_and_what_killed_processes_left_goes(cache, monkeypatch):
    monkeypatch.setattr(library, "KEPT", 3)
    left, running = cache / "making-killed", cache / "making-running"
    for folder in (left, running):
        folder.mkdir(parents=True)
        (folder / "program.c").write_text(TEXT, encoding="utf-8")
    cache.chmod(0o700)
    os.utime(left, (time.time() - 7200.0,) * 2)
    for k in range(5):
        assert load(f"int answer(void) {{ return {k}; }}\n").answer() == k
        time.sleep(0.01)  # file systems have coarse clocks
    assert not left.exists()
    assert running.exists()
    assert len(list(cache.glob("*.*"))) == 3


PROCESS = textwrap.dedent("""
    import sys, pathlib, signal
    from autograd.vectorize.native import library
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits that it is ignored
    library.user_cache_path = lambda name: pathlib.Path(sys.argv[1])
    print(library.load(sys.argv[2]).answer(), flush=True)
""")


def start(cache, text, **keywords):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **keywords}
    command = [sys.executable, "-c", PROCESS, str(cache), text]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_processes_that_compile_the_same_program_at_once_all_get_it(cache):
    processes = [start(cache, TEXT) for _ in range(4)]
    assert [process.communicate()[0] for process in processes] == ["42\n"] * 4
    assert len(list(cache.iterdir())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_while_compiling_leaves_nothing_behind(cache, tmp_path):
    slow = tmp_path / "slow-cc"
    slow.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\nsleep 60\n", encoding="utf-8")
    slow.chmod(0o700)
    process = start(cache, TEXT, CC=str(slow))
    deadline = time.monotonic() + 60.0
    while not (tmp_path / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate(timeout=30)[1]
    assert not any(cache.iterdir())
    assert load(TEXT).answer() == 42


@pytest.mark.usefixtures("cache")
def test_a_program_runs_once_its_compiler_was_mended(monkeypatch):
    x, w = Value(2.0), Value(3.0)
    program = vectorize(w * x, {"X": [x]}, [w], backend="native")
    monkeypatch.setenv("CC", "false")
    with pytest.raises(CompilerError):
        program.value_and_grad([[1.0]])
    monkeypatch.setenv("CC", COMPILER[0])
    assert program.value_and_grad([[1.0], [3.0]])[0] == 6.0
    assert np.array_equal(program.gradient, [2.0])
