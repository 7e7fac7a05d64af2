// SPDX-License-Identifier: BSD-3-Clause
// The line that is being written. It is open until a byte is asked for that was not captured: then it ends with the
// mark of the protocol at hand, and whatever is added later is not. So a protocol's function reads and adds without
// asking after each byte; only its loops must look whether the line is still open.
#pragma once

#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "dump/packet_line.hpp"

namespace flowlock::dump {

class Line {
public:
    explicit Line(std::string& text) : text_(text) {}

    // Arguments are evaluated before: an unreadable one closes the line, and the text is not added.
    template <class... Args>
    void add(fmt::format_string<Args...> format, Args&&... args) {
        if (!open_) return;
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
        if (text_.size() > packet_line_size_max) shorten();
    }
    void add_text(std::string_view text) { add("{}", text); }

    // Names the protocol at hand, for the mark.
    void enter(std::string_view protocol) { protocol_ = protocol; }
    std::string_view protocol() const { return protocol_; }
    // A header within which another whole stack may follow. False: too many, and the line is closed.
    bool enter_stack(std::string_view protocol) {
        enter(protocol);
        if (++depth_ > packet_line_depth_max) cut();
        return open_;
    }

    // The mark alone: what is known of the whole packet follows.
    void mark() { add(" [|{}]", protocol_); }
    // Ends the line: what comes next was not captured, or is not within its packet.
    void cut() {
        mark();
        open_ = false;
    }
    // Ends the line: what comes next contradicts itself.
    void invalid() {
        add_text(" (invalid)");
        open_ = false;
    }
    bool open() const { return open_; }

private:
    void shorten() {
        constexpr std::string_view mark = " [...]";
        text_.resize(packet_line_size_max - mark.size());
        text_ += mark;
        open_ = false;
    }

    std::string& text_;
    std::string_view protocol_;
    int depth_ = 0;
    bool open_ = true;
};

}  // namespace flowlock::dump
