# SPDX-License-Identifier: BSD-3-Clause
"""What docs and habits promise about the sources and a machine can check: licence lines, sizes of files, and who may
include whom. The permission to include is the list of dependencies in the directory's meson.build."""

import pathlib
import re
import sys

LINES_MAX = 500
SOURCE_FOLDERS = ("lib", "drivers", "apps", "test", "scripts", ".ci")
SOURCE_ENDS = (".cpp", ".hpp", ".py", ".sh")
LICENCE = "SPDX-License-Identifier: BSD-3-Clause"

# Foreign headers, and the dependency that permits them.
FOREIGN = {
    "rte_": "dpdk_dep",
    "fmt/": "fmt_dep",
    "nlohmann/": "json_dep",
    "toml": "toml_dep",
    "CLI/": "cli_dep",
    "spdlog/": "spdlog_dep",
    "systemd/": "systemd_dep",
}
# DPDK may be known only to these, whatever their meson.build says.
DPDK_FOLDERS = ("lib/dataplane", "lib/control", "lib/monitor", "drivers", "apps")


def sources(root):
    for folder in SOURCE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and (path.suffix in SOURCE_ENDS or starts_a_program(path)):
                yield path


def starts_a_program(path):
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def check_file(path, name, lines, wrong):
    # A script's first line belongs to the kernel.
    first = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
    if not first or LICENCE not in first[0]:
        wrong(f"{name}:1: the first line must say {LICENCE}")
    if len(lines) > LINES_MAX:
        wrong(f"{name}: {len(lines)} lines, at most {LINES_MAX}; split it along the meaning")
    if path.suffix == ".hpp" and "#pragma once" not in lines:
        wrong(f"{name}: has no '#pragma once'")


def named_dependencies(call):
    """The names in `dependencies: x_dep` or `dependencies: [x_dep, y_dep]` of a meson call."""
    match = re.search(r"dependencies:\s*(\[[^\]]*\]|\w+)", call)
    return set(re.findall(r"\w+_dep\b", match.group(1))) if match else set()


class Library:
    """A directory with a meson.build: what it may use itself, and what its users get through it."""

    def __init__(self, text):
        calls = re.split(r"\n(?=\S)", text)
        built = [call for call in calls if re.search(r"(static_library|executable)\(", call)]
        declared = [call for call in calls if "declare_dependency(" in call]
        self.own = set().union(*map(named_dependencies, built))
        self.passed_on = set().union(*map(named_dependencies, declared))
        self.names = {match.group(1) for call in declared for match in [re.match(r"(\w+_dep)\s*=", call)] if match}


def read_libraries(root):
    found = {}
    for parent in ("lib", "drivers", "apps"):
        for build in sorted((root / parent).glob("*/meson.build")):
            found[str(build.parent.relative_to(root))] = Library(build.read_text())
    return found


def reachable(library, by_dependency):
    """All that this library may name: what it lists, and what comes with that."""
    seen, open_ = set(), set(library.own)
    while open_:
        name = open_.pop()
        seen.add(name)
        if name in by_dependency:
            open_ |= by_dependency[name][1].passed_on - seen
    return seen


def check_includes(folder, name, lines, allowed, allowed_folders, wrong):
    for number, line in enumerate(lines, 1):
        ours = re.match(r'#include "(\w+)/', line)
        if ours and f"lib/{ours.group(1)}" not in allowed_folders:
            wrong(f"{name}:{number}: {folder}/meson.build does not let it include {ours.group(1)}/")
        foreign = re.match(r"#include <([^>]+)>", line)
        if not foreign:
            continue
        for begin, dependency in FOREIGN.items():
            if foreign.group(1).startswith(begin) and dependency not in allowed:
                wrong(f"{name}:{number}: {folder}/meson.build does not list {dependency}")
        if foreign.group(1).startswith("rte_") and not folder.startswith(DPDK_FOLDERS):
            wrong(f"{name}:{number}: DPDK is known only to {', '.join(DPDK_FOLDERS)}")


def check_layers(root, files, wrong):
    libraries = read_libraries(root)
    by_dependency = {name: (folder, library) for folder, library in libraries.items() for name in library.names}
    for folder, library in libraries.items():
        allowed = reachable(library, by_dependency)
        allowed_folders = {by_dependency[name][0] for name in allowed if name in by_dependency} | {folder}
        for path, name, lines in files:
            if path.parent == root / folder and path.suffix in (".cpp", ".hpp"):
                check_includes(folder, name, lines, allowed, allowed_folders, wrong)
    return len(libraries)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    complaints = []
    files = [(path, str(path.relative_to(root)), path.read_text().splitlines()) for path in sources(root)]
    for path, name, lines in files:
        check_file(path, name, lines, complaints.append)
    libraries = check_layers(root, files, complaints.append)
    for complaint in complaints:
        print(complaint)
    print(f"{len(files)} files, {libraries} directories, {len(complaints)} complaints")
    # An empty list would pass every check above.
    sys.exit(1 if complaints or len(files) < 50 or libraries < 8 else 0)


main()
