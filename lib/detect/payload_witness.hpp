// SPDX-License-Identifier: BSD-3-Clause
// What the payload says of a scan or an attack: which signatures matched in the host's flows of its protocol and ports,
// while it went on. So the tool and the vector are named by what they send, not only by the ports they use; and of a scan
// it says how sure it is. It opens and closes no case. Owned by the control core.
#pragma once

#include <cstdint>
#include <deque>
#include <map>

#include "detect/abuse_options.hpp"
#include "detect/signature_note.hpp"
#include "flow/merge.hpp"
#include "packet/reflectors.hpp"

namespace flowlock {

class PayloadWitness {
public:
    // What is longer ago is forgotten, and what is beyond these numbers is not remembered: a case that is older then has
    // counts that begin later than it does, which the times of its facts show.
    static constexpr std::chrono::seconds memory{3600};
    static constexpr std::size_t hosts_max = 100'000;
    static constexpr std::size_t rows_max = 1'000'000;  // 48 bytes each
    static constexpr std::size_t rows_of_host = 10'000;

    // Notes and store outlive it.
    PayloadWitness(const AbuseOptions& options, const SignatureNotes& notes, const FlowStore& flows)
        : options_(options), notes_(notes), flows_(flows) {}

    void advance(const MergedEpoch& epoch);
    void change_options(const AbuseOptions& options);
    // Adds what was seen to the finding's facts, if it is a scan or an attack of one host; of an amplification attack
    // what was seen on that reflector's port. A scan of which the payload
    // shows what it is for, as often as the rule of that kind of abuse asks, is sure. One whose payload is that of
    // peer-to-peer programs, as often, is not: its failures may be those of nodes that have gone.
    void testify(Finding& finding) const;

private:
    // What matched in flows with one port of the other side; a protocol without ports has 0.
    struct Subject {
        SignatureNumber signature;
        ProtocolClass protocol = ProtocolClass::any;
        std::uint16_t port = 0;
        std::uint8_t reflector = no_reflector;  // UDP: whose port is one of the flow's
        bool sent = false;                      // by the host
        bool accuses = false;                   // the host does what the signature is about

        friend auto operator<=>(const Subject&, const Subject&) = default;
    };
    struct Row {  // of one epoch
        Subject subject;
        SignatureCount count;
    };

    void see(const FlowMatch& match, TapView view);
    void keep();
    void forget_before(std::int64_t time_ns);
    static bool concerns(const Finding& finding, const Row& row);
    static bool is_of_vector(const std::string& vector, const Subject& subject);
    Confidence confidence_of(Confidence before, const std::map<Kind, std::uint64_t>& counts) const;

    AbuseOptions options_;
    const SignatureNotes& notes_;
    const FlowStore& flows_;
    std::map<std::pair<IpAddress, Subject>, SignatureCount> newest_;  // scratch of an epoch
    std::map<IpAddress, std::deque<Row>> hosts_;                      // by time
    std::size_t rows_ = 0;
    std::int64_t now_s_ = 0;  // start of the newest epoch
};

}  // namespace flowlock
