// SPDX-License-Identifier: BSD-3-Clause
#include "content/signature_file.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "signature_texts.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

// What is said of a signature whose lines 8 and following are these.
std::string said_of(const std::string& more) {
    const SignatureFiles files = read(signature_text("a", "x", more));
    REQUIRE(files.mistakes.size() == 1);
    CHECK(files.signatures.empty());
    return files.mistakes[0];
}

// What is said of a signature in which `line` stands instead of the one that begins so.
std::string said_instead(const std::string& begin, const std::string& line) {
    std::string text = signature_text("a", "x");
    const std::size_t at = text.find("\n" + begin) + 1;
    text.replace(at, text.find('\n', at) - at, line);
    const SignatureFiles files = read(text);
    REQUIRE(files.mistakes.size() == 1);
    CHECK(files.signatures.empty());
    return files.mistakes[0];
}

}  // namespace

TEST_CASE("a signature has what its file says of it, and where that stands") {
    const SignatureFiles files = read(R"(# a comment
[[signature]]
id = "mail-x.1"
category = "brute_force"
words = "a login fails"
reference = "RFC 1"
pattern = '^5\d\d'
flags = ["caseless", "multiline", "one_line"]
protocol = "tcp"
ports = [25, "6881-6889"]
sender = "responder"
direction = "in"
severity = "low"
end_max = 4
matches = ["535 no\r\n", "hex:35 33 3500"]
differs = ["235 yes", "HEX:00"]
)");
    CHECK(files.mistakes == std::vector<std::string>{});
    REQUIRE(files.signatures.size() == 1);
    const Signature& signature = files.signatures[0];
    CHECK(signature.id == "mail-x.1");
    CHECK(signature.category == SignatureCategory::brute_force);
    CHECK(signature.words == "a login fails");
    CHECK(signature.reference == "RFC 1");
    CHECK(signature.patterns == std::vector<std::string>{"^5\\d\\d"});
    CHECK(signature.caseless);
    CHECK(signature.multiline);
    CHECK_FALSE(signature.dotall);
    CHECK(signature.protocol == PayloadProtocol::tcp);
    CHECK(signature.ports == std::vector<PortRange>{{25, 25}, {6881, 6889}});
    CHECK(signature.sender == PayloadSender::responder);
    CHECK(signature.direction == PayloadDirection::in);
    CHECK(signature.severity == SignatureSeverity::low);
    CHECK(signature.end_max == 4);
    REQUIRE(signature.matches.size() == 2);
    CHECK(signature.matches[0] == bytes_of("535 no\r\n"));
    CHECK(signature.matches[1] == bytes_of(std::string("535\0", 4)));
    CHECK(signature.differs == std::vector<std::vector<std::byte>>{bytes_of("235 yes"), bytes_of("HEX:00")});
    CHECK(signature.file == "a.toml");
    CHECK(signature.line == 2);
}

TEST_CASE("what a signature leaves out is the widest: any protocol, port, sender and direction, and severe") {
    const SignatureFiles files = read(signature_text("a", "x"));
    REQUIRE(files.signatures.size() == 1);
    const Signature& signature = files.signatures[0];
    CHECK(signature.protocol == PayloadProtocol::any);
    CHECK(signature.ports.empty());
    CHECK(signature.sender == PayloadSender::any);
    CHECK(signature.direction == PayloadDirection::any);
    CHECK(signature.severity == SignatureSeverity::high);
    CHECK(signature.end_max == 0);
    CHECK_FALSE(signature.caseless);
    CHECK(signature.dotall);
}

TEST_CASE("each mistake is named with its file, line, key and how to mend it, and the signature left out") {
    const std::string place = "a.toml:9: signature[1].";
    const auto is = [&](const std::string& said, const std::string& wanted) {
        INFO(said);
        CHECK(said.starts_with("a.toml:"));
        CHECK(said.find(": signature[1]." + wanted) != std::string::npos);
    };
    CHECK(said_of("ports = []")
              .starts_with("a.toml:9: signature[1].ports: is no list of 1 to 100 ports; write"));
    is(said_of("ports = [0]"), "ports: has no port there; write 53");
    is(said_of("ports = [65536]"), "ports: has no port there");
    is(said_of("ports = [\"9-8\"]"), "ports: has no port there");
    is(said_of("ports = [\"1-65536\"]"), "ports: has no port there");
    is(said_of("ports = [\"80\"]"), "ports: has no port there");
    is(said_of("ports = [true]"), "ports: has no port there");
    is(said_of("protocol = \"icmp\""), "protocol: is \"icmp\"; write one of \"any\", \"tcp\", \"udp\"");
    is(said_of("protocol = 6"), "protocol: is no string; write one of");
    is(said_of("sender = \"client\""),
       "sender: is \"client\"; write one of \"any\", \"initiator\", \"responder\"");
    is(said_of("direction = \"up\""), "direction: is \"up\"; write one of \"any\", \"out\", \"in\"");
    is(said_of("severity = 3"), "severity: is no string; write one of \"low\", \"high\"");
    is(said_of("end_max = 0"), "end_max: is no offset; write a whole number from 1 to 65_535");
    is(said_of("end_max = 1.5"), "end_max: is no offset");
    is(said_of("flags = \"caseless\""), "flags: is no array");
    is(said_of("flags = [\"dotall\"]"), "flags: has \"dotall\"; write \"caseless\"");
    is(said_of("colour = \"red\""), "colour: is not known; known are id, category");
    is(said_instead("id", "id = \"a b\""), "id: is no name; write 1 to 64 letters");
    is(said_instead("id", "id = \"" + std::string(65, 'a') + "\""), "id: is no name");
    is(said_instead("category", "category = \"evil\""),
       "category: is \"evil\"; write one of \"amplification\"");
    is(said_instead("words", "words = \"\""), "words: is not a line of text");
    is(said_instead("words", "words = \"a\\nb\""), "words: is not a line of text");
    is(said_instead("reference", "reference = 7"), "reference: is not a line of text");
    is(said_instead("pattern", "pattern = ''"), "pattern: is no pattern; write a string of 1 to 4096 bytes");
    is(said_instead("pattern", "pattern = \"a\\u0000b\""), "pattern: is no pattern");
    is(said_instead("pattern", "pattern = '" + std::string(4097, 'a') + "'"), "pattern: is no pattern");
    is(said_instead("pattern", "pattern = []"), "pattern: is no list of 1 to 100 patterns");
    is(said_instead("pattern", "pattern = ['a', '']"), "pattern: is no pattern; write a string");
    is(said_instead("matches", "matches = []"), "matches: is no list of 1 to 100 payloads");
    is(said_instead("matches", "matches = [\"hex:1\"]"), "matches: has no payload there");
    is(said_instead("matches", "matches = [\"hex:1g\"]"), "matches: has no payload there");
    is(said_instead("differs", "differs = [7]"), "differs: has no payload there");
    is(said_instead("differs", "differs = [\"" + std::string(4097, 'a') + "\"]"),
       "differs: has no payload there");
}

