// SPDX-License-Identifier: BSD-3-Clause
// A flow engine without a NIC: packets in, merged epochs out, through the real table, store and merger.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "flow/epoch_sequence.hpp"
#include "flow/merge.hpp"

namespace flowlock::test {

struct Sent {
    std::int64_t time_ns = 0;
    std::string from = "10.0.0.1";
    std::string to = "192.0.2.1";
    std::uint16_t from_port = 40000;
    std::uint16_t to_port = 80;
    std::uint8_t protocol = 6;
    std::uint32_t bytes = 100;
    std::uint8_t flags = 0x02;
    std::uint8_t tools = 0;
};

inline Decoded decoded(const Sent& sent) {
    const IpAddress from = IpAddress::parse(sent.from).value();
    const IpAddress to = IpAddress::parse(sent.to).value();
    const bool ordered =
        std::tuple(from.high, from.low, sent.from_port) <= std::tuple(to.high, to.low, sent.to_port);
    Decoded packet;
    packet.key.address = {ordered ? from : to, ordered ? to : from};
    packet.key.port = {ordered ? sent.from_port : sent.to_port, ordered ? sent.to_port : sent.from_port};
    packet.key.protocol = sent.protocol;
    packet.key.family = from.is_ipv4() ? 4 : 6;
    packet.sender = ordered ? 0 : 1;
    packet.flags = sent.flags;
    packet.tools = sent.tools;
    packet.ip_bytes = sent.bytes;
    packet.outcome = Outcome::ipv4_tcp;
    return packet;
}

// A signature of set 1 matched what it carries.
inline ContentMatch matched(const Sent& sent, std::uint16_t signature) {
    const Decoded packet = decoded(sent);
    return {.key = packet.key,
            .time_ns = sent.time_ns,
            .set = 1,
            .signature = signature,
            .sender = packet.sender};
}

// As an ICMP error about it says.
inline QuotedPacket quoted(const Sent& sent) {
    const Decoded packet = decoded(sent);
    return {.key = packet.key, .sender = packet.sender};
}

constexpr std::int64_t second_ns = 1'000'000'000;

inline const PrefixSet& internal() {
    static const PrefixSet set{{*Prefix::parse("10.0.0.0/8"), *Prefix::parse("2001:db8:1::/48")}};
    return set;
}

// As a worker does it. False: the table is full.
inline bool count(FlowTable& flows, const Decoded& packet, std::uint64_t hash, std::int64_t time_ns) {
    const std::uint32_t time = flows.time_of(time_ns);
    const auto counted = flows.count(packet, hash, time);
    return is_counted(counted == FlowTable::Counted::displaced ? flows.count_displaced(packet, hash, time)
                                                               : counted);
}
inline bool count(FlowTable& flows, const Decoded& packet, std::int64_t time_ns) {
    return count(flows, packet, flows.hash(packet.key), time_ns);
}

class Lab {
public:
    explicit Lab(unsigned workers = 1, std::uint32_t flows_max = 1'000'000,
                 std::uint32_t flows_per_epoch = 1024)
        : workers_(workers), flows_per_epoch_(flows_per_epoch), flows(flows_max, {}) {}

    // One epoch of all these packets, spread over the workers by flow, and of these ICMP errors and matches, which may
    // meet any worker, and here come first.
    const MergedEpoch& epoch(std::int64_t start_s, const std::vector<Sent>& packets,
                             const std::vector<QuotedPacket>& errors = {},
                             const std::vector<ContentMatch>& matches = {}) {
        const EpochName name{++sequence_, start_s};
        std::vector<std::unique_ptr<Epoch>> parts;
        for (unsigned i = 0; i < workers_; ++i) parts.push_back(begin(name));
        for (std::size_t i = 0; i < errors.size(); ++i) parts[i % workers_]->unreachables.add(errors[i]);
        for (std::size_t i = 0; i < matches.size(); ++i) parts[i % workers_]->matches.add(matches[i]);
        for (const Sent& sent : packets) {
            const Decoded packet = decoded(sent);
            const std::uint64_t hash = hash_of(packet.key, {});
            auto& part = parts[(hash >> 32) % workers_];
            part->last_ns = std::max(part->last_ns, sent.time_ns);
            if (!count(part->flows, packet, sent.time_ns)) {
                merger.add(*part);
                part = begin(name);
                if (!count(part->flows, packet, sent.time_ns)) std::abort();
            }
        }
        for (const auto& part : parts) merger.add(*part);
        return merger.close();
    }

    std::unique_ptr<Epoch> begin(const EpochName& name) const {
        auto part = std::make_unique<Epoch>(EpochSizes{.flows = flows_per_epoch_}, internal(), HashKey{});
        part->begin(name);
        return part;
    }

private:
    unsigned workers_;
    std::uint32_t flows_per_epoch_;
    std::uint64_t sequence_ = 0;

public:
    FlowStore flows;
    HostTable hosts{internal(), {}};
    Merger merger{flows, hosts};
};

}  // namespace flowlock::test
