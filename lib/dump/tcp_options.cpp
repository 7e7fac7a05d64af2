// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

namespace option {
constexpr std::uint8_t end = 0, nop = 1, segment_size = 2, window_scale = 3, sack_permitted = 4, sack = 5,
                       echo = 6, echo_reply = 7, timestamps = 8, cc = 11, cc_new = 12, cc_echo = 13, md5 = 19,
                       scps = 20, user_timeout = 28, authentication = 29, multipath = 30, fast_open = 34,
                       experiment_2 = 254;
}

constexpr std::array option_names{
    Name{option::end, "eol"},
    Name{option::nop, "nop"},
    Name{option::segment_size, "mss"},
    Name{option::window_scale, "wscale"},
    Name{option::sack_permitted, "sackOK"},
    Name{option::sack, "sack"},
    Name{option::echo, "echo"},
    Name{option::echo_reply, "echoreply"},
    Name{option::timestamps, "TS"},
    Name{option::cc, "cc"},
    Name{option::cc_new, "ccnew"},
    Name{option::cc_echo, ""},
    Name{option::md5, "md5"},
    Name{option::scps, "scps"},
    Name{option::user_timeout, "uto"},
    Name{option::authentication, "tcp-ao"},
    Name{option::multipath, "mptcp"},
    Name{option::fast_open, "tfo"},
    Name{option::experiment_2, "exp"},
};

// One option: what is behind its type and length.
struct Option {
    View data;
    std::uint32_t length = 0;  // of the data, as the option says
    std::uint32_t left = 0;    // what the header has room for
};

// What became of an option.
enum class Found {
    whole,
    bad,  // it contradicts itself or the header
    cut,  // it was not captured
};

class OptionList {
public:
    OptionList(Line& line, const View& view, std::uint32_t size, std::uint8_t flags)
        : line_(line), rest_(view), left_(size), flags_(flags) {}

    bool add() {
        line_.add_text(", options [");
        while (left_ > 0 && line_.open()) {
            if (!first_) line_.add_text(",");
            const Found found = add_option();
            if (found == Found::whole) continue;
            return end(found);
        }
        line_.add_text("]");
        return line_.open();
    }

private:
    bool end(Found found) {
        const std::string_view close = first_ ? "" : found == Found::bad ? "]" : ">";
        if (found == Found::bad)
            line_.add("[bad opt]{}", close);
        else
            line_.add(" [|{}]{}", line_.protocol(), close);
        return false;
    }

    // The bytes that an option of this type always has.
    Found require(const Option& option, std::uint32_t size) const {
        if (size > option.left) return Found::bad;
        return option.data.has(0, size) ? Found::whole : Found::cut;
    }

    Found add_option() {
        const std::uint8_t type = rest_.u8(0);
        const bool single = type == option::end || type == option::nop;
        const std::uint32_t head = single ? 1 : 2;
        const std::uint32_t says = single ? 1 : rest_.u8(1);
        if (!line_.open()) return Found::whole;
        // Its type is one byte of what is left.
        if (!single && (says < 2 || says > left_)) return Found::bad;
        left_ -= head;
        line_.add_text(name_of(option_names, type, "unknown-{}"));
        const Option option{rest_.from(head), says - head, left_};
        std::uint32_t used = 0;
        const Found found =
            single || type == option::sack_permitted ? Found::whole : add_data(type, option, used);
        if (found != Found::whole) return found;
        rest_ = option.data.from(used);
        left_ -= used;
        if (used + head != says) line_.add("[len {}]", says);
        first_ = false;
        // The end of the list may come before the end of the header.
        if (type == option::end) left_ = 0;
        return Found::whole;
    }

    Found add_data(std::uint8_t type, const Option& option, std::uint32_t& used);
    Found add_fixed(std::uint8_t type, const Option& option);
    Found add_variable(std::uint8_t type, const Option& option);
    Found add_sack(const Option& option);
    Found add_authentication(const Option& option);
    Found add_hex(const Option& option, std::uint32_t from);
    void add_cookie(const View& data, std::uint32_t length);

    Line& line_;
    View rest_;
    std::uint32_t left_;
    const std::uint8_t flags_;
    bool first_ = true;
};

// Sizes of the options that have one.
constexpr std::array<std::pair<std::uint8_t, std::uint32_t>, 11> fixed_sizes{{
    {option::segment_size, 2},
    {option::window_scale, 1},
    {option::echo, 4},
    {option::echo_reply, 4},
    {option::timestamps, 8},
    {option::cc, 4},
    {option::cc_new, 4},
    {option::cc_echo, 4},
    {option::md5, 16},
    {option::scps, 2},
    {option::user_timeout, 2},
}};

