# SPDX-License-Identifier: BSD-3-Clause
"""The guest's root: an initramfs with busybox, one program, the drivers it may load, and all the libraries that these
name. Paths and symbolic links are as on this machine, which DPDK needs: it loads each file of its driver folder, and a
driver that is there as a copy of the one the program is linked with would be registered twice."""

import os
import pathlib
import re
import shutil
import subprocess

# Folders that must be there; DPDK fails without /var/run.
FOLDERS = ("dev", "proc", "sys", "run", "tmp", "etc", "var/lib", "test/modules")
# Of Debian, where /bin is /usr/bin.
MERGED = ("bin", "sbin", "lib", "lib64")
# What a port of any kind needs: its bus, and a pool for its buffers.
DRIVERS = ("bus_pci", "bus_vdev", "mempool_ring")
BUSYBOX = "/usr/bin/busybox"  # static
SETPRIV = "/usr/bin/setpriv"  # busybox has one, too, which cannot change the user


class Image:
    """Files below `root`, packed at the end."""

    def __init__(self, root):
        self.root = root
        self.added = set()
        shutil.rmtree(root, ignore_errors=True)
        for folder in FOLDERS:
            (root / folder).mkdir(parents=True)
        for name in MERGED:
            (root / "usr" / name).mkdir(parents=True)
            (root / name).symlink_to(f"usr/{name}")
        (root / "var/run").symlink_to("/run")

    def add(self, path):
        """A file of this machine, at its own place, with the links on the way to it."""
        path = pathlib.Path(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        if path in self.added:
            return
        self.added.add(path)
        target = self.place(path)
        if path.is_symlink():
            target.symlink_to(os.readlink(path))
            self.add(path.parent / os.readlink(path))
        else:
            shutil.copy(path, target)

    def add_with_libraries(self, path):
        self.add(path)
        listed = subprocess.run(["ldd", path], check=True, capture_output=True, text=True).stdout
        for library in re.findall(r"(/\S+) \(0x", listed):
            self.add(library)

    def add_drivers(self, names):
        for name in (*DRIVERS, *names):
            files = sorted(pathlib.Path("/usr/lib").glob(f"*/dpdk/pmds-*/librte_{name}.so.*.*"))
            if not files:
                raise RuntimeError(f"DPDK's driver {name} is not installed")
            self.add_with_libraries(files[-1])

    def add_as(self, path, place):
        shutil.copy(path, self.place(place))

    def write(self, place, text):
        self.place(place).write_text(text)

    def place(self, path):
        target = self.root / str(path).lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def pack(self, archive):
        # With the root itself: the kernel's own may be written to by all, and DPDK loads no driver from such a place.
        names = "\n".join(str(path.relative_to(self.root)) for path in [self.root, *sorted(self.root.rglob("*"))])
        with open(archive, "wb") as file:
            subprocess.run(["cpio", "--create", "--format=newc", "--owner=+0:+0", "--quiet"], check=True, cwd=self.root,
                           input=names.encode(), stdout=file)


def build(root, archive, modules, program, device, case):
    """An archive in which `init` starts the program for this PCI device."""
    image = Image(root)
    image.add(BUSYBOX)
    for path in (SETPRIV, program.binary):
        image.add_with_libraries(path)
    image.add_drivers(program.drivers)
    for number, module in enumerate(modules):
        image.add_as(module, f"test/modules/{number}-{module.name}")
    image.add_as(pathlib.Path(__file__).with_name("init"), "init")
    image.write("test/device", f"{device}\n")
    image.write("test/command", f"{program.command(device, case)}\n")
    image.write("test/results", "".join(f"{name}\n" for name in program.results))
    for place, text in program.files(device, case).items():
        image.write(place, text)
    image.pack(archive)
