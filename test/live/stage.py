# SPDX-License-Identifier: BSD-3-Clause
"""Where a live test plays: a folder in memory, a network namespace with veth pairs, and child processes. All of it is
gone when the test ends, also when it fails or is terminated."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "whole"))

import harness

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
# What a disk needs is not flowlock's; a folder in memory keeps it out of the measurements.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# For what must happen, on a machine that is busy with other work. Nothing waits so long when all is well.
PATIENCE_S = 30


def require(*programs):
    """Skips aloud where live tests are impossible."""
    if os.geteuid() != 0:
        harness.skip("live tests need root: for network namespaces, AF_XDP and ptrace")
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        harness.skip(f"{', '.join(missing)} not found; scripts/install-packages test installs what tests need")


def wait_until(condition, what, seconds=PATIENCE_S, pause=0.02):
    """What `condition` returns when it is no longer false. Too late is the test's failure."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds} s still not: {what}")
        time.sleep(pause)
    return found


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Stage(contextlib.ExitStack):
    """Use as a context. `network`: with a namespace of its own, in which nothing speaks but the test."""

    def __init__(self, network=True):
        super().__init__()
        self.network = network
        self.namespace = f"flowlock-test-{os.getpid()}"
        self.children = []

    def __enter__(self):
        super().__enter__()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
        try:
            self.folder = pathlib.Path(self.enter_context(
                tempfile.TemporaryDirectory(prefix="flowlock-live-", dir=MEMORY, ignore_cleanup_errors=True)))
            if self.network:
                self.make_namespace()
            self.callback(self.end_children)
        except BaseException:
            self.close()
            raise
        return self

    def make_namespace(self):
        made = subprocess.run(["ip", "netns", "add", self.namespace], capture_output=True, text=True)
        if made.returncode != 0:
            harness.skip(f"no network namespace can be made: {made.stderr.strip()}")
        self.callback(subprocess.run, ["ip", "netns", "delete", self.namespace], check=False)
        # Neighbour discovery would be packets that nobody has counted.
        for which in ("all", "default"):
            self.run("sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{which}/disable_ipv6")

    def veth(self, here, there):
        """A pair of interfaces: what is sent on one arrives at the other."""
        self.run("ip", "link", "add", here, "type", "veth", "peer", "name", there)
        for name in (here, there):
            self.run("ip", "link", "set", name, "up")

    def inside(self, command):
        """The command line, to be run in the namespace, with its view of /sys. `ip` becomes the command: the process
        is the same."""
        words = [str(word) for word in command]
        return ["ip", "netns", "exec", self.namespace, *words] if self.network else words

    def run(self, *command, check=True, seconds=60):
        done = subprocess.run(self.inside(command), capture_output=True, text=True, timeout=seconds)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: status {done.returncode}: {done.stderr[-600:]}")
        return done

    def start(self, command, **options):
        """A child that ends with this process at the latest. Call it from the main thread."""
        child = subprocess.Popen(self.inside(command), preexec_fn=die_with_parent, **options)
        self.children.append(child)
        return child

    def end_children(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait()

    def counter(self, interface, name):
        return int(self.run("cat", f"/sys/class/net/{interface}/statistics/{name}").stdout)

    @contextlib.contextmanager
    def entered(self):
        """This thread is in the namespace: for sockets, which stay where they were made."""
        if not self.network:
            yield
            return
        with open("/proc/thread-self/ns/net") as outside, open(f"/run/netns/{self.namespace}") as inside:
            change_namespace(inside)
            try:
                yield
            finally:
                change_namespace(outside)

    def small_disk(self, path, size):
        """A file system of its own at `path`, which can be full."""
        path.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], check=True)
        self.callback(subprocess.run, ["umount", "-l", path], check=False)


def change_namespace(file):
    if LIBC.setns(file.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Repeatedly(threading.Thread):
    """Calls something until the context ends, and tells what went wrong then."""

    def __init__(self, call, pause=0.0):
        super().__init__(daemon=True)
        self.call, self.pause, self.over, self.error = call, pause, threading.Event(), None

    def run(self):
        try:
            while not self.over.is_set():
                self.call()
                self.over.wait(self.pause)
        except Exception as error:  # told where the thread is joined
            self.error = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        if self.error and not sys.exc_info()[0]:
            raise self.error
