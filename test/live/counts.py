# SPDX-License-Identifier: BSD-3-Clause
"""Both sides agree to the packet: what a generator has sent is what the monitor has counted, or the loss has a name.
With memif, AF_XDP, AF_PACKET and libpcap; and in an overload, where AF_XDP knows its loss and AF_PACKET says that it
does not."""

import stage
import traffic
from monitor import Monitor, check_end, check_sum, not_seen
from stage import harness

PACKETS = 30_000
PER_SECOND = 10_000
OVERLOAD = 400_000


def make_capture(place, count):
    """UDP of 100 flows, in and out."""
    frames = [frame for number in range(50) for frame in
              (traffic.udp("198.51.100.7", traffic.external(number), 5000 + number, 53),
               traffic.udp(traffic.external(number), "198.51.100.7", 53, 5000 + number))]
    traffic.write_capture(place, ((10**18 + number * 10**5, frames[number % 100]) for number in range(count)))
    return place


def check_memif(checks, options):
    checks.scope = "memif"
    with stage.Stage(network=False) as place:
        path = place.folder / "tap.sock"
        monitor = Monitor(place, options.flowlock, [traffic.memif(path)])
        generator = traffic.Testpmd(place, path)
        generator.start()
        monitor.wait_for_packets(500_000)
        sent = generator.stop()
        monitor.wait_for_packets(sent)
        generator.quit()
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sent)
        print(f"memif: {sent} sent, {summary['packets']} counted, loss {summary['loss']}", flush=True)


def check_veth(checks, options, kind, port, counts_loss):
    checks.scope = kind
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        capture = make_capture(place.folder / "paced.pcap", PACKETS)
        monitor = Monitor(place, options.flowlock, [port])
        sent, on_wire, dropped = traffic.tcpreplay(place, "lv0", capture, f"--pps={PER_SECOND}")
        checks.equal("packets on the wire, dropped before it", (on_wire, dropped), (sent, 0))
        if counts_loss:
            monitor.wait_for_packets(sent)
        summary = check_end(checks, monitor)
        if counts_loss:
            check_sum(checks, summary, sent)
        else:
            checks.that(0 < summary["packets"] <= sent, f"{summary['packets']} packets counted of {sent}")
        if summary["packets"] == sent:
            checks.equal("flows", summary["flows"], 50)
        said = "drop counter unavailable" in monitor.log
        checks.equal("counts_loss, said in the log", (summary["live"]["ports"][0]["counts_loss"], said),
                     (counts_loss, not counts_loss))
        print(f"{kind}: {sent} sent, {summary['packets']} counted, loss {summary['loss']}", flush=True)


def check_overload(checks, options):
    """As fast as tcpreplay can, while the monitor shares the CPUs with it."""
    checks.scope = "overload of af_xdp"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        capture = make_capture(place.folder / "fast.pcap", OVERLOAD)
        monitor = Monitor(place, options.flowlock, ["lv1"])
        _, sent, dropped = traffic.tcpreplay(place, "lv0", capture, "--topspeed", "--preload-pcap")
        monitor.wait_for_packets(sent)
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sent)
        print(f"overload of af_xdp: {sent} sent ({dropped} dropped by the sender's kernel), {summary['packets']} "
              f"counted, {not_seen(summary)} lost: {summary['loss']}", flush=True)


def main():
    options = harness.arguments()
    stage.require("ip", "tcpreplay", "dpdk-testpmd", "stdbuf")
    checks = harness.Checks()
    check_memif(checks, options)
    check_veth(checks, options, "af_xdp", "lv1", True)
    check_veth(checks, options, "af_packet",
               "net_af_packet0,iface=lv1,blocksz=65536,framesz=2048,framecnt=16384,qpairs=1", False)
    check_veth(checks, options, "pcap", "net_pcap0,rx_iface=lv1", True)
    check_overload(checks, options)
    checks.finish()


main()
