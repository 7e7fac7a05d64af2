// SPDX-License-Identifier: BSD-3-Clause
#include "content/signature_set.hpp"

#include <catch2/catch.hpp>

#include "content/signature_check.hpp"
#include "signature_texts.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

// The ids of those that match, with room for all.
std::vector<std::string> found(Inspector& inspector, std::uint8_t protocol, std::uint16_t source,
                               std::uint16_t destination, const std::string& payload) {
    std::vector<SignatureIndex> room(inspector.set().signatures().size());
    const std::size_t count = inspector.inspect(protocol, source, destination, bytes_of(payload), room);
    REQUIRE(count <= room.size());
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) ids.push_back(inspector.set().signatures()[room[i]].id);
    return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a pattern that Hyperscan refuses is named, and takes no other down") {
    const auto set =
        set_of(signature_text("a", "one") + signature_text("back", "(a)\\1") +
               signature_text("ahead", "a(?=b)") + signature_text("open", "(a") + signature_text("b", "two"));
    REQUIRE(set->signatures().size() == 2);
    REQUIRE(set->refused().size() == 3);
    CHECK(set->refused()[0].starts_with("a.toml:10: back: pattern: "));
    CHECK(set->refused()[1].starts_with("a.toml:19: ahead: pattern: "));
    CHECK(set->refused()[2].starts_with("a.toml:28: open: pattern: "));
    Inspector inspector(set);
    CHECK(found(inspector, tcp, 1, 2, "one two") == Ids{"a", "b"});
}

TEST_CASE("of several patterns any makes the signature, and several of them make it once") {
    Inspector inspector(
        set_of(signature_list_text("list", "['one', '^two', 'three$']") + signature_text("other", "two")));
    CHECK(found(inspector, tcp, 1, 2, "a one") == Ids{"list"});
    CHECK(found(inspector, tcp, 1, 2, "two one three") == Ids{"list", "other"});
    CHECK(found(inspector, tcp, 1, 2, "a two three.") == Ids{"other"});
}

TEST_CASE("of several patterns the one that Hyperscan refuses is named, and its signature is left out") {
    const auto set = set_of(signature_list_text("list", "['one', '(a', 'two']"));
    REQUIRE(set->refused().size() == 1);
    CHECK(set->refused()[0].starts_with("a.toml:1: list: pattern[2]: "));
    CHECK(set->signatures().empty());
}

TEST_CASE("an empty set matches nothing and applies to nothing") {
    const auto set = set_of("");
    Inspector inspector(set);
    CHECK(set->database_bytes() == 0);
    CHECK(inspector.scratch_bytes() == 0);
    CHECK_FALSE(inspector.may_match(tcp, 1, 2));
    CHECK_FALSE(inspector.may_match(udp, 1, 2));
    CHECK(found(inspector, tcp, 1, 2, "anything").empty());
}

TEST_CASE("the protocol decides what applies") {
    Inspector inspector(set_of(signature_text("any", "x") + signature_text("tcp", "x", "protocol = \"tcp\"") +
                               signature_text("udp", "x", "protocol = \"udp\"")));
    CHECK(found(inspector, tcp, 1, 2, "x") == Ids{"any", "tcp"});
    CHECK(found(inspector, udp, 1, 2, "x") == Ids{"any", "udp"});
}

TEST_CASE(
    "ports are the responder's: a request's destination, an answer's source, either when anyone may send") {
    const std::string ports = "ports = [53, \"100-110\"]\n";
    Inspector inspector(set_of(signature_text("any", "x", ports) +
                               signature_text("asks", "x", ports + "sender = \"initiator\"") +
                               signature_text("answers", "x", ports + "sender = \"responder\"")));
    CHECK(found(inspector, udp, 40000, 53, "x") == Ids{"any", "asks"});
    CHECK(found(inspector, udp, 53, 40000, "x") == Ids{"any", "answers"});
    CHECK(found(inspector, udp, 53, 53, "x") == Ids{"any", "asks", "answers"});
    CHECK(found(inspector, udp, 40000, 54, "x").empty());
    for (const std::uint16_t port : {100, 105, 110})
        CHECK(found(inspector, tcp, 40000, port, "x").size() == 2);
    for (const std::uint16_t port : {99, 111}) CHECK(found(inspector, tcp, 40000, port, "x").empty());
    CHECK(inspector.may_match(udp, 40000, 53));
    CHECK(inspector.may_match(udp, 53, 40000));
    CHECK_FALSE(inspector.may_match(udp, 40000, 54));
}

