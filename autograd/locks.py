"""Locks that a child process, forked while a program runs, does not wait for without end."""

from __future__ import annotations

import os
import threading
from weakref import WeakSet

_locks: WeakSet[threading.RLock] = WeakSet()


def lock_for_this_process() -> threading.RLock:
    """Return a new re-entrant lock; in a forked child it is free where the thread that held it was left behind."""
    lock = threading.RLock()
    _locks.add(lock)
    return lock


def _free_those_of_threads_left_behind() -> None:
    for lock in list(_locks):
        if lock.acquire(blocking=False):  # free, or held by the thread that forked, which goes on with it
            lock.release()
        else:  # as the standard library's logging and queues do with theirs
            lock._at_fork_reinit()  # type: ignore[attr-defined]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_those_of_threads_left_behind)
