// SPDX-License-Identifier: BSD-3-Clause
// A case with packets, made by hand.
#pragma once

#include "examples.hpp"
#include "report/json_report.hpp"
#include "report/lock_report.hpp"

namespace flowlock {

// Ethernet, IPv4, UDP from 192.0.2.1:55008 to 203.0.113.9:29615, whose datagram has `length` bytes.
inline EvidencePacket udp_packet(Time time, std::uint16_t length) {
    EvidencePacket packet{.time = time, .head = {}};
    const auto add = [&](std::initializer_list<int> bytes) {
        for (const int byte : bytes) packet.head.push_back(static_cast<std::byte>(byte));
    };
    const int ip = length + 28;
    const int udp = length + 8;
    add({2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00});
    add({0x45, 0, ip / 256, ip % 256, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 203, 0, 113, 9});
    add({55008 / 256, 55008 % 256, 29615 / 256, 29615 % 256, udp / 256, udp % 256, 0, 0});
    packet.wire_bytes = static_cast<std::uint32_t>(ip + 14);
    return packet;
}

inline LockReport report_with_packets() {
    LockReport report = limit_report();
    report.evidence.interfaces = {"tap0"};
    report.evidence.packets = {udp_packet(seed_time(0, 145756), 1000), udp_packet(seed_time(0, 145883), 512),
                               udp_packet(seed_time(1), 1)};
    report.evidence.packets.back().direction = Direction::in;
    report.evidence.from = seed_time();
    report.evidence.until = seed_time(2);
    report.evidence.packets_out = 40'674;
    report.evidence.packets_in = 12;
    return report;
}

}  // namespace flowlock
