// SPDX-License-Identifier: BSD-3-Clause
#include "dump/view.hpp"

#include <arpa/inet.h>
#include <array>

namespace flowlock::dump {
namespace {

template <int family, std::size_t length>
std::string address_text(const std::byte* wire) {
    std::array<char, length> text{};
    inet_ntop(family, wire, text.data(), text.size());
    return text.data();
}

}  // namespace

std::string View::ipv4(std::size_t at) const {
    return need(at, 4) ? address_text<AF_INET, INET_ADDRSTRLEN>(byte(at)) : std::string{};
}

// Not IpAddress's text, which shows a mapped address as IPv4.
std::string View::ipv6(std::size_t at) const {
    return need(at, 16) ? address_text<AF_INET6, INET6_ADDRSTRLEN>(byte(at)) : std::string{};
}

std::string View::hex(std::size_t at, std::size_t size, std::string_view separator) const {
    std::string text;
    if (!need(at, size)) return text;
    for (std::size_t i = 0; i < size; ++i)
        text += fmt::format("{}{:02x}", i == 0 ? "" : separator, load_u8(byte(at + i)));
    return text;
}

std::string View::printable(std::size_t at, std::size_t size) const {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint8_t octet = u8(at + i);
        if (octet == 0) break;
        text += printable_octet(octet);
    }
    return text;
}

std::string printable_octet(std::uint8_t octet) {
    const unsigned low = octet & 0x7f;
    const bool plain = low >= 0x20 && low < 0x7f;
    return fmt::format("{}{}{}", octet >= 0x80 ? "M-" : "", plain ? "" : "^",
                       static_cast<char>(plain ? low : low ^ 0x40));
}

}  // namespace flowlock::dump
