import errno
import os
import re
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograd import Value
from autograd.draw import draw
from autograd.files import load_graph, save_graph
from autograd.player import play
from autograd.saving import checked_ending, write_whole
from nn import MLP, load_model, save_model


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


# Every call that may fail, in turn ------------------------------------------------------------------------------------

SAVES = {
    "graph.json": lambda path: save_graph(Value(3.0, label="x") * 2.0, path),
    "model.json": lambda path: save_model(MLP(2, [3, 1]), path),
    "page.html": lambda path: play(Value(3.0, label="x") * 2.0).save(path),
    **{
        f"picture.{ending}": lambda path: draw(Value(3.0, label="x") * 2.0).save(path)
        for ending in ("svg", "png", "pdf", "dot")
    },
}
CALLS = ("mkdir", "open", "chmod", "replace", "unlink", "rmdir")  # of the system, in this order


def failing(monkeypatch, folder, call, error):
    """Make the system's `call` fail for what is in `folder`."""
    true = open if call == "open" else getattr(os, call)

    def fail(path, *arguments, **options):
        if str(path).startswith(f"{folder}{os.sep}"):
            raise error
        return true(path, *arguments, **options)

    monkeypatch.setattr("io.open" if call == "open" else f"os.{call}", fail)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", SAVES)
def test_the_old_file_is_whole_whichever_call_fails(name, call, tmp_path, monkeypatch):
    path = tmp_path / name
    SAVES[name](path)
    new = path.read_bytes()
    for error in (OSError(errno.EIO, "no such luck"), KeyboardInterrupt(), MemoryError()):
        path.write_bytes(b"old")
        with monkeypatch.context() as patch:
            failing(patch, tmp_path, call, error)
            if call in ("unlink", "rmdir") and isinstance(error, OSError):
                SAVES[name](path)  # what is left over is no reason to fail
            else:
                with pytest.raises(type(error)) as raised:
                    SAVES[name](path)
                if isinstance(error, OSError):
                    assert raised.value.filename == str(path)
        assert path.read_bytes() == (new if call in ("unlink", "rmdir") else b"old")
        left = [p for p in tmp_path.iterdir() if p != path]
        assert call == "rmdir" or not any(p.is_dir() and any(p.iterdir()) for p in left)
        for folder in left:
            assert call in ("unlink", "rmdir")
            folder.rmdir()


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
@pytest.mark.parametrize("name", SAVES)
def test_the_old_file_is_whole_where_the_disk_takes_a_part_only(name, tmp_path):
    import resource

    path = tmp_path / name
    SAVES[name](path)
    size = path.stat().st_size
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for most in (0, 1, size // 2, size - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
        try:
            with pytest.raises(OSError, match=re.escape(str(path))):
                SAVES[name](path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]
    signal.signal(signal.SIGXFSZ, before)
    SAVES[name](path)
    assert path.stat().st_size == size


KILLED = """
import io, os, sys
from autograd.saving import write_whole
call, path = sys.argv[1:]
where = io if call == "open" else os
true = getattr(where, call)
setattr(where, call, lambda *a, **o: os._exit(9) if "part" in str(a[0]) else true(*a, **o))
write_whole(path, "new")
"""


@pytest.mark.parametrize("call", CALLS)
def test_the_old_file_is_whole_where_the_process_is_killed(call, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, call, str(path)], timeout=60, check=False)
    assert done.returncode == 9
    assert path.read_text() == ("new" if call in ("unlink", "rmdir") else "old")
    assert write_whole(path, "newer").read_text() == "newer"


# Many at a time -------------------------------------------------------------------------------------------------------


def test_threads_that_save_to_one_path(tmp_path):
    paths = tmp_path / "model.json", tmp_path / "graph.json"
    models = [MLP(8 + 4 * k, [9 + k, 3], seed=k) for k in range(3)]
    known = [model.sizes for model in models]

    def work(k):
        for _ in range(25):
            save_model(models[k], paths[0])
            save_graph(Value(float(k)), paths[1])
            assert load_model(paths[0]).sizes in known
            assert load_graph(paths[1]).data in (0.0, 1.0, 2.0)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(work, range(3)))
    assert sorted(tmp_path.iterdir()) == sorted(paths)


WRITER = """
import sys
from autograd.saving import write_whole
for _ in range(100):
    write_whole(sys.argv[1], sys.argv[2] * 200_000)
"""


def test_processes_that_save_to_one_path(tmp_path):
    path = write_whole(tmp_path / "a.txt", "0" * 200_000)
    processes = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), sign]) for sign in "123"]
    seen = set()
    while any(process.poll() is None for process in processes):
        content = path.read_text()
        assert len(content) == 200_000
        assert len(set(content)) == 1
        seen.add(content[0])
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(seen) > 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_what_is_written_has_no_name_that_a_link_may_be_planted_at(tmp_path, monkeypatch):
    path, made = tmp_path / "a.txt", []
    true = os.mkdir

    def mkdir(folder, mode):
        made.append(os.path.basename(folder))
        true(folder, mode)
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700

    monkeypatch.setattr(os, "mkdir", mkdir)
    for _ in range(20):
        write_whole(path, "content")
    assert len(set(made)) == 20
    assert not any(str(os.getpid()) in name or path.name in name for name in made)
    name = "é" * 120 + ".json"  # a name as long as a name may be has room for no other one that begins with it
    assert write_whole(tmp_path / name, "long").read_text() == "long"
