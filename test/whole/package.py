# SPDX-License-Identifier: BSD-3-Clause
"""The Debian package, as far as it can be judged without building it (scripts/package builds it, in minutes): the tree
that is built from, the configuration that is shipped, and the service's unit as systemd reads it."""

import pathlib
import re
import shutil
import subprocess

import harness

# Of 10, lower is better; 1.3 when written. Whoever takes a protection away says so here.
EXPOSURE_MAX = {None: 1.5, "af_xdp.conf": 2.7, "af_packet.conf": 2.3, "cores.conf": 1.5}


def needed_packages(options, *needs):
    rows = [line.split() for line in (options.source / "scripts/packages").read_text().splitlines()]
    return {row[1] for row in rows if row[0] in needs}


def check_tree(checks, options, folder):
    """scripts/package --export: what dpkg-buildpackage will read."""
    checks.scope = "exported tree"
    run = subprocess.run([options.source / "scripts/package", "--export", folder], capture_output=True, text=True)
    if not checks.equal("exit status", run.returncode, 0):
        print(run.stderr)
        return
    version = re.search(r"version: '([^']+)'", (options.source / "meson.build").read_text()).group(1)
    tree = folder / f"flowlock-{version}"
    checks.equal("what is printed", run.stdout, f"{tree}\n")
    changelog = (tree / "debian/changelog").read_text()
    checks.that(changelog.startswith(f"flowlock ({version}) "), f"changelog begins {changelog[:60]!r}")
    for name in ("meson.build", "lib/base/units.hpp", "apps/flowlock/main.cpp", "docs/configuration.md"):
        checks.that((tree / name).is_file(), f"{name} is missing")
    # Else the package would be built from what this machine has built before.
    checks.equal("builds and git within", list(tree.glob("build*")) + list(tree.glob(".git")), [])


def check_control(checks, options, debian):
    checks.scope = "debian/control"
    source = (debian / "control").read_text().split("\n\n")[0]
    build_depends = source.partition("Build-Depends:")[2]
    # "libhyperscan-dev [amd64]" is libhyperscan-dev:amd64 there; "debhelper-compat (= 13)" is any.
    named = {re.sub(r" \[(\w+)\]", r":\1", word.strip()).split()[0] for word in build_depends.split(",")}
    # Every Debian builder has the compiler and dpkg-dev.
    expected = needed_packages(options, "build", "package") - {"g++", "dpkg-dev", "debhelper"} | {"debhelper-compat"}
    checks.equal("Build-Depends", sorted(named), sorted(expected))


def check_configuration(checks, options, folder, debian):
    """The shipped file is valid, and whoever fills in nothing but networks gets the defaults."""
    checks.scope = "shipped configuration"
    capture = folder / "demo.pcap"
    subprocess.run([options.scene, "demo", capture, "--truth", folder / "truth.json"], check=True)
    internal = ["--internal", "198.51.100.0/24", "--internal", "2001:db8:100::/48"]
    runs = {"shipped": harness.replay(options, folder / "shipped", "--config", debian / "flowlock.toml", *internal, capture),
            "none": harness.replay(options, folder / "none", *internal, capture)}
    for name, run in runs.items():
        checks.equal(f"exit status with {name}", run.status, 0)
        harness.no_sanitizer_complaint(checks, run)
    checks.that(runs["shipped"].files() == runs["none"].files(), "its reports are not those of the defaults")
    checks.that(len(runs["none"].locks) > 0, "nothing was found, so the comparison says nothing")


def check_names(checks, debian):
    """Unit, user, device rule and configuration speak of the same things."""
    checks.scope = "names"
    unit = (debian / "flowlock.service").read_text()
    user = re.search(r"^User=(\w+)$", unit, re.MULTILINE).group(1)
    checks.that(f"\nu {user} " in (debian / "flowlock.sysusers").read_text(), f"sysusers does not make the user {user}")
    checks.that(f'GROUP="{user}"' in (debian / "flowlock.udev").read_text(), f"the udev rule is not for {user}")
    configs = set(re.findall(r"--config (\S+)", unit))
    checks.equal("configuration of check and run", configs, {"/etc/flowlock/flowlock.toml"})
    installed = re.search(r"install .*debian/flowlock(/\S+\.toml)", (debian / "rules").read_text()).group(1)
    checks.equal("configuration that is installed", {installed}, configs)
    # DPDK takes the colons of several runtime directories for a part of one name, and does not start.
    checks.that("\nEnvironment=RUNTIME_DIRECTORY=/run\n" in unit, "RUNTIME_DIRECTORY is left to systemd")


def check_unit(checks, options, folder, debian):
    """systemd's own reading of the unit, alone and with each of the examples."""
    for example, exposure in EXPOSURE_MAX.items():
        checks.scope = f"unit with {example}" if example else "unit"
        place = folder / (example or "alone")
        drop_ins = place / "flowlock.service.d"
        drop_ins.mkdir(parents=True)
        text = (debian / "flowlock.service").read_text()
        (place / "flowlock.service").write_text(text.replace("/usr/bin/flowlock", str(options.flowlock)))
        if example:
            shutil.copy(debian / "examples" / example, drop_ins)
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", "./flowlock.service"], cwd=place,
                                  capture_output=True, text=True)
        checks.equal("systemd-analyze verify", (verified.returncode, verified.stderr), (0, ""))
        judged = subprocess.run(["systemd-analyze", "security", "--offline=yes", f"--threshold={exposure * 10:.0f}",
                                 "./flowlock.service"], cwd=place, capture_output=True, text=True)
        checks.equal(f"systemd-analyze security, at most {exposure}", judged.returncode, 0)
        if judged.returncode != 0:
            print(judged.stdout[-400:], judged.stderr)
    examples = {path.name for path in (debian / "examples").iterdir()}
    checks.equal("examples", examples, set(EXPOSURE_MAX) - {None})


def main():
    options = harness.arguments()
    checks = harness.Checks()
    debian = options.source / "scripts/packaging/debian"
    with harness.temporary_folder() as name:
        folder = pathlib.Path(name)
        check_tree(checks, options, folder / "tree")
        check_control(checks, options, debian)
        check_configuration(checks, options, folder, debian)
        check_names(checks, debian)
        if shutil.which("systemd-analyze"):
            check_unit(checks, options, folder / "units", debian)
        elif checks.failed == 0:
            harness.skip("systemd-analyze is not installed (all else was checked)")
    checks.finish()


main()
