# SPDX-License-Identifier: BSD-3-Clause
"""What the user may hand over, right and wrong: several files, a pipe, broken files, wrong arguments. Bad input gets
exit status 2 or 3 and a message that says what and where; what could be read is reported."""

import json
import pathlib
import shutil
import struct
import subprocess

import harness

INTERNAL = ["--internal", "198.51.100.0/24", "--internal", "2001:db8:100::/48"]
# The flood has 20,000 packets in its first second; a shipped limit, lowered, finds it.
LOW_LIMIT = ["--set", "limit.in-packets-fast.per_second=5000"]
PCAP_HEADER = struct.Struct("<IHHiIII")


class Inputs:
    """The captures that the cases share, and one folder for each case."""

    def __init__(self, options, checks, folder):
        self.options, self.checks, self.folder = options, checks, pathlib.Path(folder)
        self.mix = self.make("mix", "--packets", "20000", "--flows", "2000", "--seconds", "5")
        self.flood = self.make("synflood", "--packets", "20000", "--seconds", "1")

    def make(self, scene, *words):
        path = self.folder / f"{scene}.pcap"
        truth = self.folder / f"{scene}.json"
        subprocess.run([self.options.scene, scene, path, "--truth", truth, *words], check=True)
        return path, json.loads(truth.read_text())

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def replay(self, *words, status=0, **named):
        run = harness.replay(self.options, self.folder / self.checks.scope, *words, **named)
        self.checks.equal(f"exit status ({run.stderr.decode(errors='replace').strip()[-400:]})", run.status, status)
        harness.no_sanitizer_complaint(self.checks, run)
        return run

    def says(self, run, *words):
        text = run.stderr.decode(errors="replace")
        for word in words:
            self.checks.that(str(word) in text, f"stderr does not say {str(word)!r}: {text!r}")


def several_files(inputs):
    (mix, mix_truth), (flood, flood_truth) = inputs.mix, inputs.flood
    summary = inputs.replay(*INTERNAL, mix, flood, mix).summary
    inputs.checks.equal("packets", summary["packets"], 2 * mix_truth["packets"] + flood_truth["packets"])
    inputs.checks.equal("bytes", summary["bytes"], 2 * mix_truth["wire_bytes"] + flood_truth["wire_bytes"])
    inputs.checks.equal("flows", summary["flows"], mix_truth["flows"] + flood_truth["flows"])
    listed = [(entry["file"], entry["packets"], entry["bytes"], entry["truncated"], entry["error"])
              for entry in summary["inputs"]]
    expected = [(str(path), truth["packets"], truth["wire_bytes"], False, None) for path, truth in
                (inputs.mix, inputs.flood, inputs.mix)]
    inputs.checks.equal("inputs", listed, expected)


def standard_input(inputs):
    capture, _ = inputs.flood
    piped = inputs.replay(*INTERNAL, *LOW_LIMIT, "-", input=capture.read_bytes())
    inputs.checks.scope += "_file"
    read = inputs.replay(*INTERNAL, *LOW_LIMIT, capture)
    piped_summary, read_summary = piped.summary, read.summary
    inputs.checks.equal("file", piped_summary["inputs"][0].pop("file"), "-")
    read_summary["inputs"][0].pop("file")
    inputs.checks.equal("summary", piped_summary, read_summary)
    inputs.checks.equal("locks", piped.locks, read.locks)
    inputs.checks.equal("number of locks", len(read.locks), 1)
    inputs.checks.that((piped.folder / "flows.csv").read_bytes() == (read.folder / "flows.csv").read_bytes(),
                       "the flow records differ")


def other_formats(inputs):
    """The same packets as pcapng, and with microseconds."""
    capture, truth = inputs.mix
    if not shutil.which("editcap"):
        print("not tested: pcapng, since editcap is not installed")
        return
    again = inputs.folder / "again.pcapng"
    subprocess.run(["editcap", "-F", "pcapng", capture, again], check=True)
    first = inputs.replay(*INTERNAL, capture)
    inputs.checks.scope += "_pcapng"
    second = inputs.replay(*INTERNAL, again)
    inputs.checks.equal("packets", second.summary["packets"], truth["packets"])
    inputs.checks.that((first.folder / "flows.csv").read_bytes() == (second.folder / "flows.csv").read_bytes(),
                       "the flow records of pcap and pcapng differ")


