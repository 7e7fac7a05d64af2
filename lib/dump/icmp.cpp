// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

// Where an error's quote of an IPv4 packet begins, and in it.
constexpr std::size_t quote = 8, quoted_protocol = quote + 9, quoted_target = quote + 16;

namespace type {
constexpr std::uint8_t echo_reply = 0, unreachable = 3, redirect = 5, echo_request = 8,
                       router_advertisement = 9, time_exceeded = 11, parameter_problem = 12, timestamp = 13,
                       timestamp_reply = 14, mask_reply = 18;
}

constexpr std::array type_names{
    Name{4, "source quench"},      Name{10, "router solicitation"},  Name{15, "information request"},
    Name{16, "information reply"}, Name{17, "address mask request"},
};

// "host 192.0.2.1 unreachable - unknown": what stands before and behind the address.
struct Unreachable {
    std::string_view before, behind;
};
constexpr std::array<Unreachable, 16> unreachables{{
    {"net ", ""},
    {"host ", ""},
    {},  // protocol and port, which say more
    {},
    {"", " - need to frag"},
    {"", " - source route failed"},
    {"net ", " - unknown"},
    {"host ", " - unknown"},
    {"", " - source host isolated"},
    {"net ", " - admin prohibited"},
    {"host ", " - admin prohibited"},
    {"net ", " - tos prohibited"},
    {"host ", " - tos prohibited"},
    {"host ", " - admin prohibited filter"},
    {"host ", " - host precedence violation"},
    {"host ", " - precedence cutoff"},
}};

std::string unreachable_port(const View& view) {
    const std::uint8_t protocol = view.u8(quoted_protocol);
    const std::size_t header = (view.u8(quote) & 0xfu) * 4;
    const std::uint16_t port = view.be16(quote + header + 2);
    const std::string target = view.ipv4(quoted_target);
    if (protocol == ip_protocol::tcp) return fmt::format("{} tcp port {} unreachable", target, port);
    if (protocol == ip_protocol::udp) return fmt::format("{} udp port {} unreachable", target, port);
    return fmt::format("{} protocol {} port {} unreachable", target, protocol, port);
}

std::string unreachable(const View& view, std::uint8_t code) {
    constexpr std::uint8_t protocol = 2, port = 3, need_to_fragment = 4;
    if (code == port) return unreachable_port(view);
    const std::string target = view.ipv4(quoted_target);
    if (code == protocol) return fmt::format("{} protocol {} unreachable", target, view.u8(quoted_protocol));
    if (code >= unreachables.size()) return fmt::format("{} unreachable - #{}", target, code);
    const auto& words = unreachables[code];
    const std::uint16_t size = code == need_to_fragment ? view.be16(6) : 0;
    const std::string limit = size != 0 ? fmt::format(" (mtu {})", size) : "";
    return fmt::format("{}{} unreachable{}{}", words.before, target, words.behind, limit);
}

std::string redirect(const View& view, std::uint8_t code) {
    constexpr std::array<std::array<std::string_view, 2>, 4> words{
        {{"", "net "}, {"", "host "}, {"-tos", "net "}, {"-tos", "host "}}};
    const std::string target = view.ipv4(quoted_target), router = view.ipv4(4);
    if (code >= words.size()) return fmt::format("redirect-#{} {} to {}", code, target, router);
    return fmt::format("redirect{} {} to {}{}", words[code][0], target, words[code][1], router);
}

std::string lifetime_text(unsigned seconds) {
    if (seconds < 60) return fmt::format("{}", seconds);
    if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds % 3600 / 60, seconds % 60);
}

std::string router_advertisement(const Line& line, const View& view) {
    const unsigned count = view.u8(4), words = view.u8(5);
    std::string text =
        fmt::format("router advertisement lifetime {} {}:", lifetime_text(view.be16(6)), count);
    if (words != 2) return text + fmt::format(" [size {}]", words);
    for (std::size_t i = 0, at = 8; i < count && line.open(); ++i, at += 8)
        text += fmt::format(" {{{} {}}}", view.ipv4(at), view.be32(at + 4));
    return text;
}

// Of milliseconds since midnight.
std::string clock_text(std::uint32_t ms) {
    return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60,
                       ms % 1000);
}

std::string timestamp_reply(const View& view) {
    return fmt::format("time stamp reply id {} seq {}: org {}, recv {}, xmit {}", view.be16(4), view.be16(6),
                       clock_text(view.be32(8)), clock_text(view.be32(12)), clock_text(view.be32(16)));
}

std::string time_exceeded(const View& view, std::uint8_t code) {
    view.need(quoted_target, 4);
    if (code == 0) return "time exceeded in-transit";
    if (code == 1) return "ip reassembly time exceeded";
    return fmt::format("time exceeded-#{}", code);
}

std::string message(const Line& line, const View& view) {
    const std::uint8_t type = view.u8(0), code = view.u8(1);
    switch (type) {
        case type::echo_request:
            return fmt::format("echo request, id {}, seq {}", view.be16(4), view.be16(6));
        case type::echo_reply:
            return fmt::format("echo reply, id {}, seq {}", view.be16(4), view.be16(6));
        case type::unreachable:
            return unreachable(view, code);
        case type::redirect:
            return redirect(view, code);
        case type::router_advertisement:
            return router_advertisement(line, view);
        case type::time_exceeded:
            return time_exceeded(view, code);
        case type::parameter_problem:
            return code != 0 ? fmt::format("parameter problem - code {}", code)
                             : fmt::format("parameter problem - octet {}", view.u8(4));
        case type::mask_reply:
            return fmt::format("address mask is 0x{:08x}", view.be32(8));
        case type::timestamp:
            return fmt::format("time stamp query id {} seq {}", view.be16(4), view.be16(6));
        case type::timestamp_reply:
            return timestamp_reply(view);
        default:
            return name_of(type_names, type, "type-#{}");
    }
}

}  // namespace

void add_icmp(Line& line, const View& view, std::uint32_t length) {
    // Advertisements of many routers are longer than tcpdump's buffer.
    constexpr std::size_t message_size_max = 163;
    line.enter("icmp");
    std::string text = message(line, view);
    if (text.size() > message_size_max) text.resize(message_size_max);
    line.add("ICMP {}, length {}", text, length);
}

}  // namespace flowlock::dump
