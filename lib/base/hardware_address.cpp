// SPDX-License-Identifier: BSD-3-Clause
#include "base/hardware_address.hpp"

#include <array>

namespace flowlock {
namespace {

constexpr int digits = 12;

int digit_of(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Addresses that begin so.
struct Block {
    std::uint64_t begin;
    int bits;
};
constexpr std::array shared_blocks{
    Block{0x0000'5e00'0100, 40},  // VRRP for IPv4, CARP
    Block{0x0000'5e00'0200, 40},  // VRRP for IPv6
    Block{0x0000'0c07'ac00, 40},  // HSRP
    Block{0x0000'0c9f'f000, 36},  // HSRP version 2
    Block{0x0005'73a0'0000, 36},  // … for IPv6
    Block{0x0007'b400'0000, 24},  // GLBP
    Block{0x02bf'0000'0000, 16},  // Network Load Balancing, unicast
    Block{0x03bf'0000'0000, 16},  // … multicast
};

}  // namespace

std::optional<HardwareAddress> HardwareAddress::parse(std::string_view text) {
    if (text.size() != digits + 5) return std::nullopt;
    const char separator = text[2];
    if (separator != ':' && separator != '-') return std::nullopt;
    HardwareAddress address;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i % 3 == 2) {
            if (text[i] != separator) return std::nullopt;
            continue;
        }
        const int digit = digit_of(text[i]);
        if (digit < 0) return std::nullopt;
        address.value = address.value << 4 | static_cast<std::uint64_t>(digit);
    }
    return address;
}

bool HardwareAddress::is_shared() const noexcept {
    for (const Block& block : shared_blocks)
        if ((value ^ block.begin) >> (48 - block.bits) == 0) return true;
    return false;
}

std::string HardwareAddress::to_string() const {
    constexpr std::string_view letters = "0123456789abcdef";
    std::string text;
    for (int i = digits - 1; i >= 0; --i) {
        text += letters[value >> 4 * i & 0xf];
        if (i % 2 == 0 && i != 0) text += ':';
    }
    return text;
}

}  // namespace flowlock
