// SPDX-License-Identifier: BSD-3-Clause
#include "flowlock_judge.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <tuple>

namespace flowlock::evaluate {
namespace {

// Any whole second will do.
constexpr std::int64_t begin_s = 1'384'366'460;

std::string unique_name() {
    static std::atomic<unsigned> judges = 0;
    return "judge" + std::to_string(judges++);
}

Outcome outcome_of(const Packet& packet) {
    const bool ipv4 = packet.source.is_ipv4();
    switch (packet.protocol) {
        case protocol::tcp:
            return ipv4 ? Outcome::ipv4_tcp : Outcome::ipv6_tcp;
        case protocol::udp:
            return ipv4 ? Outcome::ipv4_udp : Outcome::ipv6_udp;
        case protocol::icmp:
            return ipv4 ? Outcome::ipv4_icmp : Outcome::ipv6_other;
        case protocol::icmp6:
            return ipv4 ? Outcome::ipv4_other : Outcome::ipv6_icmp;
        default:
            return ipv4 ? Outcome::ipv4_other : Outcome::ipv6_other;
    }
}

// What decode() would find in its bytes.
Decoded decoded(const Packet& packet) {
    const bool has_ports = packet.protocol == protocol::tcp || packet.protocol == protocol::udp;
    const std::uint16_t source_port = has_ports ? packet.source_port : 0;
    const std::uint16_t target_port = has_ports ? packet.target_port : 0;
    const bool ordered = std::tie(packet.source, source_port) <= std::tie(packet.target, target_port);
    Decoded decoded;
    decoded.key.address = {ordered ? packet.source : packet.target, ordered ? packet.target : packet.source};
    decoded.key.port = {ordered ? source_port : target_port, ordered ? target_port : source_port};
    decoded.key.protocol = packet.protocol;
    decoded.key.family = packet.source.is_ipv4() ? 4 : 6;
    decoded.sender = ordered ? 0 : 1;
    decoded.flags = packet.flags;
    decoded.ip_bytes = packet.bytes;
    decoded.outcome = outcome_of(packet);
    return decoded;
}

bool count_in(FlowTable& flows, const Decoded& packet, std::int64_t time_ns) {
    const std::uint64_t hash = flows.hash(packet.key);
    const std::uint32_t time = flows.time_of(time_ns);
    const auto counted = flows.count(packet, hash, time);
    return is_counted(counted == FlowTable::Counted::displaced ? flows.count_displaced(packet, hash, time)
                                                               : counted);
}

}  // namespace

FlowlockJudge::FlowlockJudge(const Settings& settings, const PrefixSet& internal,
                             const std::vector<IpAddress>& hosts)
    : Judge(hosts.size()) {
    for (std::uint32_t number = 0; number < hosts.size(); ++number) numbers_.emplace(hosts[number], number);
    channel_ = std::make_unique<EpochChannel>(unique_name(), 3, EpochSizes{.flows = settings.flows_per_epoch},
                                              internal, HashKey{});
    ControlCore::Options options{.internal = internal,
                                 .limits = {},
                                 .scan = settings.scan,
                                 .engine = {},
                                 .report = {},
                                 .secret = {},
                                 .live = settings.live};
    control_ = std::make_unique<ControlCore>(options, std::vector<EpochChannel*>{channel_.get()});
}

FlowlockJudge::~FlowlockJudge() = default;

void FlowlockJudge::see(std::int64_t second, const std::vector<Packet>& packets) {
    ++sequence_;
    Epoch* epoch = channel_->take_empty();
    epoch->begin({sequence_, begin_s + second});
    for (const Packet& packet : packets) count(epoch, packet, begin_s * ns_per_second);
    hand_over(epoch, sequence_ + 1);
}

// A full table is handed over early, as in a replay.
void FlowlockJudge::count(Epoch*& epoch, const Packet& packet, std::int64_t begin_ns) {
    const Decoded what = decoded(packet);
    const std::int64_t time_ns = begin_ns + packet.time_ns;
    if (!count_in(epoch->flows, what, time_ns)) {
        const EpochName name = epoch->name;
        hand_over(epoch, name.sequence);
        epoch = channel_->take_empty();
        epoch->begin(name);
        count_in(epoch->flows, what, time_ns);
    }
    epoch->first_ns = std::min(epoch->first_ns, time_ns);
    epoch->last_ns = std::max(epoch->last_ns, time_ns);
    epoch->tally[what.outcome] += {1};
}

void FlowlockJudge::hand_over(Epoch* epoch, std::uint64_t next_sequence) {
    epoch->next_sequence = next_sequence;
    channel_->hand_over(epoch);
    merge();
}

void FlowlockJudge::merge() {
    while (control_->poll()) {
    }
    for (const LockReport& report : control_->take_reports()) {
        const Finding& finding = report.finding;
        const auto host = numbers_.find(finding.host);
        if (host == numbers_.end() || finding.reason != Reason::scan || finding.direction != Direction::out)
            continue;
        if (finding.verdict == Verdict::lock)
            lock(host->second, ns_of(finding.opened) - begin_s * ns_per_second);
        else
            judgements_[host->second].exonerated = true;
    }
}

void FlowlockJudge::end() {
    Epoch* epoch = channel_->take_empty();
    epoch->name = {};
    hand_over(epoch, ~std::uint64_t{0});
}

}  // namespace flowlock::evaluate
