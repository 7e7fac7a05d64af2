# SPDX-License-Identifier: BSD-3-Clause
"""The files of a case: their sums, their packets against the input, their lines against tcpdump's, and that neither the
number of workers nor the machine changes a byte."""

import datetime
import hashlib
import ipaddress
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

import harness
import link_frames as link

INSIDE = ("198.51.100.0/24", "2001:db8:100::/48")


def records_of_pcap(path):
    """[(time in ns, length on the wire, bytes)] of a capture with Ethernet frames, by the format's description."""
    data = path.read_bytes()
    magic = struct.unpack_from("<I", data)[0]
    unit = {0xa1b2c3d4: 1000, 0xa1b23c4d: 1}[magic]
    records, at = [], 24
    while at < len(data):
        seconds, fraction, captured, wire = struct.unpack_from("<IIII", data, at)
        records.append((seconds * 1_000_000_000 + fraction * unit, wire, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return records


def records_of_pcapng(path):
    """The same of a pcapng file, and the comments of its section."""
    data = path.read_bytes()
    records, comments, at = [], [], 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8:at + length - 4]
        assert struct.unpack_from("<I", data, at + length - 4)[0] == length and length % 4 == 0
        if kind == 0x0a0d0d0a:
            option, size = struct.unpack_from("<HH", body, 16)
            comments.append((option, body[20:20 + size].decode()))
        if kind == 6:
            _, high, low, captured, wire = struct.unpack_from("<IIIII", body)
            records.append((high << 32 | low, wire, body[20:20 + captured]))
        at += length
    return records, comments


def addresses(frame):
    """Source and destination of an Ethernet frame's IP packet, as bytes."""
    while frame[12:14] in (b"\x81\x00", b"\x88\xa8"):
        frame = frame[:12] + frame[16:]
    if frame[12:14] == b"\x08\x00":
        return frame[26:30], frame[30:34]
    if frame[12:14] == b"\x86\xdd":
        return frame[22:38], frame[38:54]
    return None, None


def packed(address):
    return ipaddress.ip_address(address).packed


def nanoseconds(time):
    moment = datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
    return int(moment.timestamp()) * 1_000_000_000


def tcpdump(options, capture):
    done = subprocess.run(["tcpdump", *options, "-r", capture], capture_output=True, text=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin:/usr/sbin"})
    return done.stdout.splitlines()


def check_manifest(checks, folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    checks.equal("case of the manifest", manifest["case"], folder.name)
    named = {file["name"]: file for file in manifest["files"]}
    checks.equal("files", sorted(path.name for path in folder.iterdir()), sorted([*named, "manifest.json"]))
    for name, file in named.items():
        content = (folder / name).read_bytes()
        checks.equal(f"{name}'s size", len(content), file["bytes"])
        checks.equal(f"{name}'s sum", hashlib.sha256(content).hexdigest(), file["sha256"])


def check_packets(checks, folder, report, given):
    evidence = report["evidence"]
    shown, comments = records_of_pcapng(folder / "evidence.pcapng")
    checks.equal("packets", len(shown), evidence["packets"])
    checks.that(shown, "there are no packets")
    checks.that(any(report["id"] in text for _, text in comments), f"no comment names the case: {comments}")
    checks.that(all(a[0] <= b[0] for a, b in zip(shown, shown[1:])), "packets are not in the order of time")
    by_time = {}
    for time, wire, frame in given:
        by_time.setdefault((time, wire), []).append(frame)
    host = packed(report["host"]["address"])
    for time, wire, head in shown:
        candidates = by_time.get((time, wire), [])
        checks.that(any(frame.startswith(head) for frame in candidates), f"a packet at {time} is not in the input")
        checks.that(host in addresses(head), f"a packet at {time} is not the host's")
    begin, end = nanoseconds(evidence["from"]), nanoseconds(evidence["until"])
    totals = [0, 0]
    # A packet that is a little older than those before it is counted in their second.
    second = 0
    for time, _, frame in given:
        second = max(second, time // 1_000_000_000 * 1_000_000_000)
        if begin <= second < end:
            source, destination = addresses(frame)
            totals[0] += source == host
            totals[1] += destination == host
    checks.equal("packets sent and received in the time", [evidence["packets_out"], evidence["packets_in"]], totals)
    opened = nanoseconds(report["opened"])
    checks.that(any(time < opened for time, _, _ in shown), "no packet is from before the alarm")
    return shown


def check_lines(checks, folder, report):
    """TCP's line is the head of tcpdump -n -S's, every other line is tcpdump -nq's."""
    lines = (folder / "dump.txt").read_text().splitlines()
    head, lines = lines[0], lines[1:]
    evidence = report["evidence"]
    numbers = [int(number) for number in re.match(r"# (\d+) of (\d+) packets ", head).groups()]
    checks.equal("numbers of the dump's head", numbers, [evidence["packets"], evidence["packets_out"] + evidence["packets_in"]])
    capture = folder / "evidence.pcapng"
    brief, with_flags = tcpdump(["-nq"], capture), tcpdump(["-n", "-S"], capture)
    checks.equal("number of lines", len(lines), len(brief))
    for line, quiet, full in zip(lines, brief, with_flags):
        checks.that(line == quiet or ("Flags [" in line and full.startswith(line)), f"{line!r} is neither {quiet!r} nor the head of {full!r}")
    text = (folder / "report.txt").read_text()
    checks.that(text.endswith("\nDetailed Traffic Dump\n\n" + "\n".join([head, *lines]) + "\n"), "the text does not end with the dump")


def check_tools(checks, folder):
    """Neither tshark nor capinfos complains."""
    for command in (["tshark", "-n", "-r"], ["capinfos", "-M"]):
        done = subprocess.run([*command, folder / "evidence.pcapng"], capture_output=True, text=True)
        errors = [line for line in done.stderr.splitlines() if "root" not in line]
        checks.that(done.returncode == 0 and not errors, f"{command[0]} says {errors or done.returncode}")


def check_refusals(checks, options, folder, scratch):
    """What cannot be done is refused, and says why, rather than half done."""
    scratch.mkdir()

    def refused(name, change, *arguments):
        case = scratch / name
        shutil.copytree(folder, case)
        change(case)
        done = subprocess.run([options.flowlock, "report", *arguments, case], capture_output=True, text=True, timeout=60)
        checks.equal(f"{name}: exit status, output", (done.returncode, done.stdout), (2, ""))
        return done.stderr

    def edit(case, change):
        report = json.loads((case / "report.json").read_text())
        change(report)
        (case / "report.json").write_text(json.dumps(report))

    def replace_by_pipe(case):
        (case / "report.json").unlink()
        os.mkfifo(case / "report.json")

    for name, change in (("without origin", lambda report: report.pop("origin")),
                         ("without networks", lambda report: report["origin"].update(internal=[]))):
        said = refused(name, lambda case: edit(case, change), "--redact")
        checks.that("nobody knows whose addresses are to be hidden" in said, f"{name}: {said!r}")
    said = refused("too large", lambda case: os.truncate(case / "report.json", 1 << 40))
    checks.that("is larger than any report" in said, f"too large: {said!r}")
    said = refused("a pipe", replace_by_pipe)
    checks.that("is no regular file" in said, f"a pipe: {said!r}")
    said = refused("not there", lambda case: (case / "report.json").unlink())
    checks.that("No such file or directory; name the folder of a case" in said, f"not there: {said!r}")

    case = scratch / "many packets"
    shutil.copytree(folder, case)
    packets = (case / "evidence.pcapng").read_bytes()
    kinds, at = [], 0
    while at < len(packets):
        kind, length = struct.unpack_from("<II", packets, at)
        kinds.append((kind, packets[at:at + length]))
        at += length
    one = next(block for kind, block in kinds if kind == 6)
    (case / "evidence.pcapng").write_bytes(b"".join(block for kind, block in kinds if kind != 6) + one * 20_000)
    done = subprocess.run([options.flowlock, "report", case], capture_output=True, text=True)
    checks.equal("many packets: exit status", done.returncode, 3)
    checks.that("evidence.pcapng has more than 10000 packets" in done.stderr, f"many packets: {done.stderr!r}")


def check_again(checks, options, folder, report):
    """`flowlock report` prints the same text, and hides all but the host when it is asked to."""
    command = [options.flowlock, "report", "--locale", "en", folder]
    again = subprocess.run(command, capture_output=True, text=True)
    checks.equal("exit status, complaint", (again.returncode, again.stderr), (0, ""))
    checks.that(again.stdout == (folder / "report.txt").read_text(), "flowlock report prints another text")
    hidden = subprocess.run([*command, "--redact"], capture_output=True, text=True).stdout
    shown = {ip for ip in re.findall(r"198\.51\.100\.\d+", hidden)}
    checks.equal("internal addresses that are shown", shown, {report["host"]["address"]})
    checks.equal("lines", len(hidden.splitlines()), len(again.stdout.splitlines()))


def replay(options, capture, folder, workers, *more):
    command = [options.flowlock, "replay", "--out", folder, "--workers", str(workers), "--set", "report.number_format=en"]
    for network in INSIDE:
        command += ["--internal", network]
    subprocess.run([*command, *more, capture], check=True, capture_output=True)
    return {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def scene(options, path, *arguments):
    subprocess.run([options.scene, *arguments, "--snap", "2000"], check=True, capture_output=True)
    return path


def pcapng_block(kind, body):
    body = body.ljust((len(body) + 3) // 4 * 4, b"\0")
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def write_two_interfaces(path):
    """What a host floods another with, by turns on an Ethernet interface and on one without link layer (101). Returns
    {time: (link type, bytes)}."""
    ethernet, raw = 1, 101
    nanoseconds_option = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    blocks = [pcapng_block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))]
    blocks += [pcapng_block(1, struct.pack("<HHI", link_type, 0, 0) + nanoseconds_option) for link_type in (ethernet, raw)]
    given = {}
    for number in range(3_000):
        frame = link.udp("00:25:90:00:00:0a", "00:1b:21:00:00:01", "198.51.100.65", "203.0.113.9", (1_000 + number % 9, 9),
                         bytes(30))
        interface = number % 2
        captured = frame[14:] if interface else frame
        time = 1_700_000_000 * 10**9 + 1_000_000 * number
        given[time] = ((ethernet, raw)[interface], captured)
        blocks.append(pcapng_block(6, struct.pack("<IIIII", interface, time >> 32, time & 0xffffffff, len(captured),
                                                  len(captured)) + captured))
    path.write_bytes(b"".join(blocks))
    return given


def check_interfaces(checks, options, work):
    """Packets of two link types stand under two interfaces, each with its own; a replay's ports are all one."""
    checks.scope = "two interfaces"
    given = write_two_interfaces(work / "two.pcapng")
    limits = work / "limits.toml"
    limits.write_text('[[limit]]\nname = "out"\ndirection = "out"\nmetric = "packets"\nper_second = 500\nwindow = "1s"\n')
    for workers in (1, 2):
        folder = work / f"two.{workers}"
        replay(options, work / "two.pcapng", folder, workers, "--config", limits)
        case, = (folder / "cases").iterdir()
        report = json.loads((case / "report.json").read_text())
        checks.equal("interfaces", report["evidence"]["interfaces"], ["replay"])
        fields = ["frame.interface_id", "frame.interface_name", "frame.encap_type", "frame.time_epoch", "frame.protocols"]
        done = subprocess.run(["tshark", "-n", "-r", case / "evidence.pcapng", "-T", "fields",
                               *(word for field in fields for word in ("-e", field))], capture_output=True, text=True, check=True)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        checks.equal("packets", len(rows), report["evidence"]["packets"])
        checks.equal("names", {row[1] for row in rows}, {"replay"})
        wiretap = {1: "1", 101: "7"}  # what tshark calls the link types
        times = [int(row[3].replace(".", "")) for row in rows]
        checks.equal("link types", [row[2] for row in rows], [wiretap[given[time][0]] for time in times])
        checks.equal("link types of each interface", len({(row[0], row[2]) for row in rows}), 2)
        checks.equal("numbers", sorted({row[0] for row in rows}), ["0", "1"])
        shown, _ = records_of_pcapng(case / "evidence.pcapng")
        checks.that(all(given[time][1].startswith(head) for time, _, head in shown), "other bytes than were given")
        checks.that(all("ip" in row[4].split(":") for row in rows), "tshark does not find IP")
        check_tools(checks, case)


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        scenes = {
            "demo": ["demo", work / "demo.pcap"],
            "flood": ["attack", work / "flood.pcap", "--vector", "udp_flood", "--background", "--rate", "130000", "--seconds", "4"],
            "synflood": ["attack", work / "synflood.pcap", "--vector", "syn_flood", "--background", "--rate", "130000", "--seconds", "4"],
        }
        for name, arguments in scenes.items():
            checks.scope = name
            capture = scene(options, work / f"{name}.pcap", *arguments)
            given = records_of_pcap(capture)
            files = replay(options, capture, work / f"{name}.1", 1)
            for workers in (2, 4):
                again = replay(options, capture, work / f"{name}.{workers}", workers)
                checks.that(again == files, f"with {workers} workers the files differ: "
                            f"{[str(path) for path in files.keys() | again.keys() if files.get(path) != again.get(path)]}")
            cases = sorted((work / f"{name}.1/cases").iterdir())
            checks.that(cases, "there is no case")
            for folder in cases:
                checks.scope = f"{name}: {folder.name}"
                report = json.loads((folder / "report.json").read_text())
                check_manifest(checks, folder)
                if report["host"]["scope"] != "host":
                    continue
                shown = check_packets(checks, folder, report, given)
                checks.that(len(shown) <= 200, f"{len(shown)} packets")
                check_lines(checks, folder, report)
                check_tools(checks, folder)
                check_again(checks, options, folder, report)
            check_refusals(checks, options, cases[0], work / f"{name}.refused")
        check_interfaces(checks, options, work)
        checks.scope = "switched off"
        files = replay(options, work / "demo.pcap", work / "off", 1, "--set", "evidence.enabled=false")
        checks.that(not any(path.name in ("dump.txt", "evidence.pcapng") for path in files), "there are packets")
        checks.that(any(path.name == "report.json" for path in files), "there is no case")
    checks.finish()


if __name__ == "__main__":
    main()
