// SPDX-License-Identifier: BSD-3-Clause
// An abuse detector on the stage: packets and what matched in them in, findings out.
#pragma once

#include <string>
#include <vector>

#include "detect/abuse.hpp"
#include "detect/payload_witness.hpp"
#include "lab.hpp"

namespace flowlock::test {

// The signatures of set 1, by number.
enum Signed : std::uint16_t {
    miner,
    pool,
    failed_login,
    login_library,
    exploit_try,
    form_post,
    torrent,
    tool,
    reflected
};

inline std::vector<SignatureNote> notes() {
    const auto note = [](const char* name, std::optional<Kind> kind, SignatureSide side,
                         bool decisive = true) {
        return SignatureNote{.name = name,
                             .words = std::string("what ") + name + " is",
                             .reference = "RFC 1",
                             .kind = kind,
                             .side = side,
                             .direction = {},
                             .decisive = decisive};
    };
    return {note("miner", Kind::mining, SignatureSide::initiator),
            note("pool", Kind::mining, SignatureSide::responder),
            note("failed-login", Kind::brute_force, SignatureSide::responder),
            note("login-library", Kind::brute_force, SignatureSide::initiator, false),
            note("exploit-try", Kind::exploit, SignatureSide::initiator),
            note("form-post", Kind::phishing, SignatureSide::initiator),
            note("torrent", Kind::p2p, SignatureSide::any),
            note("tool", std::nullopt, SignatureSide::any),
            note("reflected", Kind::amplification, SignatureSide::responder)};
}

// The hosts of 10.0.0.0/8 are internal.
struct AbuseStage {
    explicit AbuseStage(const AbuseOptions& abuse = {}) : options(abuse) { signatures.add(1, notes()); }

    // Whatever a packet carries stands beside it.
    void says(Sent sent, Signed signature) {
        packets.push_back(sent);
        said.emplace_back(sent, signature);
    }
    // A TCP connection, in which the initiator says it, and then the responder; no signature: only an ACK.
    void talk(const std::string& from, const std::string& to, std::uint16_t from_port, std::uint16_t to_port,
              std::optional<Signed> initiator, std::optional<Signed> responder) {
        const Sent there{.from = from, .to = to, .from_port = from_port, .to_port = to_port, .flags = 0x02};
        Sent back{.from = to, .to = from, .from_port = to_port, .to_port = from_port, .flags = 0x12};
        packets.push_back(there);
        packets.push_back(back);
        Sent data = there;
        data.flags = back.flags = 0x18;
        if (initiator) says(data, *initiator);
        if (responder) says(back, *responder);
    }
    void epoch(std::int64_t start_s) {
        for (Sent& packet : packets) packet.time_ns += start_s * second_ns;
        std::vector<ContentMatch> matches;
        for (auto& [sent, signature] : said) {
            sent.time_ns += start_s * second_ns;
            matches.push_back(matched(sent, signature));
        }
        const MergedEpoch& epoch = lab.epoch(start_s, packets, {}, matches);
        detector.advance(epoch, findings);
        witness.advance(epoch);
        packets.clear();
        said.clear();
    }
    std::vector<Finding>& finish() {
        detector.finish(findings);
        return findings;
    }
    int open() {
        int open = 0;
        detector.for_each_open([&](const Finding&, auto) { ++open; });
        return open;
    }

    Lab lab{2, 1'000'000, 65536};
    AbuseOptions options;
    SignatureNotes signatures;
    PayloadWitness witness{options, signatures, lab.flows};
    AbuseDetector detector{options, lab.flows, signatures, {.targets_max = 500, .externals_max = 100}};
    std::vector<Sent> packets;
    std::vector<std::pair<Sent, Signed>> said;
    std::vector<Finding> findings;
};

}  // namespace flowlock::test
