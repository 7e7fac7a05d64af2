// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

// Where an error's quote of an IPv6 packet begins, and in it.
constexpr std::size_t quote = 8, quoted_source = quote + 8, quoted_target = quote + 24;
constexpr std::uint32_t ipv6_header = 40;

namespace type {
constexpr std::uint8_t unreachable = 1, too_big = 2, time_exceeded = 3, parameter_problem = 4,
                       echo_request = 128, echo_reply = 129, listener_query = 130, listener_report = 131,
                       listener_done = 132, router_solicitation = 133, router_advertisement = 134,
                       neighbor_solicitation = 135, neighbor_advertisement = 136, redirect = 137,
                       router_renumbering = 138, node_query = 139, node_reply = 140,
                       inverse_solicitation = 141, inverse_advertisement = 142, listener_report_v2 = 143,
                       home_agent_request = 144, home_agent_reply = 145, mobile_prefix_solicitation = 146,
                       mobile_prefix_advertisement = 147, rpl = 155;
}

constexpr std::array type_names{
    Name{type::unreachable, "destination unreachable"},
    Name{type::too_big, "packet too big"},
    Name{type::time_exceeded, "time exceeded in-transit"},
    Name{type::parameter_problem, "parameter problem"},
    Name{type::echo_request, "echo request"},
    Name{type::echo_reply, "echo reply"},
    Name{type::listener_query, "multicast listener query"},
    Name{type::listener_report, "multicast listener report"},
    Name{type::listener_done, "multicast listener done"},
    Name{type::router_solicitation, "router solicitation"},
    Name{type::router_advertisement, "router advertisement"},
    Name{type::neighbor_solicitation, "neighbor solicitation"},
    Name{type::neighbor_advertisement, "neighbor advertisement"},
    Name{type::redirect, "redirect"},
    Name{type::router_renumbering, "router renumbering"},
    Name{type::inverse_solicitation, "inverse neighbor solicitation"},
    Name{type::inverse_advertisement, "inverse neighbor advertisement"},
    Name{type::listener_report_v2, "multicast listener report v2"},
    Name{type::home_agent_request, "ha discovery request"},
    Name{type::home_agent_reply, "ha discovery reply"},
    Name{type::mobile_prefix_solicitation, "mobile router solicitation"},
    Name{type::mobile_prefix_advertisement, "mobile router advertisement"},
    Name{type::node_query, "who-are-you request"},
    Name{type::node_reply, "who-are-you reply"},
    Name{201, "mtrace message"},
    Name{200, "mtrace response"},
    Name{type::rpl, "RPL"},
};

constexpr std::array unreachable_names{
    Name{0, "unreachable route"},   Name{1, " unreachable prohibited"}, Name{2, "beyond scope"},
    Name{3, "unreachable address"}, Name{4, "unreachable port"},
};

// The transport header in a quoted packet, behind its extension headers, and its protocol.
struct Quoted {
    View transport;
    std::uint8_t protocol;
};

// The next header and the size of the extension header at hand; nothing: not one, or not captured.
struct Step {
    std::uint8_t next;
    std::uint32_t size;
};
std::optional<Step> step_over(const View& view, std::uint8_t protocol) {
    switch (protocol) {
        case ip_protocol::hop_by_hop:
        case ip_protocol::destination:
        case ip_protocol::routing:
            if (!view.has(1, 1)) return std::nullopt;
            return Step{view.u8(0), (view.u8(1) + 1u) * 8};
        case ip_protocol::fragment:
            if (!view.has(2, 2) || (view.be16(2) & 0xfff8) != 0) return std::nullopt;
            return Step{view.u8(0), 8};
        case ip_protocol::ah:
            if (!view.has(1, 1)) return std::nullopt;
            return Step{view.u8(0), (view.u8(1) + 2u) * 4};
        default:
            return std::nullopt;
    }
}

std::optional<Quoted> find_transport(const View& packet) {
    if (!packet.has(6, 1)) return std::nullopt;
    std::uint8_t protocol = packet.u8(6);
    View view = packet;
    std::uint32_t size = ipv6_header;
    while (view.captured() > 0) {
        view = view.from(size);
        if (protocol == ip_protocol::udp || protocol == ip_protocol::tcp) {
            if (!view.has(2, 2)) return std::nullopt;
            return Quoted{view, protocol};
        }
        const auto step = step_over(view, protocol);
        if (!step) return std::nullopt;
        protocol = step->next;
        size = step->size;
    }
    return std::nullopt;
}

void add_length(Line& line, std::uint32_t length) {
    line.add(", length {}", length);
}

void add_unreachable(Line& line, const View& view, std::uint32_t length) {
    const std::uint8_t code = view.u8(1);
    line.add(", {}", name_of(unreachable_names, code, "unknown unreach code ({})"));
    switch (code) {
        case 0:
        case 1:
        case 3:
            line.add(" {}", view.ipv6(quoted_target));
            break;
        case 2:
            line.add(" {}, source address {}", view.ipv6(quoted_target), view.ipv6(quoted_source));
            break;
        case 4: {
            const auto quoted = find_transport(view.from(quote));
            if (!quoted) return line.cut();
            const std::string_view name = quoted->protocol == ip_protocol::tcp ? "tcp" : "udp";
            line.add(", {} {} port {}", view.ipv6(quoted_target), name, quoted->transport.be16(2));
            break;
        }
        default:
            return;  // without its length
    }
    add_length(line, length);
}

void add_time_exceeded(Line& line, const View& view) {
    const std::uint8_t code = view.u8(1);
    if (code == 0)
        line.add(" for {}", view.ipv6(quoted_target));
    else if (code == 1)
        line.add_text(" (reassembly)");
    else
        line.add(", unknown code ({})", code);
}