def missing_file(inputs):
    capture, truth = inputs.mix
    run = inputs.replay(*INTERNAL, "nowhere.pcap", capture, status=3)
    inputs.says(run, "nowhere.pcap", "No such file")
    inputs.checks.equal("packets of the other file", run.summary["packets"], truth["packets"])
    inputs.checks.that(run.summary["inputs"][0]["error"], "the summary does not say the error")


def wrong_magic(inputs):
    run = inputs.replay(*INTERNAL, inputs.file("text.pcap", b"This is not a capture, but a letter.\n" * 10), status=3)
    inputs.says(run, "text.pcap")
    inputs.checks.equal("packets", run.summary["packets"], 0)


def empty_file(inputs):
    inputs.says(inputs.replay(*INTERNAL, inputs.file("empty.pcap", b""), status=3), "empty.pcap")


def folder_as_file(inputs):
    inputs.says(inputs.replay(*INTERNAL, inputs.folder, status=3), inputs.folder)


def capture_without_packets(inputs):
    header = inputs.mix[0].read_bytes()[:PCAP_HEADER.size]
    summary = inputs.replay(*INTERNAL, inputs.file("header.pcap", header)).summary
    inputs.checks.equal("packets, first, last", (summary["packets"], summary["first"], summary["last"]), (0, None, None))


def cut_in_the_middle(inputs):
    """The first 100 records and a half, as a disk that ran full leaves them."""
    content = inputs.mix[0].read_bytes()
    at = PCAP_HEADER.size
    for _ in range(100):
        at += 16 + struct.unpack_from("<I", content, at + 8)[0]
    path = inputs.file("cut.pcap", content[:at + 40])
    run = inputs.replay(*INTERNAL, path, inputs.flood[0], status=3)
    inputs.says(run, "cut.pcap", "offset", at)
    entry = run.summary["inputs"][0]
    inputs.checks.equal("packets of the cut file", entry["packets"], 100)
    inputs.checks.equal("truncated", entry["truncated"], True)
    inputs.checks.that(str(path) in (entry["error"] or ""), f"error is {entry['error']}")
    inputs.checks.equal("packets", run.summary["packets"], 100 + inputs.flood[1]["packets"])


def unsupported_link_type(inputs):
    """802.11 frames are not lost silently: each is counted where it belongs."""
    content = bytearray(inputs.mix[0].read_bytes())
    struct.pack_into("<I", content, 20, 105)
    run = inputs.replay(*INTERNAL, inputs.file("wireless.pcap", bytes(content)), status=3)
    inputs.says(run, "wireless.pcap", "link type 105")
    summary = run.summary
    inputs.checks.equal("undecoded", summary["decode"]["undecoded"], {"unsupported_link_type": inputs.mix[1]["packets"]})
    inputs.checks.equal("packets", summary["packets"], inputs.mix[1]["packets"])


def wrong_usage(inputs):
    capture = inputs.mix[0]
    wrong_key = inputs.file("wrong.toml", b'[networks]\ninternal = ["10.0.0.0/8"]\n\n[scan]\nmin_target = 5\n')
    cases = [
        ([], "FILE"),
        (["--no-such-option", capture], "no-such-option"),
        (["--workers", "0", capture], "workers"),
        (["--workers", "many", capture], "workers"),
        (["--format", "xml", capture], "format"),
        (["--internal", "10.0.0.1/8", capture], "10.0.0.1/8"),
        (["--internal", "everything", capture], "everything"),
        (["--config", "nowhere.toml", capture], "nowhere.toml"),
        (["--config", wrong_key, capture], "wrong.toml:5"),
        (["--set", "scan.min_target=5", capture], "scan.min_target"),
        (["--set", "scan.window=5", capture], "scan.window"),
        (["-", "-"], "-"),
    ]
    for number, (words, said) in enumerate(cases):
        inputs.checks.scope = f"wrong_usage_{number}"
        run = inputs.replay(*words, status=2, input=b"")
        inputs.says(run, said)
        inputs.checks.equal("stdout", run.stdout, b"")
        inputs.checks.that(not (run.folder / "out").exists(), "--out was made")


