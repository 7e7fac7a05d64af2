// SPDX-License-Identifier: BSD-3-Clause
#include "captures.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "capture/capture_file.hpp"
#include "flowlock_judge.hpp"
#include "peer_rules.hpp"

namespace flowlock::evaluate {
namespace {

using nlohmann::json;

constexpr std::uint32_t no_number = ~std::uint32_t{0};

// A capture's packets by time, since the second in which it begins, and its internal hosts in the order in which they
// appear. Packets between two internal or two external hosts belong to nobody.
struct Recording {
    std::vector<Packet> packets;
    std::vector<IpAddress> hosts;
};

class Reader {
public:
    explicit Reader(const PrefixSet& internal) : internal_(internal) {}

    Recording read(const std::string& path) {
        CaptureFile file(path);
        FrameBlock block(frame_block_size_min);
        while (file.fill(block))
            for (const CapturedFrame& frame : block.frames)
                add(frame,
                    decode(frame.link, {block.bytes.get() + frame.offset, frame.captured}, frame.wire));
        auto& packets = recording_.packets;
        if (packets.empty()) throw std::runtime_error(path + ": has no packets. " + file.error());
        const auto by_time = [](const Packet& a, const Packet& b) { return a.time_ns < b.time_ns; };
        std::stable_sort(packets.begin(), packets.end(), by_time);
        const std::int64_t begin_ns = packets.front().time_ns / ns_per_second * ns_per_second;
        for (Packet& packet : packets) packet.time_ns -= begin_ns;
        return std::move(recording_);
    }

private:
    void add(const CapturedFrame& frame, const Decoded& decoded) {
        if (!is_decoded(decoded.outcome)) return;
        const unsigned from = decoded.sender;
        Packet packet;
        packet.time_ns = ns_of(frame.time);
        packet.source = decoded.key.address[from];
        packet.target = decoded.key.address[1 - from];
        packet.source_port = decoded.key.port[from];
        packet.target_port = decoded.key.port[1 - from];
        packet.bytes = static_cast<std::uint16_t>(std::min(decoded.ip_bytes, 65'535u));
        packet.protocol = decoded.key.protocol;
        packet.flags = decoded.flags;
        packet.outgoing = internal_.contains(packet.source);
        packet.host = packet.outgoing == internal_.contains(packet.target)
                          ? no_number
                          : number_of(packet.outgoing ? packet.source : packet.target);
        recording_.packets.push_back(packet);
    }
    std::uint32_t number_of(const IpAddress& host) {
        const auto [at, added] = numbers_.emplace(host, static_cast<std::uint32_t>(recording_.hosts.size()));
        if (added) recording_.hosts.push_back(host);
        return at->second;
    }

    const PrefixSet& internal_;
    Recording recording_;
    std::map<IpAddress, std::uint32_t> numbers_;
};

struct Truth {
    PrefixSet internal;
    std::set<std::string> scanners;  // that must be found
    std::set<std::string> involved;  // anybody of whom something may be said
    std::string scans;               // for the table: "portscan_vertical"
};

Truth truth_of(const json& facts) {
    Truth truth;
    std::vector<Prefix> prefixes;
    for (const json& text : facts.at("internal"))
        prefixes.push_back(Prefix::parse(text.get<std::string>()).value());
    truth.internal = PrefixSet(std::move(prefixes));
    static const std::set<std::string> scans{"portscan_vertical", "netscan_horizontal", "icmp_sweep",
                                             "udp_scan"};
    for (const json& expected : facts.at("expected")) {
        for (const char* end : {"src", "dst"})
            if (expected.contains(end)) truth.involved.insert(expected.at(end));
        if (!scans.contains(expected.at("type")) || expected.at("level") != "must") continue;
        truth.scanners.insert(expected.at("src"));
        truth.scans = expected.at("type");
    }
    return truth;
}

struct Verdict {
    unsigned missed = 0;
    unsigned false_locks = 0;

    std::string word(bool scan) const {
        std::string word = !scan ? "" : missed > 0 ? "missed" : "found";
        if (false_locks > 0) word += fmt::format("{}{} false", word.empty() ? "" : ", ", false_locks);
        return word.empty() ? "-" : word;
    }
};

Verdict compare(const Judge& judge, const Recording& recording, const Truth& truth) {
    std::set<std::string> locked;
    for (std::size_t i = 0; i < recording.hosts.size(); ++i)
        if (judge.judgements()[i].locked_ns != never) locked.insert(recording.hosts[i].to_string());
    Verdict verdict;
    for (const std::string& scanner : truth.scanners) verdict.missed += !locked.contains(scanner);
    for (const std::string& host : locked) verdict.false_locks += !truth.involved.contains(host);
    return verdict;
}

std::vector<Verdict> judge_capture(const Recording& recording, const Truth& truth) {
    FlowlockJudge flowlock({.live = false}, truth.internal, recording.hosts);
    PeerRules peers(recording.hosts.size());
    auto at = recording.packets.begin();
    while (at != recording.packets.end()) {
        const std::int64_t second = at->time_ns / ns_per_second;
        const auto end = std::find_if(at, recording.packets.end(), [&](const Packet& packet) {
            return packet.time_ns / ns_per_second != second;
        });
        std::vector<Packet> packets(at, end);
        flowlock.see(second, packets);
        std::erase_if(packets, [](const Packet& packet) { return packet.host == no_number; });
        peers.see(packets);
        at = end;
    }
    flowlock.end();
    peers.end();
    std::vector<Verdict> verdicts{compare(flowlock, recording, truth)};
    for (const Judge* judge : peers.judges()) verdicts.push_back(compare(*judge, recording, truth));
    return verdicts;
}

}  // namespace

CaptureResults judge_captures(const std::string& folder) {
    std::ifstream file(folder + "/truth.json");
    if (!file) throw std::runtime_error(folder + "/truth.json: cannot be read");
    const json all = json::parse(file);
    CaptureResults results{{"Captures: scans that must be found, and other hosts that were called scanners",
                            {{"capture", "truth", "flowlock"}}}};
    for (const char* name : PeerRules::names()) results.table.rows[0].emplace_back(name);
    for (const auto& [name, facts] : all.items()) {
        const Truth truth = truth_of(facts);
        const Recording recording = Reader(truth.internal).read(folder + "/" + name);
        const std::vector<Verdict> verdicts = judge_capture(recording, truth);
        results.missed += verdicts[0].missed;
        results.false_locks += verdicts[0].false_locks;
        std::vector<std::string> row{name.substr(0, 34), truth.scans.empty() ? "-" : truth.scans};
        for (const Verdict& verdict : verdicts) row.push_back(verdict.word(!truth.scanners.empty()));
        results.table.rows.push_back(row);
    }
    return results;
}

}  // namespace flowlock::evaluate
