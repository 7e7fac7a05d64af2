# SPDX-License-Identifier: BSD-3-Clause
"""The guest as a running QEMU: its console, and the wire to its NIC. The wire loses nothing: what the guest does not
take yet waits on the host's side, so a frame that is missing in the end was lost by the NIC's driver or behind it."""

import ctypes
import fcntl
import json
import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
MEMORY_MIB = 1536
# Frames that may wait in a tap, more than are ever sent.
TAP_QUEUE = 100_000
LINES_SHOWN = 20   # of the console, when something went wrong
MTU = 9_000
SEND_SECONDS = 30  # until a frame has been taken


class Failed(Exception):
    """The guest has ended, or does not answer."""


def own_network():
    """A network namespace for this process, in which nobody else sends; for who is not root, in a user namespace in
    which he is."""
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWNET | (CLONE_NEWUSER if user != 0 else 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace can be made")
    if user != 0:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    # The kernel would send its own frames into the taps.
    for scope in ("all", "default"):
        pathlib.Path(f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6").write_text("1")


class Datagrams:
    """A wire of Unix datagrams, one a frame. The sender sleeps while QEMU does not read."""

    def __init__(self, name, queues):
        assert queues == 1
        self.name = name
        # A socket's path must be short, which that of a checkout need not be.
        self.folder = tempfile.TemporaryDirectory(prefix="flowlock-nic-")
        self.here, self.there = f"{self.folder.name}/host", f"{self.folder.name}/guest"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.here)
        self.socket.settimeout(SEND_SECONDS)

    def netdev(self):
        return (f"dgram,id={self.name},local.type=unix,local.path={self.there},"
                f"remote.type=unix,remote.path={self.here}")

    def send(self, frame):
        self.socket.sendto(frame, self.there)

    def waiting(self, sent):
        """How many of the frames sent QEMU has not taken yet; for datagrams, whether there are any."""
        return int.from_bytes(fcntl.ioctl(self.socket, termios.TIOCOUTQ, bytes(4)), sys.byteorder) > 0

    def lost(self):
        return 0

    def close(self):
        self.socket.close()
        self.folder.cleanup()


class Tap:
    """A wire of a tap with several queues. The kernel spreads frames over them as it likes; the NIC does so anew."""

    def __init__(self, name, queues):
        self.name, self.queues = name, queues
        subprocess.run(["ip", "tuntap", "add", "dev", name, "mode", "tap", "multi_queue"], check=True)
        subprocess.run(["ip", "link", "set", name, "mtu", str(MTU), "txqueuelen", str(TAP_QUEUE), "up"], check=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((name, 0))

    def netdev(self):
        return f"tap,id={self.name},ifname={self.name},queues={self.queues},script=no,downscript=no,vhost=off"

    def send(self, frame):
        self.socket.send(frame)

    def counters(self):
        # Not from /sys, which still shows the network of the machine.
        shown = subprocess.run(["ip", "-json", "-statistics", "link", "show", self.name], check=True,
                               capture_output=True)
        return json.loads(shown.stdout)[0]["stats64"]["tx"]

    def waiting(self, sent):
        counters = self.counters()
        return sent - counters["packets"] - counters["dropped"]

    def lost(self):
        return self.counters()["dropped"]

    def close(self):
        self.socket.close()
        subprocess.run(["ip", "link", "delete", self.name], check=True)


def accelerator():
    """KVM, when it offers a processor on which DPDK runs. Some nested ones exist and do not."""
    command = ["qemu-system-x86_64", "-machine", "q35", "-accel", "kvm", "-cpu", "Nehalem,enforce", "-nodefaults",
               "-display", "none", "-S", "-monitor", "stdio"]
    tried = subprocess.run(command, input=b"quit\n", capture_output=True, timeout=60)
    return "kvm" if tried.returncode == 0 else "tcg"


class Machine:
    """QEMU with an Intel IOMMU and a NIC, which is given in QEMU's words, at the end of the wire. Context manager; what
    the console says is in `lines` and in the file `log`."""

    def __init__(self, kernel, archive, nic, wire, cpus, accel, log):
        command = ["qemu-system-x86_64", "-accel", accel, "-machine", "q35,kernel-irqchip=split",
                   "-cpu", "host" if accel == "kvm" else "max", "-smp", str(cpus), "-m", str(MEMORY_MIB),
                   "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio",
                   "-device", "intel-iommu,intremap=on", "-netdev", wire.netdev(),
                   "-device", f"{nic},netdev={wire.name}", "-kernel", kernel, "-initrd", archive,
                   # On a busy machine the kernel would find that its timer does not work, and give up.
                   "-append", "console=ttyS0 quiet loglevel=1 panic=-1 intel_iommu=on no_timer_check"]
        self.command = [str(word) for word in command]
        self.log = log
        self.lines = []
        self.heard = queue.SimpleQueue()

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.listener.join()

    def listen(self):
        with open(self.log, "wb") as log:
            for line in self.process.stdout:
                log.write(line)
                log.flush()
                self.heard.put(line.decode(errors="replace").rstrip("\r\n"))
        self.heard.put(None)

    def say(self, word):
        try:
            self.process.stdin.write(word.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.failed(f"the guest ended before '{word}'") from None

    def wait_for(self, pattern, seconds):
        """The match in the next line that has the pattern. Failed: the guest ended first, or time is over."""
        limit = time.monotonic() + seconds
        while True:
            try:
                line = self.heard.get(timeout=max(0, limit - time.monotonic()))
            except queue.Empty:
                raise self.failed(f"no '{pattern}' within {seconds} s") from None
            if line is None:
                raise self.failed(f"the guest ended before '{pattern}'")
            self.lines.append(line)
            match = re.search(pattern, line)
            if match:
                return match

    def failed(self, what):
        end = "".join(f"    {line}\n" for line in self.lines[-LINES_SHOWN:])
        return Failed(f"{what}; the end of {self.log}:\n{end}")

    def wait_for_end(self, seconds):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise self.failed(f"the guest did not end within {seconds} s") from None
        self.listener.join()
        while (line := self.heard.get()) is not None:
            self.lines.append(line)