def json_lines(inputs):
    run = inputs.replay(*INTERNAL, *LOW_LIMIT, "--format", "json", inputs.flood[0])
    shown = [json.loads(line) for line in run.stdout.decode().splitlines()]
    inputs.checks.equal("objects on stdout", shown, run.locks)
    inputs.checks.equal("number of locks", len(shown), 1)
    for lock in shown:
        case = run.folder / "out/cases" / lock["id"]
        inputs.checks.equal("report.json", json.loads((case / "report.json").read_text()), lock)
        inputs.checks.that((case / "report.txt").stat().st_size > 0, "report.txt is empty")
        attack = inputs.flood[1]["attacks"][0]
        inputs.checks.equal("host", lock["host"]["address"], attack["host"])
        totals = lock["totals"]
        inputs.checks.equal("totals", [totals["packets"], totals["bytes"], totals["flows"]],
                            [attack["packets"], attack["bytes"], attack["flows"]])


def findings(inputs):
    """Who was found innocent is shown only when asked for, after the locks, and is counted apart from them."""
    words = [*INTERNAL, *LOW_LIMIT, inputs.mix[0], inputs.flood[0]]
    locks_only = inputs.replay(*words, "--format", "json")
    inputs.checks.scope += "_shown"
    run = inputs.replay(*words, "--format", "json", "--findings")
    lines = [json.loads(line) for line in run.stdout.decode().splitlines()]
    inputs.checks.equal("stdout", lines, run.locks + run.findings)
    inputs.checks.equal("stdout without --findings", [json.loads(line) for line in locks_only.stdout.decode().splitlines()],
                        run.locks)
    inputs.checks.equal("verdicts", [line["verdict"] for line in lines],
                        ["lock"] * len(run.locks) + ["exonerated"] * len(run.findings))
    counts = run.summary
    inputs.checks.equal("findings, locks", (counts["findings"], counts["locks"]), (len(lines), len(run.locks)))
    cases = sorted(path.name for path in (run.folder / "out/cases").iterdir())
    inputs.checks.equal("cases", cases, sorted(lock["id"] for lock in run.locks))
    inputs.checks.that(run.locks, "nobody is locked")


def no_internal_network(inputs):
    run = inputs.replay(inputs.mix[0])
    inputs.says(run, "--internal")
    inputs.checks.equal("locks", run.locks, [])
    inputs.checks.equal("packets", run.summary["packets"], inputs.mix[1]["packets"])


def output_that_cannot_be_made(inputs):
    """Not even root can make a folder in a file. Whose mistake it is matters less than that it is said, and before
    hours of work."""
    capture = inputs.mix[0]
    for option in ("--out", "--flows"):
        inputs.checks.scope = "output" + option
        run = harness.replay(inputs.options, inputs.folder / inputs.checks.scope, *INTERNAL, option, capture / "x", capture,
                             output=False)
        inputs.checks.that(run.status in (1, 2), f"exit status is {run.status}")
        inputs.says(run, capture / "x")
        harness.no_sanitizer_complaint(inputs.checks, run)


CASES = [several_files, standard_input, other_formats, missing_file, wrong_magic, empty_file, folder_as_file,
         capture_without_packets, cut_in_the_middle, unsupported_link_type, wrong_usage, json_lines, findings,
         no_internal_network, output_that_cannot_be_made]


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as folder:
        inputs = Inputs(options, checks, folder)
        for case in CASES:
            checks.scope = case.__name__
            print(checks.scope, flush=True)
            case(inputs)
    checks.finish()


main()
