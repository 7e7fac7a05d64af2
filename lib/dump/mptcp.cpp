// SPDX-License-Identifier: BSD-3-Clause
// The options of Multipath TCP (RFC 6824, 8684).
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"
#include "packet/decode.hpp"

namespace flowlock::dump {
namespace {

constexpr std::array<std::string_view, 9> subtype_names{
    "capable", "join", "dss", "add-addr", "rem-addr", "prio", "fail", "fast-close", "unknown"};

bool opens_only(std::uint8_t flags) {
    return (flags & tcp_flag::syn) != 0;
}
bool answers_only(std::uint8_t flags) {
    return (flags & (tcp_flag::syn | tcp_flag::ack)) == tcp_flag::ack;
}

bool add_capable(Line& line, const View& option, std::uint32_t length, std::uint8_t flags) {
    const bool opens = (length == 12 || length == 4) && opens_only(flags);
    const bool answers = (length == 20 || length == 22) && answers_only(flags);
    if (!opens && !answers) return false;
    const unsigned version = option.u8(2) & 0xfu;
    if (version > 1) {
        line.add(" Unknown Version ({})", version);
        return true;
    }
    line.add(" v{}", version);
    if ((option.u8(3) & 0x80) != 0) line.add_text(" csum");
    if (length == 4) return true;
    line.add(" {{0x{:x}", option.be64(4));
    if (length >= 20) line.add(",0x{:x}", option.be64(12));
    line.add_text("}");
    return true;
}

bool add_join(Line& line, const View& option, std::uint32_t length, std::uint8_t flags) {
    const bool answers = (flags & tcp_flag::ack) != 0;
    const bool valid = (length == 12 && opens_only(flags)) ||
                       (length == 16 && opens_only(flags) && answers) || (length == 24 && answers);
    if (!valid) return false;
    if (length == 24) {
        line.add(" hmac 0x{}", option.hex(4, 20));
        return true;
    }
    if ((option.u8(2) & 1) != 0) line.add_text(" backup");
    line.add(" id {}", option.u8(3));
    if (length == 12)
        line.add(" token 0x{:x} nonce 0x{:x}", option.be32(4), option.be32(8));
    else
        line.add(" hmac 0x{:x} nonce 0x{:x}", option.be64(4), option.be32(12));
    return true;
}

// Numbers of 4 or 8 bytes, one after the other.
class Sequence {
public:
    Sequence(Line& line, const View& option, std::uint32_t length)
        : line_(line), rest_(option), left_(length) {}

    bool add_number(std::string_view name, std::uint32_t size) {
        line_.add(" {} ", name);
        if (left_ < size) return false;
        line_.add("{}", size == 8 ? rest_.be64(0) : rest_.be32(0));
        skip(size);
        return true;
    }
    bool add_mapping() {
        if (left_ < 4) return false;
        line_.add(" subseq {}", rest_.be32(0));
        skip(4);
        if (left_ < 2) return false;
        line_.add(" len {}", rest_.be16(0));
        skip(2);
        if (left_ < 2) return true;
        line_.add(" csum 0x{:x}", rest_.be16(0));
        skip(2);
        return true;
    }
    bool at_end() const { return left_ == 0; }

private:
    void skip(std::uint32_t size) {
        rest_ = rest_.from(size);
        left_ -= size;
    }

    Line& line_;
    View rest_;
    std::uint32_t left_;
};

bool add_data_sequence(Line& line, const View& option, std::uint32_t length, std::uint8_t tcp_flags) {
    constexpr std::uint8_t has_ack = 0x01, long_ack = 0x02, has_mapping = 0x04, long_sequence = 0x08,
                           fin = 0x10;
    if (length < 4 || opens_only(tcp_flags)) return false;
    const std::uint8_t flags = option.u8(3);
    if ((flags & fin) != 0) line.add_text(" fin");
    Sequence sequence(line, option.from(4), length - 4);
    if ((flags & has_ack) != 0 && !sequence.add_number("ack", (flags & long_ack) != 0 ? 8 : 4)) return false;
    if ((flags & has_mapping) != 0) {
        if (!sequence.add_number("seq", (flags & long_sequence) != 0 ? 8 : 4)) return false;
        if (!sequence.add_mapping()) return false;
    }
    return sequence.at_end();
}

std::string_view echo_name(unsigned echo) {
    switch (echo) {
        case 0:
            return "v1";
        case 1:
            return "v1-echo";
        case 4:
            return "v0-ip4";
        case 6:
            return "v0-ip6";
        default:
            return "[bad version/echo]";
    }
}

// The address, and perhaps a port and a keyed hash, told apart by the option's length.
bool add_address(Line& line, const View& option, std::uint32_t length) {
    constexpr std::uint32_t head = 4, port = 2, hash = 8;
    for (const std::uint32_t address : {4u, 16u}) {
        const std::uint32_t bare = head + address;
        const bool hashed = length >= bare + hash;
        const std::uint32_t rest = length - (hashed ? hash : 0);
        if (rest != bare && rest != bare + port) continue;
        line.add(" {} id {}", echo_name(option.u8(2) & 0xfu), option.u8(3));
        line.add(" {}", address == 4 ? option.ipv4(head) : option.ipv6(head));
        if (rest != bare) line.add(":{}", option.be16(bare));
        if (hashed) line.add(" hmac 0x{:x}", option.be64(rest));
        return true;
    }
    return false;
}

bool add_removed(Line& line, const View& option, std::uint32_t length) {
    if (length < 4) return false;
    line.add_text(" id");
    for (std::uint32_t at = 3; at < length && line.open(); ++at) line.add(" {}", option.u8(at));
    return true;
}

bool add_priority(Line& line, const View& option, std::uint32_t length) {
    if (length != 3 && length != 4) return false;
    line.add_text((option.u8(2) & 1) != 0 ? " backup" : " non-backup");
    if (length == 4) line.add(" id {}", option.u8(3));
    return true;
}

}  // namespace

bool add_mptcp(Line& line, const View& option, std::uint32_t length, std::uint8_t tcp_flags) {
    line.enter("mptcp");
    if (length < 3) return false;
    const unsigned subtype = std::min(option.u8(2) >> 4, 8);
    line.add(" {} {}", length, subtype_names[subtype]);
    switch (subtype) {
        case 0:
            return add_capable(line, option, length, tcp_flags);
        case 1:
            return add_join(line, option, length, tcp_flags);
        case 2:
            return add_data_sequence(line, option, length, tcp_flags);
        case 3:
            return add_address(line, option, length);
        case 4:
            return add_removed(line, option, length);
        case 5:
            return add_priority(line, option, length);
        case 6:
            if (length == 12) line.add(" seq {}", option.be64(4));
            return length == 12;
        case 7:
            if (length == 12) line.add(" key 0x{:x}", option.be64(4));
            return length == 12;
        default:
            return true;
    }
}

}  // namespace flowlock::dump