TEST_CASE("what is said of requests applies to no answer, and the other way round") {
    Inspector inspector(set_of(signature_text("asks", "x", "ports = [53]\nsender = \"initiator\"") +
                               signature_text("answers", "x", "ports = [123]\nsender = \"responder\"")));
    for (const std::uint8_t protocol : {tcp, udp}) {
        CHECK(inspector.may_match(protocol, 40000, 53));
        CHECK_FALSE(inspector.may_match(protocol, 53, 40000));
        CHECK(inspector.may_match(protocol, 123, 40000));
        CHECK_FALSE(inspector.may_match(protocol, 40000, 123));
        CHECK_FALSE(inspector.may_match(protocol, 53, 123));
        CHECK(inspector.may_match(protocol, 123, 53));
    }
}

TEST_CASE("what has no port applies to every port, beside what has one") {
    Inspector inspector(set_of(signature_text("none", "x") + signature_text("dns", "x", "ports = [53]")));
    CHECK(found(inspector, tcp, 1, 65535, "x") == Ids{"none"});
    CHECK(found(inspector, tcp, 1, 53, "x") == Ids{"none", "dns"});
    CHECK(inspector.may_match(tcp, 1, 65535));
}

TEST_CASE("a match that ends after end_max is none") {
    Inspector inspector(set_of(signature_text("four", "530", "end_max = 4") + signature_text("any", "530")));
    CHECK(found(inspector, tcp, 1, 2, "530") == Ids{"four", "any"});
    CHECK(found(inspector, tcp, 1, 2, " 530") == Ids{"four", "any"});
    CHECK(found(inspector, tcp, 1, 2, "  530") == Ids{"any"});
}

TEST_CASE("flags: caseless, lines that begin anywhere, and a dot that ends at a line's end") {
    Inspector inspector(set_of(signature_text("plain", "^ab.c") +
                               signature_text("caseless", "^ab.c", "flags = [\"caseless\"]") +
                               signature_text("lines", "^ab.c", "flags = [\"multiline\"]") +
                               signature_text("line", "^ab.c", "flags = [\"one_line\"]")));
    CHECK(found(inspector, tcp, 1, 2, "ab.c") == Ids{"plain", "caseless", "lines", "line"});
    CHECK(found(inspector, tcp, 1, 2, "AB.C") == Ids{"caseless"});
    CHECK(found(inspector, tcp, 1, 2, "x\nab.c") == Ids{"lines"});
    CHECK(found(inspector, tcp, 1, 2, "ab\nc") == Ids{"plain", "caseless", "lines"});
}

TEST_CASE("patterns are bytes: a zero and what is no UTF-8 match") {
    Inspector inspector(set_of(signature_text("bytes", "^\\x00\\xff\\xfeSMB")));
    CHECK(found(inspector, tcp, 1, 2, std::string("\0\xff\xfeSMB", 6)) == Ids{"bytes"});
}

TEST_CASE("of more matches than room all are counted, and no room is none too little") {
    std::string text;
    for (int i = 0; i < 10; ++i) text += signature_text("s" + std::to_string(i), "x");
    Inspector inspector(set_of(text));
    std::array<SignatureIndex, 4> room{};
    room.fill(99);
    CHECK(inspector.inspect(tcp, 1, 2, bytes_of("x"), std::span(room).first(3)) == 10);
    CHECK(std::is_sorted(room.begin(), room.begin() + 3));
    for (int i = 0; i < 3; ++i) CHECK(room[static_cast<std::size_t>(i)] < 10);
    CHECK(room[3] == 99);
    CHECK(inspector.inspect(tcp, 1, 2, bytes_of("x"), {}) == 10);
}

TEST_CASE("a payload is looked at up to its 1,024th byte, and not beyond") {
    static_assert(Inspector::payload_bytes_max == 1'024);
    Inspector inspector(set_of(signature_text("end", "end")));
    CHECK(found(inspector, tcp, 1, 2, std::string(1'021, '.') + "end") == Ids{"end"});
    CHECK(found(inspector, tcp, 1, 2, std::string(1'022, '.') + "end").empty());
    CHECK(found(inspector, tcp, 1, 2, std::string(5'000, '.') + "end").empty());
    CHECK(found(inspector, tcp, 1, 2, "").empty());
}

TEST_CASE("a signature that matches once in a payload is found once, however often it stands there") {
    Inspector inspector(set_of(signature_text("a", "x") + signature_text("b", "y", "ports = [7]")));
    CHECK(found(inspector, tcp, 1, 7, "xxyyxx") == Ids{"a", "b"});
}

TEST_CASE("a signature that does not match its own payloads, or matches those it must not, fails by name") {
    const std::string ports = "ports = [53]\nsender = \"responder\"";
    const auto wrong = set_of(signature_text("wrong", "^y", ports) + signature_text("right", "^x", ports));
    const SignatureCheck check = check_signatures(wrong);
    CHECK(check.payloads == 4);
    CHECK(check.failures == std::vector<std::string>{"a.toml:1: wrong: matches[1]: is not matched",
                                                     "a.toml:1: wrong: differs[1]: is matched"});
}
