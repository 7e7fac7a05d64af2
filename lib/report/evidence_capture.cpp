// SPDX-License-Identifier: BSD-3-Clause
#include "report/evidence_capture.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "report/report_words.hpp"

namespace flowlock {
namespace {

namespace block_type {
constexpr std::uint32_t section = 0x0a0d0d0a, interface = 1, packet = 6;
}
namespace option {
constexpr std::uint16_t end = 0, comment = 1, application = 4, interface_name = 2, time_resolution = 9;
}

// The number of the link type in https://www.tcpdump.org/linktypes.html
std::uint16_t link_number(LinkType link) {
    switch (link) {
        case LinkType::ethernet:
            return 1;
        case LinkType::raw_ip:
            return 101;
        case LinkType::cooked_v1:
            return 113;
        case LinkType::cooked_v2:
            return 276;
        case LinkType::loopback:
        case LinkType::unsupported:  // no such packet is kept
            break;
    }
    return 0;
}

class Block {
public:
    template <class Number>
    void add(Number number) {
        for (std::size_t i = 0; i < sizeof(Number); ++i)
            body_ += static_cast<char>(static_cast<std::uint64_t>(number) >> 8 * i & 0xff);
    }
    void add_padded(std::string_view bytes) {
        body_ += bytes;
        body_.append((4 - bytes.size() % 4) % 4, '\0');
    }
    void add_option(std::uint16_t code, std::string_view value) {
        // An option's length has 16 bits.
        value = value.substr(0, 0xffff);
        add(code);
        add(static_cast<std::uint16_t>(value.size()));
        add_padded(value);
    }
    // The whole block; the lengths stand at both of its ends, so that a reader may go backwards.
    std::string framed(std::uint32_t type) const {
        Block whole;
        const auto length = static_cast<std::uint32_t>(body_.size() + 12);
        whole.add(type);
        whole.add(length);
        whole.body_ += body_;
        whole.add(length);
        return whole.body_;
    }

private:
    std::string body_;
};

std::string section_block(const LockReport& report) {
    constexpr std::uint32_t byte_order = 0x1a2b3c4d;
    const Evidence& evidence = report.evidence;
    Block block;
    block.add(byte_order);
    block.add(std::uint16_t{1});  // version 1.0
    block.add(std::uint16_t{0});
    block.add(~std::uint64_t{0});  // length of the section: not said
    block.add_option(option::comment, fmt::format("Case {}: {} {}, {}. {} of {} packets.", report.id,
                                                  host_label(report.finding), host_text(report.finding),
                                                  reason_text(report.finding), evidence.packets.size(),
                                                  evidence.packets_out + evidence.packets_in));
    block.add_option(option::application, "flowlock " + report.origin.version);
    block.add(option::end);
    block.add(std::uint16_t{0});
    return block.framed(block_type::section);
}

std::string interface_block(std::string_view name, LinkType link) {
    constexpr std::uint32_t no_limit = 0;
    Block block;
    block.add(link_number(link));
    block.add(std::uint16_t{0});
    block.add(no_limit);
    block.add_option(option::interface_name, name);
    block.add_option(option::time_resolution, std::string_view("\x09", 1));  // 10^-9 s
    block.add(option::end);
    block.add(std::uint16_t{0});
    return block.framed(block_type::interface);
}

std::string packet_block(const EvidencePacket& packet, std::uint32_t interface) {
    // The format has no times before 1970.
    const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(ns_of(packet.time), 0));
    Block block;
    block.add(interface);
    block.add(static_cast<std::uint32_t>(time >> 32));
    block.add(static_cast<std::uint32_t>(time));
    block.add(static_cast<std::uint32_t>(packet.head.size()));
    block.add(packet.wire_bytes);
    block.add_padded({reinterpret_cast<const char*>(packet.head.data()), packet.head.size()});
    return block.framed(block_type::packet);
}

}  // namespace

std::string evidence_capture(const LockReport& report) {
    std::string capture = section_block(report);
    std::map<std::pair<std::uint16_t, LinkType>, std::uint32_t> interfaces;
    for (const EvidencePacket& packet : report.evidence.packets) {
        const auto number = static_cast<std::uint32_t>(interfaces.size());
        const auto [at, is_new] = interfaces.emplace(std::pair{packet.interface, packet.link}, number);
        if (is_new) capture += interface_block(report.evidence.interfaces.at(packet.interface), packet.link);
        capture += packet_block(packet, at->second);
    }
    return capture;
}

}  // namespace flowlock
