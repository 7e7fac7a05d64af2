// SPDX-License-Identifier: BSD-3-Clause
#include "base/address.hpp"

#include <arpa/inet.h>
#include <array>

namespace flowlock {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    // inet_pton would take a NUL for the end of the text.
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string terminated(text);
    std::array<std::byte, 16> wire{};
    if (inet_pton(AF_INET, terminated.c_str(), wire.data()) == 1) return from_ipv4(wire.data());
    if (inet_pton(AF_INET6, terminated.c_str(), wire.data()) == 1) return from_ipv6(wire.data());
    return std::nullopt;
}

std::string IpAddress::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    std::array<std::byte, 16> wire{};
    std::memcpy(wire.data(), &high, 8);
    std::memcpy(wire.data() + 8, &low, 8);
    if (is_ipv4())
        inet_ntop(AF_INET, wire.data() + 12, text.data(), text.size());
    else
        inet_ntop(AF_INET6, wire.data(), text.data(), text.size());
    return text.data();
}

}  // namespace flowlock
