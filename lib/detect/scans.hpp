// SPDX-License-Identifier: BSD-3-Clause
// Scans: internal hosts that try to reach many targets which do not answer, or which they have no business with.
// docs/scan-detection.md explains the method; in short:
//
// Every attempt of an internal host (contact.hpp) waits for its answer and is then counted for its host, in a
// few hundred bytes (host_watch.hpp). A host that fails often becomes a suspect (suspect.hpp): its attempts of
// the last window are taken from the flow store, and from then on it has exact contacts, on three time scales.
// Verdicts are only passed on those, so what a report says is exact. Owned by the control core.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "detect/finding.hpp"
#include "detect/host_watch.hpp"
#include "detect/scan_case.hpp"
#include "detect/scan_options.hpp"
#include "detect/special_networks.hpp"
#include "detect/suspect.hpp"
#include "flow/merge.hpp"

namespace flowlock {

class ScanDetector {
public:
    // The stores outlive the detector; targets_max and externals_max as in ReportOptions.
    ScanDetector(const ScanOptions& options, const FlowStore& flows, const HostTable& hosts,
                 const HashKey& secret, ScanCaseLimits limits);

    // Judges the next epoch. Findings of cases that closed are appended to `findings`.
    void advance(const MergedEpoch& epoch, std::vector<Finding>& findings);
    // Between two epochs. Contacts and open cases stay, unless scans are switched off.
    void change_options(const ScanOptions& options, ScanCaseLimits limits, std::vector<Finding>& findings);
    // Closes the cases of hosts that are not in these networks, before flows are judged by them.
    void close_outside(const PrefixSet& internal, std::vector<Finding>& findings);
    // Calls act(finding, figures) for each open case: what it was opened as, and a function that returns the
    // finding with the figures it has now.
    template <class Act>
    void for_each_open(Act&& act) const {
        for (const auto& entry : suspects_) entry.second->for_each_open(act);
    }
    // The cases that the last advance() or finish() has closed without a finding, because later answers have
    // cleared them.
    const std::vector<Finding>& withdrawn() const noexcept { return context_.withdrawn; }
    // Suspects that have been found innocent in the last advance() or finish().
    const std::vector<Finding>& exonerated() const noexcept { return context_.exonerated; }
    // No more epochs will come: contacts that still wait are judged as they stand, and what is open is
    // appended.
    void finish(std::vector<Finding>& findings);
    // A suspect's contact refers to this flow; other flows that were last seen before the window are free.
    bool holds(FlowId flow) const noexcept { return context_.chains.holds(flow); }
    // Calls act(host) for each suspect.
    template <class Act>
    void for_each_suspect(Act&& act) const {
        for (const auto& entry : suspects_) act(entry.first);
    }
    bool is_suspect(HostId host) const noexcept { return watch_.suspect(host) != nullptr; }
    // The number will be another host's.
    void forget(HostId host) { watch_.forget(host); }
    // Lets suspects go of flows that were last seen before this time, and forgets who is no suspect any more. Looks
    // at a part, so that `turns` calls see all.
    void settle(std::int64_t ended_before_ns, std::uint32_t turns);
    std::chrono::seconds window() const noexcept { return context_.options.window; }
    std::chrono::milliseconds answer_wait() const noexcept { return context_.options.answer_wait; }
    // First contacts of suspects for which there was no room: their targets are missing in every figure.
    std::uint64_t contacts_untracked() const noexcept { return context_.budget.untracked; }
    std::size_t suspects() const noexcept { return suspects_.size(); }
    std::uint64_t contacts() const noexcept { return context_.budget.used; }

private:
    // Attempts of an epoch that have not been judged, of hosts that were no suspects.
    struct Waiting {
        std::int64_t epoch_s = 0;
        std::vector<FlowId> flows;
    };
    // Handshakes in half a window.
    struct Handshakes {
        std::int64_t turn = 0;
        std::array<ReplyVisibility, 2> halves{};  // this one, and the one before
    };

    void begin(const MergedEpoch& epoch, std::vector<Finding>& findings);
    void hear_late_answers(const MergedEpoch& epoch);
    void add_attempts(const MergedEpoch& epoch);
    void add_attempt(FlowId id, std::int64_t epoch_s);
    void decide_waiting(std::int64_t now_s, bool all);
    [[gnu::always_inline]] void ask_for(FlowId id) const;
    void decide(FlowId id, std::int64_t now_s);
    void count_handshake(const FlowRecord& flow);
    void turn_handshakes();
    void accuse(HostId host, std::int64_t now_s);
    std::vector<FlowId> attempts_of(HostId host, std::int64_t now_s) const;
    void say_bogon(HostId host);
    void drop(HostId host);
    bool take_contacts(HostId for_whom);
    void close_all(Suspect::Ending ending, std::vector<Finding>& findings);
    void forget_all();

    ScanContext context_;
    PrefixSet unanswering_;
    HostWatch watch_;
    std::map<HostId, std::unique_ptr<Suspect>> suspects_;
    std::deque<Waiting> waiting_;
    std::vector<std::pair<std::int64_t, FlowId>> begun_;  // scratch of an epoch: attempts by their time
    Handshakes handshakes_;
    HostId settled_host_ = 0;
    HostId asked_host_ = 0;
    std::int64_t now_s_ = 0;  // start of the newest epoch
    bool started_ = false;
    bool was_incomplete_ = false;  // the last epoch was
};

}  // namespace flowlock
