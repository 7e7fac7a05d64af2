# SPDX-License-Identifier: BSD-3-Clause
"""`flowlock check` on the machine that runs this test, whatever that is: what it says agrees with its exit status, its
schema, its configuration and the kernel; it needs no rights and changes nothing."""

import json
import os
import pathlib
import pty
import re
import shutil
import subprocess

import harness

# A port that every machine has, and no hugepages.
HARMLESS = """
[networks]
internal = ["10.0.0.0/16"]
[live]
ports = ["net_null0"]
workers = 1
hugepages = false
[output]
folder = "{folder}/out"
"""
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def run(options, *arguments, before=(), **more):
    line = [*before, str(options.flowlock), "check", *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, **more)
    return done.returncode, done.stdout, done.stderr


def violations(value, schema, root, where="$"):
    """What of JSON Schema check.schema.json uses, and no more."""
    if "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        if all(list(violations(value, choice, root, where)) for choice in schema["anyOf"]):
            yield f"{where}: {value!r} is none of the choices"
    types = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    if "type" in schema and not isinstance(value, types[schema["type"]]):
        yield f"{where}: {value!r} is no {schema['type']}"
        return
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{where}: {value!r} is not allowed"
    if isinstance(value, str) and (len(value) < schema.get("minLength", 0) or not re.search(schema.get("pattern", ""), value)):
        yield f"{where}: {value!r} is not written so"
    if isinstance(value, int) and value < schema.get("minimum", value):
        yield f"{where}: {value} is too small"
    for name in schema.get("required", []):
        if name not in value:
            yield f"{where}: {name} is missing"
    for name, part in schema.get("properties", {}).items():
        if name in value:
            yield from violations(value[name], part, root, f"{where}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from violations(item, schema["items"], root, f"{where}[{number}]")


def report_of(options, checks, *arguments, **more):
    """The JSON report, after everything has been checked that holds for all of them."""
    status, output, errors = run(options, *arguments, "--json", **more)
    checks.equal("standard error", errors, "")
    report = json.loads(output)
    schema = json.loads((options.source / "docs/check.schema.json").read_text())
    checks.equal("violations of the schema", list(violations(report, schema, schema)), [])
    checks.equal("exit status", status, report["status"])
    states = [check["state"] for check in report["checks"]]
    checks.equal("sums", [report["ok"], report["warnings"], report["wrong"]],
                 [states.count(state) for state in ("ok", "warning", "wrong")])
    for check in report["checks"]:
        checks.equal(f"{check['name']} has no mend", check["mend"] is None, check["state"] == "ok")
        if check["mend"]:
            shell = subprocess.run(["sh", "-n"], input=check["mend"], capture_output=True, text=True)
            checks.equal(f"what a shell says of the mend of {check['name']}", shell.stderr, "")
    return report


def named(report, name):
    return [check for check in report["checks"] if check["name"] == name]


def documented_names(options):
    text = (options.source / "docs/output.md").read_text()
    section = text.split("## The machine (`flowlock check`)")[1].split("\n## ")[0]
    return {name for row in section.splitlines() if row.startswith("| `") for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", row.split("|")[1])}


def check_this_machine(options, checks, config):
    checks.scope = "this machine"
    report = report_of(options, checks, "--config", config)
    for check in report["checks"]:
        checks.that(check["name"] in documented_names(options), f"{check['name']} is not in docs/output.md")
    checks.equal("kernel", named(report, "version.kernel")[0]["text"], os.uname().release)
    checks.equal("what DPDK was asked", named(report, "port.dpdk")[0]["state"], "ok")
    checks.that("net_null, 1024 queues" in named(report, "port.dpdk")[0]["text"], named(report, "port.dpdk"))
    swaps = pathlib.Path("/proc/swaps").read_text().splitlines()[1:]
    checks.equal("swap is a warning", named(report, "memory.swap")[0]["state"] == "warning", bool(swaps))
    checks.that(not (config.parent / "out").exists(), "the output folder was made")
    wrong = report_of(options, checks, "--config", config, "--set", "live.cores=[0,1023]")
    checks.equal("a core too many", named(wrong, "cores.exist")[0]["state"], "wrong")
    checks.equal("exit status for it", wrong["status"], 1)


def check_text(options, checks, config):
    checks.scope = "text"
    report = report_of(options, checks, "--config", config)
    status, text, errors = run(options, "--config", config)
    checks.equal("exit status", status, report["status"])
    checks.equal("standard error", errors, "")
    lines = text.splitlines()
    plain = [line for line in lines if not line.startswith(" " * 11)]
    checks.equal("names", [line.split()[1] for line in plain[:-1]], [check["name"] for check in report["checks"]])
    checks.equal("states", [line.split()[0] for line in plain[:-1]], [check["state"] for check in report["checks"]])
    mends = [line.strip() for line in lines if line.startswith(" " * 11)]
    checks.equal("mends", mends, [line for check in report["checks"] for line in (check["mend"] or "").splitlines()])
    checks.that(re.fullmatch(rf"{report['ok']} ok, {report['warnings']} warnings?, {report['wrong']} wrong", plain[-1]), plain[-1])
    checks.that("\033" not in text, "colours in a pipe")
    coloured = on_a_terminal(options, config, {})
    checks.that("\033[32mok" in coloured, "no colours on a terminal")
    checks.that("\033" not in on_a_terminal(options, config, {"NO_COLOR": "1"}), "colours in spite of NO_COLOR")
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(options.flowlock), "check", "--config", str(config)], stdout=full, stderr=subprocess.PIPE)
    checks.equal("exit status when it cannot be written", done.returncode, 1)
    checks.that(b"standard output" in done.stderr, done.stderr)