void add_parameter_problem(Line& line, const View& view) {
    constexpr std::array names{Name{0, "erroneous"}, Name{1, "next header"}, Name{2, "option"},
                               Name{3, "incomplete header chain"}};
    if (!view.need(quoted_target, 16)) return;
    const std::uint8_t code = view.u8(1);
    if (code < names.size())
        line.add(", {} - octet {}", names[code].text, view.be32(4));
    else
        line.add(", code-#{}", code);
}

void add_listener(Line& line, const View& view) {
    constexpr std::size_t size = 24;
    if (!view.has(0, size)) return;
    line.add("max resp delay: {} addr: {}", view.be16(4), view.ipv6(8));
}

void add_listener_query(Line& line, const View& view, std::uint32_t length) {
    constexpr std::uint32_t v1_size = 24, v2_size_min = 28, address_size = 16;
    if (length == v1_size) return add_listener(line, view);
    if (length < v2_size_min) return line.add(" unknown-version (len {}) ", length);
    line.add_text(" v2");
    view.need(4, 2);
    line.add(" [gaddr {}", view.ipv6(8));
    const std::uint32_t sources = view.be16(26);
    if (sources > 0 && length < v2_size_min + sources * address_size)
        line.add_text(" [invalid number of sources]");
    else if (sources > 0)
        line.add(", {} source(s)", sources);
    line.add_text("]");
}

void add_listener_report_v2(Line& line, const View& view, std::uint32_t length) {
    if (length < 8) return line.add(" [invalid len {}]", length);
    line.add(", {} group record(s)", view.be16(6));
}

void add_renumbering_uses(Line& line, View view, std::uint32_t size) {
    constexpr std::uint32_t use_size = 32;
    if ((size - 3) % 4 != 0) return line.mark();
    for (std::uint32_t left = (size - 3) / 4; left > 0 && line.open(); --left) {
        if (!view.has(16, 16)) return line.mark();
        line.add_text(" use(");
        const std::uint8_t flags = view.u8(12);
        if (flags != 0) line.add("{}{},", (flags & 0x80) != 0 ? "V" : "", (flags & 0x40) != 0 ? "P" : "");
        line.add("{}/{}/{})", view.ipv6(16), view.u8(0), view.u8(1));
        view = view.from(use_size);
    }
}

// RFC 2894.
void add_renumbering(Line& line, const View& view) {
    constexpr std::array code_names{Name{0, "command"}, Name{1, "result"},
                                    Name{255, "sequence number reset"}};
    constexpr std::array operation_names{Name{1, "add"}, Name{2, "change"}, Name{3, "setglobal"}};
    constexpr std::size_t header = 16, match_size = 24;
    if (!view.has(12, 4)) return line.mark();
    const std::uint8_t code = view.u8(1);
    line.add(", {}, seq={}", name_of(code_names, code, "code-#{}"), view.be32(4));
    if (code != 0) return;
    const View match = view.from(header);
    if (!match.has(8, 16)) return line.mark();
    line.add(" match({},{}/{})", name_of(operation_names, match.u8(0), "#{}"), match.ipv6(8), match.u8(3));
    add_renumbering_uses(line, match.from(match_size), match.u8(1));
}

void add_rpl(Line& line, std::uint8_t code) {
    constexpr std::array names{Name{0, "DODAG Information Solicitation"}, Name{1, "DODAG Information Object"},
                               Name{2, "Destination Advertisement Object"},
                               Name{3, "Destination Advertisement Object Ack"}};
    if ((code & 0x80) != 0)
        line.add_text(", (SEC) [worktodo]");
    else
        line.add(", (CLR){}", name_of(names, code, "RPL message, unknown code {}"));
}

// What stands between the message's name and its length.
void add_message(Line& line, const View& view, std::uint32_t length, std::uint8_t type) {
    switch (type) {
        case type::too_big:
            line.add(", mtu {}", view.be32(4));
            break;
        case type::time_exceeded:
            add_time_exceeded(line, view);
            break;
        case type::parameter_problem:
            add_parameter_problem(line, view);
            break;
        case type::echo_request:
        case type::echo_reply:
            line.add(", id {}, seq {}", view.be16(4), view.be16(6));
            break;
        case type::listener_query:
            add_listener_query(line, view, length);
            break;
        case type::listener_report:
        case type::listener_done:
            add_listener(line, view);
            break;
        case type::neighbor_solicitation:
            line.add(", who has {}", view.ipv6(8));
            break;
        case type::neighbor_advertisement:
            line.add(", tgt is {}", view.ipv6(8));
            break;
        case type::redirect:
            line.add(", {}", view.ipv6(24));
            line.add(" to {}", view.ipv6(8));
            break;
        case type::router_renumbering:
            add_renumbering(line, view);
            break;
        case type::node_query:
            add_node_query(line, view);
            break;
        case type::node_reply:
            add_node_reply(line, view, length);
            break;
        case type::listener_report_v2:
            add_listener_report_v2(line, view, length);
            break;
        case type::mobile_prefix_solicitation:
        case type::home_agent_request:
            line.add(", id 0x{:04x}", view.be16(4));
            break;
        case type::rpl:
            add_rpl(line, view.u8(1));
            break;
        default:
            break;
    }
}

}  // namespace

void add_icmpv6(Line& line, const View& view, std::uint32_t length) {
    line.enter("icmp6");
    if (length == 0) {
        line.add_text("ICMP6, length 0");
        return line.invalid();
    }
    const std::uint8_t type = view.u8(0);
    line.add("ICMP6, {}", name_of(type_names, type, "unknown icmp6 type ({})"));
    view.need(1, 1);
    if (type == type::unreachable) return add_unreachable(line, view, length);
    add_message(line, view, length, type);
    add_length(line, length);
}

}  // namespace flowlock::dump
