// SPDX-License-Identifier: BSD-3-Clause
// The packets of a case: what the monitor kept of the host's traffic, before the alarm and for a while after it. Plain
// data of the control side; made by lib/control, written as dump.txt and evidence.pcapng.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "detect/finding.hpp"
#include "packet/link_type.hpp"

namespace flowlock {

struct EvidencePacket {
    Time time;  // to the nanosecond in a replay; live, that of the burst it came in
    LinkType link = LinkType::ethernet;
    std::uint16_t interface = 0;           // index into Evidence::interfaces
    Direction direction = Direction::out;  // seen from the host
    std::uint32_t wire_bytes = 0;          // the frame's length on the wire, without FCS
    std::vector<std::byte> head;           // its first bytes; the rest was cut or not captured

    friend bool operator==(const EvidencePacket&, const EvidencePacket&) = default;
};

struct Evidence {
    std::vector<std::string> interfaces;  // names of ports; in a replay one, "replay"
    std::vector<EvidencePacket>
        packets;  // by time, then in the order in which they came; empty: none were kept
    Time from{};  // the time that the packets were chosen from: whole epochs
    Time until{};
    std::uint64_t packets_out = 0;  // how many packets of the host there were in that time, exact
    std::uint64_t packets_in = 0;

    friend bool operator==(const Evidence&, const Evidence&) = default;
};

}  // namespace flowlock