def on_a_terminal(options, config, environment):
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(options.flowlock), "check", "--config", str(config)], stdout=theirs,
                               env={"PATH": os.environ["PATH"]} | environment)
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side is closed
            part = b""
        if not part:
            break
        text += part
    process.wait()
    os.close(ours)
    return text.decode()


def check_bad_configurations(options, checks, folder):
    checks.scope = "bad configuration"
    report = report_of(options, checks, "--config", folder / "missing.toml")
    checks.equal("exit status", report["status"], 2)
    checks.that("cannot be read" in named(report, "configuration.file")[0]["text"], report["checks"][0])
    checks.equal("the machine is judged all the same", len(named(report, "memory.hugepages")), 1)

    file = folder / "two.toml"
    file.write_text("[scan]\nmin_target = 5\n[live]\nworkers = 99\n")
    report = report_of(options, checks, "--config", file)
    checks.equal("exit status", report["status"], 2)
    places = [check["text"].split(": ")[0] for check in named(report, "configuration.file")]
    checks.equal("mistakes", places, [f"{file}:2", f"{file}:4"])

    empty = report_of(options, checks, "--config", "/dev/null")
    checks.equal("exit status of an empty one", empty["status"], 2)
    wrong = {check["name"] for check in empty["checks"] if check["state"] == "wrong"}
    checks.that({"configuration.ports", "configuration.internal"} <= wrong, wrong)
    (nobody,) = named(empty, "configuration.xarf")
    checks.equal("nobody reports", (nobody["state"], nobody["text"].split(":")[0]), ("ok", "no xarf.json is written"))
    somebody = report_of(options, checks, "--config", "/dev/null", "--set", "report.organisation=Example Hosting",
                         "--set", "report.contact=abuse@example.com", "--set", "report.domain=example.com")
    checks.that("Example Hosting" in named(somebody, "configuration.xarf")[0]["text"], "who reports is not said")
    mended = report_of(options, checks, "--config", "/dev/null", "--internal", "10.0.0.0/8", "--set", 'live.ports=["net_null0"]')
    checks.equal("mended on the command line", [check["name"] for check in mended["checks"]
                                                if check["name"].startswith("configuration.") and check["state"] != "ok"], [])
    status, output, errors = run(options, "--config", "/dev/null", "--bogus")
    checks.equal("usage", (status, output, "--bogus" in errors), (2, "", True))


