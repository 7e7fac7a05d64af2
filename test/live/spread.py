# SPDX-License-Identifier: BSD-3-Clause
"""A port with one queue feeds two workers: the spreader deals its packets out, says so, and loses none without a
name."""

import os
import subprocess

import stage
import traffic
from monitor import Monitor, check_end, check_sum
from stage import harness

PACKETS = 40_000


def check_paced(checks, options):
    """AF_XDP on one queue, and flows in both directions: those of one flow meet one worker."""
    checks.scope = "af_xdp with two workers"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        frames = [frame for number in range(200) for frame in
                  (traffic.udp("198.51.100.7", traffic.external(number), 5000 + number, 53),
                   traffic.udp(traffic.external(number), "198.51.100.7", 53, 5000 + number))]
        capture = place.folder / "capture.pcap"
        traffic.write_capture(capture, ((10**18, frames[number % len(frames)]) for number in range(PACKETS)))
        monitor = Monitor(place, options.flowlock, ["lv1"], workers=2)
        checks.that("2 workers, and a spreader" in monitor.log, f"the log does not name the spreader: {monitor.log}")
        sent, on_wire, _ = traffic.tcpreplay(place, "lv0", capture, "--pps=10000")
        monitor.wait_for_packets(on_wire)
        summary = check_end(checks, monitor)
        check_workers(checks, summary)
        check_sum(checks, summary, sent)
        checks.equal("flows", summary["flows"], 200)


def check_fast(checks, options):
    """memif at full speed on a machine with fewer CPUs than threads: what the rings cannot hold is counted."""
    checks.scope = "memif with two workers"
    with stage.Stage(network=False) as place:
        path = place.folder / "tap.sock"
        monitor = Monitor(place, options.flowlock, [traffic.memif(path)], workers=2)
        generator = traffic.Testpmd(place, path)
        generator.start()
        monitor.wait_for_packets(300_000)
        sent = generator.stop()
        monitor.wait_for_packets(sent)
        generator.quit()
        summary = check_end(checks, monitor)
        check_workers(checks, summary)
        check_sum(checks, summary, sent)
        print(f"memif with two workers: {sent} sent, {summary['packets']} counted, loss {summary['loss']}", flush=True)


def check_too_few_cpus(checks, options):
    """Only an open port tells that a spreader is needed; without a CPU for it, nobody would poll that port."""
    checks.scope = "no CPU for the spreader"
    with stage.Stage(network=False) as place:
        config = place.folder / "flowlock.toml"
        config.write_text(f'[networks]\ninternal = ["198.51.100.0/24"]\n[live]\nworkers = 2\ncores = [0, 1]\n'
                          f'hugepages = false\nports = ["{traffic.memif(place.folder / "tap.sock")}"]\n'
                          f'[output]\nfolder = "{place.folder}/out"\n')
        run = subprocess.run([options.flowlock, "run", "--config", config], capture_output=True, timeout=60, text=True,
                             env=dict(os.environ, RUNTIME_DIRECTORY=str(place.folder)), stdin=subprocess.DEVNULL)
        checks.equal("exit status", run.returncode, 1)
        checks.that("need 4 CPUs; there are 2" in run.stderr, f"it does not say so: {run.stderr}")


def check_workers(checks, summary):
    shares = [worker["packets"] for worker in summary["live"]["workers"]]
    checks.that(len(shares) == 2 and all(shares), f"the workers' packets are {shares}")


def main():
    options = harness.arguments()
    stage.require("ip", "tcpreplay", "dpdk-testpmd", "stdbuf")
    checks = harness.Checks()
    check_paced(checks, options)
    check_fast(checks, options)
    check_too_few_cpus(checks, options)
    checks.finish()


main()
