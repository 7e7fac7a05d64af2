// SPDX-License-Identifier: BSD-3-Clause
// The bytes of a packet from some header on, as far as they were captured and belong to it. A plain value, passed on
// from layer to layer; borrows the frame and the line. Each read is checked: a byte that is not there closes the line
// and reads as 0. Offsets count from the view's beginning, which may lie beyond its end: nothing can be read then.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/wire.hpp"
#include "dump/line.hpp"

namespace flowlock::dump {

// "a"; what cannot be printed as "^X" and "M-x".
std::string printable_octet(std::uint8_t octet);

class View {
public:
    View(Line& line, std::span<const std::byte> bytes) : line_(&line), bytes_(bytes) {}

    bool has(std::size_t at, std::size_t size) const noexcept { return at_ + at + size <= bytes_.size(); }
    // The same, and closes the line if not.
    bool need(std::size_t at, std::size_t size) const {
        if (!has(at, size)) line_->cut();
        return has(at, size);
    }
    std::uint32_t captured() const noexcept {
        return at_ < bytes_.size() ? static_cast<std::uint32_t>(bytes_.size() - at_) : 0;
    }

    View from(std::size_t at) const {
        View rest = *this;
        rest.at_ += at;
        return rest;
    }
    // Without what lies behind the first `size` bytes: another packet's, or padding.
    View first(std::size_t size) const {
        View part = *this;
        part.bytes_ = bytes_.first(std::min(bytes_.size(), at_ + size));
        return part;
    }

    std::uint8_t u8(std::size_t at) const { return need(at, 1) ? load_u8(byte(at)) : 0; }
    std::uint16_t be16(std::size_t at) const { return need(at, 2) ? load_be16(byte(at)) : 0; }
    std::uint32_t be24(std::size_t at) const {
        return need(at, 3) ? std::uint32_t{load_u8(byte(at))} << 16 | load_be16(byte(at + 1)) : 0;
    }
    std::uint32_t be32(std::size_t at) const { return need(at, 4) ? load_be32(byte(at)) : 0; }
    std::uint64_t be64(std::size_t at) const {
        return need(at, 8) ? std::uint64_t{load_be32(byte(at))} << 32 | load_be32(byte(at + 4)) : 0;
    }
    std::uint16_t le16(std::size_t at) const { return __builtin_bswap16(be16(at)); }
    std::uint32_t le32(std::size_t at) const { return __builtin_bswap32(be32(at)); }

    // As text; empty where bytes are missing.
    std::string ipv4(std::size_t at) const;
    std::string ipv6(std::size_t at) const;
    std::string mac(std::size_t at) const { return hex(at, 6, ":"); }
    // "0a1b", or with a separator between the octets.
    std::string hex(std::size_t at, std::size_t size, std::string_view separator = "") const;
    // A name that its sender wrote: up to `size` octets or a zero.
    std::string printable(std::size_t at, std::size_t size) const;

private:
    const std::byte* byte(std::size_t at) const noexcept { return bytes_.data() + at_ + at; }

    Line* line_;
    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
};

}  // namespace flowlock::dump
