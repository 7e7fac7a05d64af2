// SPDX-License-Identifier: BSD-3-Clause
// The extension headers of IPv6 (RFC 8200), source routes (RFC 2460, 6275, 8754) and Mobile IPv6 (RFC 6275).
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

// Headers say their size in units of 8 octets, beyond the first.
std::uint32_t size_of(const View& view) {
    return (view.u8(1) + 1u) * 8;
}

namespace option {
constexpr std::uint8_t pad_1 = 0, router_alert = 0x05, jumbo = 0xc2, home_address = 0xc9;
}

struct OptionRule {
    std::uint8_t type;
    std::uint32_t size;  // with type and length; at least that
    bool exact;
    std::string_view name;
};
constexpr std::array option_rules{
    OptionRule{option::router_alert, 4, true, "rtalert"},
    OptionRule{option::jumbo, 6, true, "jumbo"},
    OptionRule{option::home_address, 18, false, "homeaddr"},
};

// False: it is cut off or has a wrong length, which is said.
bool check_option(Line& line, const OptionRule& rule, std::uint8_t length, std::uint32_t left) {
    if (left < rule.size) {
        line.add("({}: trunc)", rule.name);
        return false;
    }
    const bool right = rule.exact ? length == rule.size - 2 : length >= rule.size - 2;
    if (!right) line.add("({}: invalid len {})", rule.name, length);
    return right;
}

void read_jumbo(JumboLength& jumbo, std::uint32_t length, bool& seen) {
    constexpr std::uint32_t length_min = 65'536;
    if (!seen && jumbo.payload == 0 && length >= length_min) jumbo = {.found = true, .payload = length};
    seen = true;
}

// `view`: all options and nothing else. False: one is cut off or has a wrong length.
bool read_options(Line& line, const View& view, std::uint32_t size, JumboLength& jumbo) {
    bool jumbo_seen = false;
    for (std::uint32_t at = 0; at < size && line.open();) {
        const std::uint8_t type = view.u8(at);
        if (type == option::pad_1) {
            ++at;
            continue;
        }
        const std::uint32_t left = size - at;
        if (left < 2) return false;
        const std::uint8_t length = view.u8(at + 1);
        if (length + 2u > left) return false;
        const auto rule = std::ranges::find(option_rules, type, &OptionRule::type);
        if (rule != option_rules.end() && !check_option(line, *rule, length, left)) return false;
        if (type == option::jumbo) read_jumbo(jumbo, view.be32(at + 2), jumbo_seen);
        at += length + 2u;
    }
    return line.open();
}

}  // namespace

std::optional<std::uint32_t> add_hop_by_hop(Line& line, const View& view, JumboLength& jumbo) {
    line.enter("hbhopt");
    const std::uint32_t size = size_of(view);
    bool whole = view.has(0, size);
    if (whole) {
        line.add_text("HBH ");
        whole = read_options(line, view.from(2), size - 2, jumbo);
    }
    if (whole) return size;
    line.mark();
    return std::nullopt;
}

std::optional<std::uint32_t> add_destination_options(Line& line, const View& view) {
    line.enter("dstopt");
    const std::uint32_t size = size_of(view);
    if (!view.need(0, size)) return std::nullopt;
    line.add_text("DSTOPT ");
    return size;
}

std::optional<std::uint32_t> add_fragment_header(Line& line, const View& view, std::uint64_t rest) {
    constexpr std::uint32_t size = 8;
    line.enter("frag6");
    const unsigned offset = view.be16(2) & 0xfff8u;
    line.add("frag ({}|{})", offset, rest - size);
    if (offset != 0) return std::nullopt;
    line.add_text(" ");
    return size;
}

namespace {

constexpr std::uint8_t route_source = 0, route_mobile = 2, route_segments = 4;

// "[0]2001:db8::1, …", and the end. `length` in units of 8 octets, as in the header.
std::optional<std::uint32_t> add_route(Line& line, const View& view, std::uint32_t length) {
    if (length % 2 == 1) {
        line.add(" (invalid length {})", length);
        line.invalid();
        return std::nullopt;
    }
    for (std::uint32_t i = 0; i < length / 2 && line.open(); ++i)
        line.add(", [{}]{}", i, view.ipv6(8 + std::size_t{i} * 16));
    line.add_text(") ");
    return (length + 1) * 8;
}

}  // namespace

std::optional<std::uint32_t> add_routing_header(Line& line, const View& view) {
    line.enter("rt6");
    line.add_text("RT6");
    const std::uint32_t length = view.u8(1);
    line.add(" (len={}", length);
    const std::uint8_t type = view.u8(2);
    line.add(", type={}", type);
    if (type == route_source) line.add_text(" [Deprecated]");
    line.add(", segleft={}", view.u8(3));
    if (type == route_source || type == route_mobile) {
        if (const auto reserved = view.be32(4); reserved != 0) line.add(", rsv=0x{:x}", reserved);
        return add_route(line, view, length);
    }
    if (type == route_segments) {
        line.add(", last-entry={}", view.u8(4));
        if (const auto flags = view.u8(5); flags != 0) line.add(", flags=0x{:x}", flags);
        line.add(", tag={:x}", view.be16(6));
        return add_route(line, view, length);
    }
    line.add_text(" (unknown type)");
    line.invalid();
    return std::nullopt;
}

namespace {

constexpr std::array mobility_names{
    Name{0, "BRR"}, Name{1, "HoTI"}, Name{2, "CoTI"}, Name{3, "HoT"},
    Name{4, "CoT"}, Name{5, "BU"},   Name{6, "BA"},   Name{7, "BE"},
};
// The least size of each of them.
constexpr std::array<std::uint32_t, 8> mobility_sizes{8, 16, 16, 24, 24, 12, 12, 24};
constexpr std::array binding_flags{Name{8, "A"}, Name{4, "H"}, Name{2, "L"}, Name{1, "K"}};

void add_binding_update(Line& line, const View& view) {
    line.add(" seq#={}", view.be16(6));
    if (!view.need(8, 2)) return;
    const unsigned flags = view.u8(8) >> 4;
    if (flags != 0) line.add(" {}", flags_of(binding_flags, flags, ""));
    line.add(" lifetime={}", view.be16(10) << 2);
}

void add_binding_answer(Line& line, const View& view) {
    line.add(" status={}", view.u8(6));
    if ((view.u8(7) & 0x80) != 0) line.add_text(" K");
    line.add(" seq#={}", view.be16(8));
    line.add(" lifetime={}", view.be16(10) << 2);
}

}  // namespace

void add_mobility(Line& line, const View& view) {
    line.enter("mobility");
    const std::uint32_t size = size_of(view);
    const std::uint8_t type = view.u8(2);
    if (type < mobility_sizes.size() && size < mobility_sizes[type]) {
        line.add("(header length {} is too small for type {})", size, type);
        return line.cut();
    }
    line.add("mobility: {}", name_of(mobility_names, type, "type-#{}"));
    switch (type) {
        case 0:
        case 1:
        case 2:
            return;
        case 3:
        case 4:
            return line.add(" nonce id=0x{:x}", view.be16(6));
        case 5:
            return add_binding_update(line, view);
        case 6:
            return add_binding_answer(line, view);
        case 7:
            line.add(" status={}", view.u8(6));
            return line.add(" homeaddr {}", view.ipv6(8));
        default:
            return line.add(" len={}", view.u8(1));
    }
}

}  // namespace flowlock::dump
