# SPDX-License-Identifier: BSD-3-Clause
"""Stops a single thread of another process, as a hypervisor does that takes its CPU away. Signals stop whole processes;
ptrace stops one thread."""

import contextlib
import ctypes
import os

from stage import LIBC

PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WALL = 0x40000000
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


def ptrace(request, thread):
    if LIBC.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x} of thread {thread}")


@contextlib.contextmanager
def frozen(thread):
    """The thread stands still meanwhile. Enter and leave in the same thread of this process: that is its tracer."""
    ptrace(PTRACE_SEIZE, thread)
    try:
        ptrace(PTRACE_INTERRUPT, thread)
        os.waitpid(thread, WALL)
        yield
    finally:
        ptrace(PTRACE_DETACH, thread)
