// SPDX-License-Identifier: BSD-3-Clause
// Node information queries (RFC 4620). What they are about is told from the bytes that are there, not by a length of
// theirs, so the line of a message that was cut off is another one than that of the whole.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint32_t header_size = 16;  // with the nonce
constexpr std::uint16_t no_question = 0, question_types = 1, name_question = 2, address_question = 3;
constexpr std::array address_flags{
    Name{0x40, "a"}, Name{0x20, "G"}, Name{0x10, "S"}, Name{0x08, "L"}, Name{0x04, "C"}, Name{0x02, "A"},
};

// Which of the flags are set, in brackets; they may be flags that have no letter.
void add_letters(Line& line, std::uint32_t flags, std::string_view more = "") {
    std::string text;
    for (const auto& flag : address_flags)
        if ((flags & flag.number) != 0) text += flag.text;
    line.add(" [{}{}]", text, more);
}

void add_question(Line& line, std::uint16_t question) {
    constexpr std::array names{Name{no_question, "noop"}, Name{question_types, "supported qtypes"},
                               Name{name_question, "DNS name"}, Name{address_question, "node addresses"}};
    line.add_text(name_of(names, question, "unknown"));
}

void add_type_flags(Line& line, std::uint16_t flags) {
    if (flags != 0) line.add(" [{}]", (flags & 1) != 0 ? "C" : "");
}

// A name as in DNS, without compression.
class DnsName {
public:
    DnsName(Line& line, const View& view) : line_(line), rest_(view) {}

    void add() {
        line_.add_text(", \"");
        while (rest_.captured() > 0 && add_label()) {
        }
        line_.add_text("\"");
    }

private:
    bool add_label() {
        const std::uint8_t size = take();
        if (size == 0) {
            end();
            return false;
        }
        if (size > rest_.captured()) {
            line_.add_text("???");
            return false;
        }
        // A zero within it is printed as any other octet.
        for (unsigned i = 0; i < size; ++i) line_.add_text(printable_octet(take()));
        if (rest_.captured() > 1 && rest_.u8(0) != 0) line_.add_text(".");
        return true;
    }
    void end() {
        if (rest_.captured() == 0)
            line_.add_text(".");
        else if (rest_.captured() > 1 || rest_.u8(0) != 0)
            line_.add_text("???");
    }
    std::uint8_t take() {
        const std::uint8_t octet = rest_.u8(0);
        rest_ = rest_.from(1);
        return octet;
    }

    Line& line_;
    View rest_;
};

void add_name(Line& line, const View& view) {
    const std::uint8_t first = view.u8(0);
    // Older nodes write the length before the name.
    if (first + 1u != view.captured()) return DnsName(line, view).add();
    line.add_text(", \"");
    for (std::uint32_t at = 1; at <= first; ++at) line.add_text(printable_octet(view.u8(at)));
    line.add_text("\"");
}

// What the query is about; nothing where it has another size than such a thing has.
void add_subject(Line& line, const View& view, std::uint8_t code) {
    constexpr std::uint8_t ipv6 = 0, name = 1, ipv4 = 2;
    const View subject = view.from(header_size);
    if (code == ipv6 || code == ipv4) {
        if (subject.captured() != (code == ipv6 ? 16u : 4u)) return;
        line.add(", subject={}", code == ipv6 ? subject.ipv6(0) : subject.ipv4(0));
    } else if (code == name) {
        line.add_text(", subject=DNS name");
        add_name(line, subject);
    } else {
        line.add_text(", unknown subject");
    }
}

}  // namespace

void add_node_query(Line& line, const View& view) {
    constexpr std::uint32_t old_query_size = 12;
    if (view.captured() == old_query_size) return line.add_text(" who-are-you request");
    line.add_text(" node information query");
    if (!view.has(0, header_size)) return line.mark();
    const std::uint16_t question = view.be16(4), flags = view.be16(6);
    line.add_text(" (");
    add_question(line, question);
    if (question == question_types) add_type_flags(line, flags);
    if (question == address_question && flags != 0) add_letters(line, flags);
    if (question == no_question || question == question_types) return line.add_text(")");
    if (view.captured() == header_size) return line.add_text(", 03 draft)");
    add_subject(line, view, view.u8(1));
    line.add_text(")");
}

namespace {

void add_addresses(Line& line, const View& view) {
    constexpr std::uint32_t entry_size = 20;
    for (std::uint32_t at = header_size; view.has(at, entry_size) && line.open(); at += entry_size)
        line.add(" {}({})", view.ipv6(at + 4), view.be32(at));
}

void add_answer(Line& line, const View& view) {
    const std::uint16_t question = view.be16(4), flags = view.be16(6);
    add_question(line, question);
    if (question == question_types) add_type_flags(line, flags);
    if (question == name_question) {
        add_name(line, view.from(header_size + 4));
        if ((flags & 1) != 0) line.add(" [TTL={}]", view.be32(header_size));
    }
    if (question == address_question) {
        add_addresses(line, view);
        if (flags != 0) add_letters(line, flags, (flags & 1) != 0 ? "T" : "");
    }
}

}  // namespace

void add_node_reply(Line& line, const View& view, std::uint32_t length) {
    constexpr std::uint8_t success = 0, refused = 1, unknown = 2;
    if (length > view.captured() || !view.has(0, header_size)) return line.mark();
    line.add_text(" node information reply (");
    const std::uint8_t code = view.u8(1);
    if (code == success) add_answer(line, view);
    if (code == refused) line.add_text("refused");
    if (code == unknown) line.add_text("unknown");
    line.add_text(")");
}

}  // namespace flowlock::dump
