// SPDX-License-Identifier: BSD-3-Clause
// Frames for tests, written layer by layer: bytes({...}) + ipv4(...) + tcp(...).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace flowlock::test {

using Octets = std::vector<std::byte>;

inline Octets bytes(std::initializer_list<int> values) {
    Octets result;
    for (const int value : values) result.push_back(static_cast<std::byte>(value));
    return result;
}

inline Octets operator+(Octets head, const Octets& tail) {
    head.insert(head.end(), tail.begin(), tail.end());
    return head;
}

inline Octets be16(unsigned value) {
    return bytes({static_cast<int>(value >> 8 & 0xff), static_cast<int>(value & 0xff)});
}
inline Octets be32(std::uint32_t value) {
    return be16(value >> 16) + be16(value & 0xffff);
}

inline Octets address(const std::string& text) {
    const IpAddress parsed = IpAddress::parse(text).value();
    Octets wire(16);
    std::memcpy(wire.data(), &parsed.high, 8);
    std::memcpy(wire.data() + 8, &parsed.low, 8);
    if (parsed.is_ipv4()) wire.erase(wire.begin(), wire.begin() + 12);
    return wire;
}

inline Octets ethernet(unsigned type) {
    return Octets(12, std::byte{0x02}) + be16(type);
}

struct Ipv4 {
    std::string from = "192.0.2.1";
    std::string to = "198.51.100.2";
    int protocol = 6;
    unsigned fragment = 0;  // flags and offset
    int option_words = 0;
    int total_length = -1;  // -1: what it is
    unsigned id = 0;
};

inline Octets ipv4(const Ipv4& header, const Octets& payload) {
    const int length = 20 + 4 * header.option_words;
    const unsigned total = header.total_length >= 0
                               ? static_cast<unsigned>(header.total_length)
                               : static_cast<unsigned>(length) + static_cast<unsigned>(payload.size());
    return bytes({0x40 | length / 4, 0}) + be16(total) + be16(header.id) + be16(header.fragment) +
           bytes({64, header.protocol}) + be16(0) + address(header.from) + address(header.to) +
           Octets(4 * static_cast<std::size_t>(header.option_words), std::byte{1}) + payload;
}

struct Ipv6 {
    std::string from = "2001:db8::1";
    std::string to = "2001:db8::2";
    int next = 6;
    int payload_length = -1;  // -1: what it is
};

inline Octets ipv6(const Ipv6& header, const Octets& payload) {
    const unsigned length = header.payload_length >= 0 ? static_cast<unsigned>(header.payload_length)
                                                       : static_cast<unsigned>(payload.size());
    return be32(0x60000000) + be16(length) + bytes({header.next, 64}) + address(header.from) +
           address(header.to) + payload;
}

inline Octets tcp(unsigned from, unsigned to, int flags, std::size_t payload = 0) {
    return be16(from) + be16(to) + be32(1) + be32(2) + bytes({0x50, flags}) + be16(1024) + be32(0) +
           Octets(payload, std::byte{'x'});
}

inline Octets udp(unsigned from, unsigned to, std::size_t payload = 0) {
    return be16(from) + be16(to) + be16(8 + static_cast<unsigned>(payload)) + be16(0) +
           Octets(payload, std::byte{'x'});
}

}  // namespace flowlock::test
