// SPDX-License-Identifier: BSD-3-Clause
// A signature: what a payload looks like that says something about who sends it. docs/signatures.md explains each
// field to those who write them. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowlock {

// What it says of a host.
enum class SignatureCategory : std::uint8_t {
    amplification,  // asks a reflector, or is its answer
    brute_force,    // a login fails, or is tried by a tool
    c2,             // malware is told what to do
    exploit,        // tries to break in
    malware,        // is malware, or what loads it
    mining,         // mines cryptocurrency
    p2p,            // shares files
    phishing,       // gives credentials away on a forged page
    sip_scan,       // looks for telephone systems
    tool            // names a program; accuses nobody
};
std::string_view name_of(SignatureCategory category);

// Who sends it.
enum class PayloadSender : std::uint8_t { any, initiator, responder };
enum class PayloadDirection : std::uint8_t { any, out, in };  // out: from an internal host
enum class PayloadProtocol : std::uint8_t { any, tcp, udp };
// Low: innocent hosts send it, too, so it is shown beside what counts.
enum class SignatureSeverity : std::uint8_t { low, high };

struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;

    friend bool operator==(const PortRange&, const PortRange&) = default;
};

struct Signature {
    std::string id;  // letters, digits, "-", "_" and "."; unique
    SignatureCategory category = SignatureCategory::tool;
    std::string words;      // what it is, in one line
    std::string reference;  // where that is described
    // It is there when one of these is: PCRE, as far as Hyperscan goes; bytes, not characters.
    std::vector<std::string> patterns{};
    bool caseless = false;
    bool dotall = true;  // "." is any byte, also a line's end
    bool multiline = false;
    PayloadProtocol protocol = PayloadProtocol::any;
    std::vector<PortRange> ports{};  // of the responder; none: any
    PayloadSender sender = PayloadSender::any;
    PayloadDirection direction = PayloadDirection::any;
    std::uint32_t end_max = 0;  // the match ends at this offset of the payload at the latest; 0: anywhere
    SignatureSeverity severity = SignatureSeverity::high;
    std::vector<std::vector<std::byte>> matches{};  // payloads that it must match …
    std::vector<std::vector<std::byte>> differs{};  // … and must not
    std::string file{};                             // where it stands
    std::uint32_t line = 0;

    // Whether one of these ports is the responder's, as far as is known who that is.
    bool has_port(std::uint16_t source, std::uint16_t destination) const noexcept {
        if (ports.empty()) return true;
        const auto is_in = [&](std::uint16_t port) {
            for (const PortRange& range : ports)
                if (port >= range.first && port <= range.last) return true;
            return false;
        };
        return (sender != PayloadSender::initiator && is_in(source)) ||
               (sender != PayloadSender::responder && is_in(destination));
    }
};

}  // namespace flowlock
