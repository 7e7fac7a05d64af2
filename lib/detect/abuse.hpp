// SPDX-License-Identifier: BSD-3-Clause
// Abuse: what the payload of a host's flows says of it, and logins that it tries again and again. A match of a
// signature is a fact about a flow; only so many of them, with so many others, within so long, are a case
// (AbuseOptions), and only those in which the host plays the part that is abuse: who attacks by brute force, for
// example, began the flow, so a server whose logins are guessed is never accused. Owned by the control core.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "detect/abuse_case.hpp"
#include "detect/login_sessions.hpp"
#include "detect/scan_case.hpp"
#include "detect/signature_note.hpp"

namespace flowlock {

class AbuseDetector {
public:
    // Hosts and kinds, and their sightings and flows, that are remembered; beyond, matches are passed over.
    static constexpr std::size_t suspects_max = 100'000;
    static constexpr std::size_t entries_max = 2'000'000;

    // The store outlives the detector, and so do the notes, which know a set before the first epoch with its matches.
    AbuseDetector(const AbuseOptions& options, const FlowStore& flows, const SignatureNotes& notes,
                  ScanCaseLimits limits)
        : options_(options), flows_(flows), notes_(notes), limits_(limits), logins_(options.logins, flows) {}

    // Judges the next epoch. Findings of cases that closed are appended to `findings`.
    void advance(const MergedEpoch& epoch, std::vector<Finding>& findings);
    // Between two epochs. Open cases stay, unless abuse, or their kind, is switched off.
    void change_options(const AbuseOptions& options, ScanCaseLimits limits, std::vector<Finding>& findings);
    // Closes the cases of hosts that are not in these networks.
    void close_outside(const PrefixSet& internal, std::vector<Finding>& findings);
    // Calls act(finding, figures) for each open case: what it was opened as, and a function that returns the
    // finding with the figures it has now.
    template <class Act>
    void for_each_open(Act&& act) {
        for (auto& entry : suspects_)
            if (AbuseCase& suspect = entry.second; suspect.is_open())
                act(suspect.opened_as(), [&] { return figures_of(suspect); });
    }
    // No more epochs will come: what is open is appended.
    void finish(std::vector<Finding>& findings);
    // Matches for which there was no room.
    std::uint64_t untracked() const noexcept { return untracked_; }

private:
    using Key = std::pair<IpAddress, Kind>;

    void see(const FlowMatch& match, TapView view);
    void add(const Key& key, const Sighting& sighting);
    void add_to_known(const Sighting& sighting);
    void add_logins(const MergedEpoch& epoch);
    void judge(const Key& key, AbuseCase& suspect);
    void open(const Key& key, AbuseCase& suspect, Trigger trigger);
    void close(AbuseCase& suspect, std::optional<Time> closed, std::vector<Finding>& findings);
    void end_quiet(std::vector<Finding>& findings);
    template <class Which>
    void close_all(Which which, std::vector<Finding>& findings);
    Finding figures_of(AbuseCase& suspect) const;
    void add_flows(const AbuseCase& suspect, Finding& finding) const;

    AbuseOptions options_;
    const FlowStore& flows_;
    const SignatureNotes& notes_;
    ScanCaseLimits limits_;
    LoginSessions logins_;
    std::map<Key, AbuseCase> suspects_;
    std::uint64_t untracked_ = 0;
    std::uint64_t cases_opened_ = 0;
    std::size_t entries_ = 0;  // of all suspects
    std::int64_t now_s_ = 0;   // end of the newest epoch
    bool started_ = false;
};

}  // namespace flowlock