def check_signatures(options, checks, folder, config):
    checks.scope = "signatures"
    signatures = folder / "signatures"
    signatures.mkdir()
    words = ["--config", config, "--set", f"signatures.folders={json.dumps([str(signatures)])}"]

    def states(report):
        return [check["state"] for check in named(report, "configuration.signatures")]

    checks.equal("the shipped ones", states(report_of(options, checks, "--config", config)), ["ok"])
    checks.equal("none", states(report_of(options, checks, *words)), ["warning"])
    (signatures / "bad.toml").write_text("[[signature]]\nid = \"nothing else\"\n")
    report = report_of(options, checks, *words)
    checks.that(f"{signatures}/bad.toml:" in named(report, "configuration.signatures")[0]["text"], named(report, "configuration.signatures"))
    checks.that(set(states(report)) == {"warning"}, states(report))
    off = report_of(options, checks, *words, "--set", "signatures.enabled=false")
    checks.equal("off", named(off, "configuration.signatures")[0]["text"], "off: no payload is looked into")


def check_as_nobody(options, checks, folder, config):
    checks.scope = "as nobody"
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        checks.that(os.geteuid() != 0, "setpriv is not installed")
        return
    # The build folder may be closed to nobody.
    program = shutil.copy(options.flowlock, folder / "flowlock")
    os.chmod(program, 0o755)
    os.chmod(folder, 0o755)
    options.flowlock = program
    report = report_of(options, checks, "--config", config, before=NOBODY)
    checks.equal("the folder of root", named(report, "output.folder")[0]["state"], "wrong")
    checks.equal("its mend", named(report, "output.folder")[0]["mend"], f"install -d -o nobody {folder}/out")
    report = report_of(options, checks, "--config", config, "--set", 'live.ports=["lo"]', before=NOBODY)
    checks.that("lacks CAP_NET_RAW" in named(report, "port.rights")[0]["text"], named(report, "port.rights"))


class Namespace:
    """Networks of its own, with a pair of interfaces that is down and has a small MTU. `enter` is None where the machine
    does not allow it."""

    SETUP = ("mount -t sysfs sys /sys && ip link add tap0 mtu 1280 type veth peer name tap1 && ip link set tap1 up "
             "&& echo ready && exec sleep 100")

    def __enter__(self):
        self.process = subprocess.Popen(["unshare", "-nm", "sh", "-c", self.SETUP], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        ready = self.process.stdout.readline() == "ready\n"
        self.enter = ["nsenter", "-t", str(self.process.pid), "-n", "-m"] if ready else None
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def check_that_mends_mend(options, checks, config):
    checks.scope = "mends of an interface"
    words = ["--config", config, "--set", 'live.ports=["tap0"]']
    with Namespace() as namespace:
        if namespace.enter is None:
            print("not tested: this user may not make a network namespace")
            return
        before = report_of(options, checks, *words, before=namespace.enter)
        checks.equal("an interface that is down", named(before, "port.interface")[0]["state"], "wrong")
        checks.equal("its small MTU", named(before, "port.mtu")[0]["state"], "warning")
        for name in ("port.interface", "port.mtu"):
            subprocess.run([*namespace.enter, "sh", "-ec", named(before, name)[0]["mend"]], check=True)
        after = report_of(options, checks, *words, before=namespace.enter)
        for name in ("port.interface", "port.mtu", "port.queues", "port.rights"):
            checks.equal(f"{name} after its mend", named(after, name)[0]["state"], "ok")
        checks.that("tap0: is up, virtual" in named(after, "port.interface")[0]["text"], named(after, "port.interface"))


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        folder = pathlib.Path(name)
        config = folder / "flowlock.toml"
        config.write_text(HARMLESS.format(folder=folder))
        check_this_machine(options, checks, config)
        check_text(options, checks, config)
        check_bad_configurations(options, checks, folder)
        check_that_mends_mend(options, checks, config)
        check_signatures(options, checks, folder, config)
        check_as_nobody(options, checks, folder, config)
    checks.finish()


main()
