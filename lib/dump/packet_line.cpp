// SPDX-License-Identifier: BSD-3-Clause
#include "dump/packet_line.hpp"

#include "dump/layers.hpp"

namespace flowlock {
namespace {

void add_time(dump::Line& line, Time time) {
    constexpr std::int64_t seconds_per_day = 86'400;
    std::int64_t second = floor_seconds(time) % seconds_per_day;
    if (second < 0) second += seconds_per_day;
    std::int64_t nanos = ns_of(time) % ns_per_second;
    if (nanos < 0) nanos += ns_per_second;
    line.add("{:02}:{:02}:{:02}.{:06} ", second / 3600, second / 60 % 60, second % 60, nanos / 1000);
}

void add_frame(dump::Line& line, LinkType link, const dump::View& view, std::uint32_t length) {
    switch (link) {
        case LinkType::ethernet:
            return dump::add_ethernet(line, view, length);
        case LinkType::raw_ip:
            return dump::add_ip(line, view, length);
        case LinkType::cooked_v1:
            return dump::add_cooked_v1(line, view, length);
        case LinkType::cooked_v2:
            return dump::add_cooked_v2(line, view, length);
        case LinkType::loopback:
            return dump::add_loopback(line, view, length);
        case LinkType::unsupported:
            break;
    }
    line.add("unsupported link type, length {}", length);
}

}  // namespace

std::string packet_line(LinkType link, std::span<const std::byte> head, std::uint32_t wire_length,
                        Time time) {
    std::string text;
    text.reserve(160);
    dump::Line line(text);
    add_time(line, time);
    const std::size_t time_size = text.size();
    add_frame(line, link, dump::View(line, head), wire_length);
    // Of frames without an address or a known type tcpdump prints nothing but the hex dump.
    if (text.size() == time_size) line.add("unknown frame, length {}", wire_length);
    return text;
}

}  // namespace flowlock
