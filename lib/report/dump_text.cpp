// SPDX-License-Identifier: BSD-3-Clause
#include "report/dump_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dump/packet_line.hpp"
#include "report/report_words.hpp"

namespace flowlock {
namespace {

std::string heading(const Evidence& evidence) {
    const auto sent = std::count_if(evidence.packets.begin(), evidence.packets.end(),
                                    [](const EvidencePacket& p) { return p.direction == Direction::out; });
    const auto shown = static_cast<std::uint64_t>(evidence.packets.size());
    return fmt::format(
        "# {} of {} packets from {} to {}: {} of {} sent, {} of {} received; chosen from those "
        "that the report is about, evenly over time and directions\n",
        shown, evidence.packets_out + evidence.packets_in, plain_time(evidence.from),
        plain_time(evidence.until), sent, evidence.packets_out, shown - static_cast<std::uint64_t>(sent),
        evidence.packets_in);
}

}  // namespace

std::string dump_text(const LockReport& report) {
    const Evidence& evidence = report.evidence;
    if (evidence.packets.empty()) return "";
    std::string text = heading(evidence);
    for (const EvidencePacket& packet : evidence.packets)
        text += packet_line(packet.link, packet.head, packet.wire_bytes, packet.time) + '\n';
    return text;
}

}  // namespace flowlock
