// SPDX-License-Identifier: BSD-3-Clause
// A detector of wrong configuration on the stage: flows with hardware addresses and messages of a link in, findings out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detect/address_faults.hpp"
#include "lab.hpp"

namespace flowlock::test {

inline HardwareAddress hardware(const std::string& text) {
    return HardwareAddress::parse(text).value();
}
inline IpAddress ip(const std::string& text) {
    return IpAddress::parse(text).value();
}

// Of an internal host's NIC, and of the router on the other side of the tap.
const HardwareAddress alice = hardware("00:25:90:00:00:0a"), bob = hardware("00:25:90:11:22:0b"),
                      mallory = hardware("00:25:90:33:44:66"), router = hardware("00:1b:21:00:00:01");

// A packet and whence its frame came.
struct Framed {
    Sent packet;
    HardwareAddress from;
    bool to_all = false;
};

struct FaultStage {
    explicit FaultStage(FaultOptions fault_options = {}) : options(std::move(fault_options)) {}

    // One epoch; times are within it.
    void epoch(std::int64_t start_s, const std::vector<Framed>& packets,
               const std::vector<LinkNotice>& notices = {}) {
        const EpochName name{++sequence, start_s};
        std::vector<std::unique_ptr<Epoch>> parts;
        for (unsigned i = 0; i < workers; ++i)
            parts.push_back(std::make_unique<Epoch>(EpochSizes{.flows = 65'536}, internal(), HashKey{}));
        for (const auto& part : parts) part->begin(name);
        std::int64_t time_ns = start_s * second_ns;
        for (const Framed& framed : packets) {
            const Decoded packet = decoded(framed.packet);
            const std::uint64_t hash = hash_of(packet.key, {});
            Epoch& part = *parts[(hash >> 32) % workers];
            const std::uint32_t time = part.flows.time_of(++time_ns);
            const LinkOrigin origin{framed.from, framed.to_all};
            const auto counted = part.flows.count(packet, hash, time, [&] { return origin; });
            if (counted == FlowTable::Counted::displaced)
                (void)part.flows.count_displaced(packet, hash, time, origin);
        }
        for (std::size_t i = 0; i < notices.size(); ++i) {
            time_ns += 1'000;
            parts[i % workers]->notices.add({time_ns, notices[i]});
        }
        for (const GroupFrames& frames : group_frames)
            for (std::uint64_t i = 0; i < frames.frames; ++i)
                parts[i % workers]->notices.count_group_frame(frames.sender, time_ns);
        for (const auto& part : parts) merger.add(*part);
        detector.advance(merger.close(), findings);
    }
    std::vector<Finding>& finish() {
        detector.finish(findings);
        return findings;
    }
    int open() const {
        int open = 0;
        detector.for_each_open([&](const Finding&, auto) { ++open; });
        return open;
    }

    unsigned workers = 1;
    FaultOptions options;
    std::vector<GroupFrames> group_frames;  // in each epoch from now on
    FlowStore flows{1'000'000, {}};
    HostTable hosts{internal(), {}};
    Merger merger{flows, hosts};
    AddressFaults detector{options, flows, hosts, {}, 100};
    std::vector<Finding> findings;
    std::uint64_t sequence = 0;
};

// A conversation that an internal host begins: its address is its station's.
inline std::vector<Framed> talk(const std::string& host, HardwareAddress station,
                                const std::string& peer = "198.51.100.7") {
    const Sent out{.from = host, .to = peer, .to_port = 443};
    Sent back = out;
    std::swap(back.from, back.to);
    std::swap(back.from_port, back.to_port);
    back.flags = 0x12;
    Sent on = out;
    on.flags = 0x10;
    return {{out, station}, {back, router}, {on, station}};
}

inline std::vector<Framed> operator+(std::vector<Framed> a, const std::vector<Framed>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// A connection from outside that an internal host accepts: its station's router passes it on.
inline std::vector<Framed> visit(const std::string& host, HardwareAddress through) {
    const Sent in{.from = "203.0.113.9", .to = host, .to_port = 22};
    Sent back = in;
    std::swap(back.from, back.to);
    std::swap(back.from_port, back.to_port);
    back.flags = 0x12;
    Sent on = in;
    on.flags = 0x10;
    return {{in, through}, {back, alice}, {on, through}};
}

inline LinkNotice claim(NoticeKind kind, const std::string& address, HardwareAddress station,
                        const std::string& other = "10.0.0.250") {
    return {.claimed = ip(address),
            .other = ip(other),
            .frame_source = station,
            .hardware = station,
            .kind = kind,
            .flags = notice_flag::override_};
}

inline LinkNotice offer(const std::string& server, HardwareAddress station) {
    return {.claimed = ip(server),
            .other = ip("10.0.0.200"),
            .frame_source = station,
            .hardware = station,
            .kind = NoticeKind::dhcp_offer};
}

inline FaultOptions with_dhcp_server(const char* listed) {
    FaultOptions options;
    options.dhcp_servers.networks = PrefixSet{{*Prefix::parse(listed)}};
    return options;
}

}  // namespace flowlock::test