TEST_CASE("a key that every signature has is missed by name") {
    for (const std::string key : {"id", "category", "words", "reference", "pattern", "matches", "differs"})
        CHECK(said_instead(key + " ", "# none") ==
              "a.toml:1: signature[1]." + key + ": is missing; every signature has one");
}

TEST_CASE("a mistake in one signature leaves the others of its file alone") {
    const SignatureFiles files = read(signature_text("a", "x", "end_max = -1") + signature_text("b", "x"));
    CHECK(files.mistakes.size() == 1);
    REQUIRE(files.signatures.size() == 1);
    CHECK(files.signatures[0].id == "b");
    CHECK(files.signatures[0].line == 10);
}

TEST_CASE("of two signatures with one id the first counts, also when they are in two files") {
    SignatureFiles files = read(signature_text("a", "x") + signature_text("a", "z"));
    CHECK(files.mistakes ==
          std::vector<std::string>{"a.toml:10: signature[2].id: there is another \"a\"; rename one of them"});
    read_signatures(signature_text("a", "zz"), "b.toml", files);
    REQUIRE(files.mistakes.size() == 2);
    CHECK(files.mistakes[1] == "b.toml:1: signature[1].id: there is another \"a\"; rename one of them");
    REQUIRE(files.signatures.size() == 1);
    CHECK(files.signatures[0].patterns == std::vector<std::string>{"x"});
}

TEST_CASE("what is no list of signatures is named, and what is no TOML, with its line") {
    CHECK(read("\nsignatures = 3\n").mistakes ==
          std::vector<std::string>{"a.toml:2: signatures: is not known; a file has only [[signature]]"});
    CHECK(read("[signature]\nid = \"a\"\n").mistakes ==
          std::vector<std::string>{"a.toml:1: signature: is not known; a file has only [[signature]]"});
    const SignatureFiles broken = read("[[signature]]\nid = \n");
    REQUIRE(broken.mistakes.size() == 1);
    CHECK(broken.mistakes[0].starts_with("a.toml:2: is no TOML: "));
    CHECK(read("").mistakes.empty());
    CHECK(read(std::string(signature_file_bytes_max + 1, '\n')).mistakes ==
          std::vector<std::string>{"a.toml: is larger than 4 MiB; split it"});
}

TEST_CASE("text from outside is shown so that a terminal does nothing of it") {
    CHECK(said_of("protocol = \"\\u001b[2Jx\"").find("is \"?[2Jx\"") != std::string::npos);
}

TEST_CASE(
    "a folder's files are read in the order of their names, others not, and a missing folder is named") {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("flowlock-signatures-" + std::to_string(Catch::rngSeed()));
    std::filesystem::create_directories(folder / "c.toml");
    std::ofstream(folder / "b.toml") << signature_text("b", "x");
    std::ofstream(folder / "a.toml") << signature_text("a", "x");
    std::ofstream(folder / "readme.txt") << "no TOML";
    SignatureFiles files;
    read_signature_folder(folder.string(), files);
    std::filesystem::remove_all(folder);
    REQUIRE(files.signatures.size() == 2);
    CHECK(files.signatures[0].id == "a");
    CHECK(files.signatures[1].id == "b");
    CHECK(files.signatures[1].file == (folder / "b.toml").string());
    INFO("a folder that is called like a file is no file");
    CHECK(files.mistakes.size() <= 1);

    SignatureFiles none;
    read_signature_folder(folder.string(), none);
    REQUIRE(none.mistakes.size() == 1);
    CHECK(none.mistakes[0].starts_with(folder.string() + ": cannot be read: "));
}