Found OptionList::add_data(std::uint8_t type, const Option& option, std::uint32_t& used) {
    for (const auto& [fixed, size] : fixed_sizes) {
        if (fixed != type) continue;
        used = size;
        const Found found = require(option, size);
        return found == Found::whole ? add_fixed(type, option) : found;
    }
    used = option.length;
    return add_variable(type, option);
}

Found OptionList::add_fixed(std::uint8_t type, const Option& option) {
    const View& data = option.data;
    switch (type) {
        case option::segment_size:
            line_.add(" {}", data.be16(0));
            break;
        case option::window_scale:
            line_.add(" {}", data.u8(0));
            break;
        case option::timestamps:
            line_.add(" val {} ecr {}", data.be32(0), data.be32(4));
            break;
        case option::md5:
            line_.add(" shared secret not supplied with -M, can't check - {}", data.hex(0, 16));
            break;
        case option::scps:
            line_.add(" cap {:02x} id {}", data.u8(0), data.u8(1));
            break;
        case option::user_timeout: {
            const unsigned value = data.be16(0);
            const unsigned seconds = (value & 1) != 0 ? (value >> 1) * 60 : value >> 1;
            line_.add(" 0x{:x} {}", value, seconds);
            break;
        }
        default:
            line_.add(" {}", data.be32(0));
    }
    return Found::whole;
}

Found OptionList::add_variable(std::uint8_t type, const Option& option) {
    if (type == option::sack) return add_sack(option);
    if (type == option::authentication) return add_authentication(option);
    const bool known = type == option::multipath || type == option::fast_open || type == option::experiment_2;
    if (!known) {
        if (option.length > 0) line_.add_text(" 0x");
        return add_hex(option, 0);
    }
    if (const Found found = require(option, option.length); found != Found::whole) return found;
    if (type == option::multipath) {
        const View whole = rest_.first(option.length + 2);
        return add_mptcp(line_, whole, option.length + 2, flags_) ? Found::whole : Found::bad;
    }
    if (type == option::fast_open) {
        line_.add_text(" ");
        add_cookie(option.data, option.length);
        return Found::whole;
    }
    // RFC 6994: two bytes say whose experiment it is; one is TCP Fast Open's.
    if (option.length < 2) return Found::bad;
    const std::uint16_t experiment = option.data.be16(0);
    line_.add_text("-");
    if (experiment == 0xf989) {
        line_.add_text("tfo");
        add_cookie(option.data.from(2), option.length - 2);
    } else {
        line_.add("{:04x}", experiment);
    }
    return Found::whole;
}

Found OptionList::add_sack(const Option& option) {
    if (option.length % 8 != 0) {
        line_.add_text(" invalid sack");
        return Found::whole;
    }
    line_.add(" {} ", option.length / 8);
    for (std::uint32_t at = 0; at < option.length; at += 8) {
        for (const std::uint32_t size : {at + 4, at + 8})
            if (const Found found = require(option, size); found != Found::whole) return found;
        line_.add("{{{}:{}}}", option.data.be32(at), option.data.be32(at + 4));
    }
    return Found::whole;
}

Found OptionList::add_authentication(const Option& option) {
    if (option.length < 2) {
        line_.add_text(" (invalid)");
        return Found::whole;
    }
    if (const Found found = require(option, 1); found != Found::whole) return found;
    line_.add(" keyid {}", option.data.u8(0));
    if (const Found found = require(option, 2); found != Found::whole) return found;
    line_.add(" rnextkeyid {}", option.data.u8(1));
    if (option.length > 2) line_.add_text(" mac 0x");
    return add_hex(option, 2);
}

Found OptionList::add_hex(const Option& option, std::uint32_t from) {
    for (std::uint32_t at = from; at < option.length; ++at) {
        if (const Found found = require(option, at + 1); found != Found::whole) return found;
        line_.add("{:02x}", option.data.u8(at));
    }
    return Found::whole;
}

void OptionList::add_cookie(const View& data, std::uint32_t length) {
    if (length == 0)
        line_.add_text(" cookiereq");
    else if (length % 2 != 0 || length < 4 || length > 16)
        line_.add_text(" (invalid)");
    else
        line_.add(" cookie {}", data.hex(0, length));
}

}  // namespace

bool add_tcp_options(Line& line, const View& view, std::uint32_t size, std::uint8_t tcp_flags) {
    return OptionList(line, view, size, tcp_flags).add();
}

}  // namespace flowlock::dump
