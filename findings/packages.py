"""Packages that a script names in its first lines, installed in a temporary folder.

``# pip: torch==2.13.0``, ``# npm: mathjs@15.2.0`` and ``# apt: libadolc-dev``, each as often as needed; Debian's are
unpacked, not installed, and their version is the archive's.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path


def install(script: str, folder: str) -> tuple[str, str]:
    """Install what the text of `script` names into `folder`; return the Python for it and the first version."""
    needs: dict[str, list[str]] = {}
    for kind, names in re.findall(r"^# (pip|npm|apt): (.*)$", script, re.MULTILINE):
        needs.setdefault(kind, []).extend(names.split())
    python, version = sys.executable, ""
    if "pip" in needs:
        venv.create(Path(folder) / "venv")
        python = str(Path(folder) / "venv" / "bin" / "python")
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-compile"]
        subprocess.run([*pip, *needs["pip"]], check=True, cwd=folder)
        version = needs["pip"][0].partition("==")[2]
    if "npm" in needs:
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
        subprocess.run([*npm, *needs["npm"]], check=True, cwd=folder)
        version = version or needs["npm"][0].rpartition("@")[2]
    if "apt" in needs:
        subprocess.run(["apt-get", "-qq", "download", *needs["apt"]], check=True, cwd=folder)
        for archive in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(archive), folder], check=True)
        (first,) = Path(folder).glob(f"{needs['apt'][0]}_*.deb")
        version = version or first.name.split("_")[1].replace("%3a", ":")
    return python, version


def run(command: list[str], folder: str, more: dict[str, str]) -> str:
    """Return what the command prints in `folder`; RuntimeError with all of it if it fails."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    libraries = {"LD_LIBRARY_PATH": f"{folder}/usr/lib/x86_64-linux-gnu"}
    done = subprocess.run(
        command, cwd=folder, env={**kept, **libraries, **more}, capture_output=True, text=True, timeout=3600
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout
