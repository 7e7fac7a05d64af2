// SPDX-License-Identifier: BSD-3-Clause
// Whole replays, from a capture file to the flow records, on one worker and on two: what records say of a flow's
// first packet, and of the ICMP errors about it, which mostly meet another worker than the flow.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include <catch2/catch.hpp>
#include <rte_launch.h>

#include "base/backoff.hpp"
#include "capture_bytes.hpp"
#include "control/control_core.hpp"
#include "dataplane/worker.hpp"
#include "frames.hpp"
#include "read_capture.hpp"
#include "replay_source.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

const MbufFields& mbuf_fields() {
    static const MbufFields fields = MbufFields::register_all();
    return fields;
}

// What a replay leaves: the control core, when all workers have ended.
class Replay {
public:
    Replay(const std::string& file, const std::string& internal, unsigned workers)
        : source_({.files = {file}, .queues = workers, .secret = {}, .fields = mbuf_fields()}),
          internal_(std::vector{*Prefix::parse(internal)}) {
        std::vector<EpochChannel*> borrowed;
        for (unsigned i = 0; i < workers; ++i) {
            channels_.push_back(std::make_unique<EpochChannel>(
                "replayed" + std::to_string(i), 3, EpochSizes{.flows = 1024}, internal_, HashKey{}));
            borrowed.push_back(channels_.back().get());
            const std::vector<RxQueue> queues{{source_.port(), static_cast<std::uint16_t>(i)}};
            stations_.push_back({std::make_unique<Worker>(queues, *channels_.back()), &source_.clock(i)});
        }
        control_ = std::make_unique<ControlCore>(ControlCore::Options{.internal = internal_,
                                                                      .limits = {},
                                                                      .scan = {.enabled = false},
                                                                      .engine = {},
                                                                      .report = {},
                                                                      .secret = {}},
                                                 borrowed);
        run();
    }
    const ControlCore& control() const { return *control_; }
    std::vector<FlowRecord> flows() const {
        std::vector<FlowRecord> flows;
        for (FlowId id = 0; id < control_->flows().end_id(); ++id) flows.push_back(control_->flows()[id]);
        return flows;
    }

private:
    struct Station {
        std::unique_ptr<Worker> worker;
        const PacketClock* clock;
    };

    void run() {
        const auto replay = [](void* argument) {
            const auto& station = *static_cast<Station*>(argument);
            station.worker->replay(*station.clock, mbuf_fields());
            return 0;
        };
        source_.start();
        for (unsigned i = 0; i < stations_.size(); ++i)
            REQUIRE(rte_eal_remote_launch(replay, &stations_[i], i + 1) == 0);
        Backoff backoff;
        while (!control_->finished())
            if (!control_->poll()) backoff.wait();
        rte_eal_mp_wait_lcore();
        for (const Station& station : stations_) REQUIRE(station.worker->finished());
        source_.join();
    }

    ReplaySource source_;
    PrefixSet internal_;
    std::vector<std::unique_ptr<EpochChannel>> channels_;
    std::vector<Station> stations_;
    std::unique_ptr<ControlCore> control_;
};

std::string text_of(const Octets& octets) {
    std::string text(octets.size(), '\0');
    std::memcpy(text.data(), octets.data(), octets.size());
    return text;
}

constexpr unsigned probes = 15'000;
// Every third probe is answered by a router.
constexpr bool is_refused(unsigned port) {
    return port % 3 == 0;
}

// A second in which a host probes 15,000 ports, and errors about 5,000 of them come after all the others: more than a
// list has room for, of flows more than a table has.
std::string probed_and_refused() {
    Pcap pcap;
    const auto add = [&](unsigned microseconds, const Octets& packet) {
        const std::string frame = text_of(ethernet(0x0800) + packet);
        pcap.record(1000, microseconds, frame, static_cast<std::uint32_t>(frame.size()));
    };
    const auto probe = [](unsigned port) {
        return ipv4({.from = "10.0.0.1", .to = "192.0.2.1", .id = 54321}, tcp(40000, 1 + port, 0x02));
    };
    for (unsigned port = 0; port < probes; ++port) add(port, probe(port));
    for (unsigned port = 0; port < probes; ++port) {
        if (!is_refused(port)) continue;
        Octets quote = probe(port);
        quote.resize(28);
        // Each from another router, so that the errors meet all workers.
        const std::string router = "203.0." + std::to_string(port % 50) + ".1";
        add(500'000 + port,
            ipv4({.from = router, .to = "10.0.0.1", .protocol = 1}, bytes({3, 1, 0, 0}) + be32(0) + quote));
    }
    return pcap.bytes();
}

std::optional<std::string> capture(const std::string& name) {
    const char* folder = std::getenv("FLOWLOCK_CAPTURES");
    if (folder != nullptr && std::filesystem::exists(std::filesystem::path(folder) / name))
        return std::string(folder) + "/" + name;
    WARN("skipped: FLOWLOCK_CAPTURES names no folder with " << name);
    return std::nullopt;
}

}  // namespace

TEST_CASE("a replay loses no ICMP error, and marks the same flows with one worker and with two") {
    const TemporaryFile file(probed_and_refused());
    for (const unsigned workers : {1u, 2u}) {
        const Replay replay(file.path(), "10.0.0.0/8", workers);
        unsigned scanned = 0;
        for (const FlowRecord& flow : replay.flows()) {
            if (flow.key.protocol != 6) continue;
            ++scanned;
            const unsigned port = flow.key.port[1 - flow.inside] - 1u;
            REQUIRE(flow.unreachable == is_refused(port));
            // The window that frames.hpp writes is one of nmap's.
            REQUIRE(flow.tools == (scan_tool::zmap | scan_tool::nmap));
        }
        CHECK(scanned == probes);
        CHECK(replay.control().totals().tally[Outcome::ipv4_icmp] == Packets{probes / 3});
        CHECK(replay.control().loss().at("unreachables_full") == Packets{0});
    }
}

TEST_CASE(
    "flows of real scans have the marks that tshark's fields say they have, and a browser's have none") {
    using FlowsByMarks = std::map<int, std::size_t>;
    const auto [name, flows] = GENERATE(table<std::string, FlowsByMarks>({
        {"esnet__masscan_tcp_0_1000.pcap", {{scan_tool::masscan | scan_tool::nmap, 1001}}},
        // One in 65,536 has ZMap's id by chance.
        {"ndpi__synscan.pcap", {{scan_tool::nmap, 1993}, {scan_tool::nmap | scan_tool::zmap, 1}}},
        {"pcaphunt__ps-tcp_syn.pcap", {{scan_tool::nmap, 4993}}},
        {"ndpi__netflix.pcap", {}},
    }));
    CAPTURE(name);
    const auto file = capture(name);
    if (!file) return;
    const Replay replay(*file, "10.0.0.0/8", 2);
    FlowsByMarks found;
    for (const FlowRecord& flow : replay.flows())
        if (flow.tools != 0) ++found[flow.tools];
    CHECK(found == flows);
}

TEST_CASE("a real port-unreachable marks its flow, and those whose quotes were not anonymised mark none") {
    // Whoever anonymised the others changed the addresses of the errors, but not those in their quotes.
    const auto [name, host, flows] = GENERATE(table<std::string, std::string, std::size_t>({
        {"ndpi__teams.pcap", "192.168.1.6/32", 1},
        {"pcaphunt__hs-icmpScan.pcapng", "10.0.0.128/32", 0},
        {"stopddos__amp.UDP.snmp.src161.pcapng", "10.10.10.10/32", 0},
    }));
    CAPTURE(name);
    const auto file = capture(name);
    if (!file) return;
    const Replay replay(*file, host, 2);
    const auto all = replay.flows();
    CHECK(std::ranges::count_if(all, [](const FlowRecord& flow) { return flow.unreachable; }) ==
          static_cast<std::ptrdiff_t>(flows));
}
