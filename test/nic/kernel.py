# SPDX-License-Identifier: BSD-3-Clause
"""Debian's kernel for the guest: downloaded and unpacked, never installed. It needs no root."""

import pathlib
import re
import subprocess
import tarfile

# The other modules that a guest needs are named by these.
MODULES = ("vfio_pci", "vfio_iommu_type1")
# What of the package is kept: 9 of its 400 MB.
KEPT = re.compile(r"\./(boot/vmlinuz-.*|lib/modules/[^/]+/kernel/(drivers/vfio|virt/lib)/.*\.ko)$")


def fetch(folder):
    """The kernel image and its modules in the order in which they must be loaded. What is in the folder already is
    used; remove the folder to have the archive's newest."""
    images = sorted(folder.glob("boot/vmlinuz-*"))
    if not images:
        folder.mkdir(parents=True, exist_ok=True)
        unpack(download(folder), folder)
        images = sorted(folder.glob("boot/vmlinuz-*"))
    return images[-1], load_order({name_of(path): path for path in folder.glob("lib/modules/**/*.ko")})


def download(folder):
    depends = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], check=True, capture_output=True, text=True)
    package = re.search(r"Depends: (linux-image-\S+)", depends.stdout)[1]
    print(f"downloading {package}", flush=True)
    # As root, apt says that its user may not write here; it downloads all the same.
    subprocess.run(["apt-get", "download", "-q", package], check=True, cwd=folder, capture_output=True)
    return next(folder.glob(f"{package}_*.deb"))


def unpack(package, folder):
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as reader:
        with tarfile.open(fileobj=reader.stdout, mode="r|") as archive:
            for member in archive:
                if KEPT.match(member.name):
                    archive.extract(member, folder, set_attrs=False)
    if reader.returncode != 0:
        raise RuntimeError(f"{package} cannot be unpacked")
    package.unlink()


def name_of(path):
    return pathlib.Path(path).stem.replace("-", "_")


def load_order(modules):
    """Each module after those that it depends on. Its own section says which: the package has no modules.dep."""
    order = []

    def load(name):
        depends = re.search(rb"\0depends=([^\0]*)\0", modules[name].read_bytes())
        for other in depends[1].decode().split(",") if depends else []:
            if other:
                load(other.replace("-", "_"))
        if modules[name] not in order:
            order.append(modules[name])

    for name in MODULES:
        load(name)
    return order
