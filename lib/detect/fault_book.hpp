// SPDX-License-Identifier: BSD-3-Clause
// Wrong configuration as events: who did how much of what, and when. Adds the events of each subject up over its
// sliding window, opens a case where they reach the rule's number, and keeps what proves it. Bounded; owned by the
// control core.
#pragma once

#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hardware_address.hpp"
#include "detect/finding.hpp"

namespace flowlock {

// Whom events are about: a station, an address, or both; what is not known is 0.
struct FaultSubject {
    Kind kind = Kind::spoofed_source;
    HardwareAddress station;
    IpAddress address;

    friend bool operator==(const FaultSubject&, const FaultSubject&) = default;
    friend auto operator<=>(const FaultSubject&, const FaultSubject&) = default;
};

// What is reported of events that are alike.
struct FaultFact {
    const char* name;  // of static storage
    IpAddress address;
    IpAddress other;
    HardwareAddress hardware;

    friend auto operator<=>(const FaultFact& a, const FaultFact& b) {
        if (const auto order = std::string_view(a.name) <=> std::string_view(b.name); order != 0)
            return order;
        if (const auto order = a.address <=> b.address; order != 0) return order;
        if (const auto order = a.other <=> b.other; order != 0) return order;
        return a.hardware <=> b.hardware;
    }
    friend bool operator==(const FaultFact& a, const FaultFact& b) { return (a <=> b) == 0; }
};

struct FaultEvent {
    FaultFact fact;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
    std::uint64_t weight = 1;  // how much it counts: messages, packets
    Traffic traffic;
    std::optional<IpAddress> external{};  // to whom it went; of claims, the address that is contested or used
};

// What a kind needs for a case.
struct FaultRule {
    const char* name = "";  // in reports
    Metric metric = Metric::claims;
    std::uint64_t needed = 0;  // claims: in the window; packets: in a second, on average over it. 0: off
    std::uint32_t window_s = 300;

    std::uint64_t sum_needed() const noexcept {
        return metric == Metric::packets ? needed * window_s : needed;
    }
};

// Whom a case is to name.
struct Accused {
    IpAddress host;
    Scope scope = Scope::host;
    HardwareAddress hardware;  // none: not known
    Confidence confidence = Confidence::high;
};

class FaultBook {
public:
    static constexpr std::size_t subjects_max = 20'000;
    // Over all subjects; some 100 bytes each. Of one subject, 4,096 of each at most.
    static constexpr std::size_t entries_max = 1'000'000;
    static constexpr std::size_t entries_each_max = 4'096;

    // Counts an event in the epoch that began at epoch_s.
    void add(const FaultSubject& subject, const FaultEvent& event, const FaultRule& rule,
             std::int64_t epoch_s);
    // The same, but it counts as often only as there are networks in its window.
    void add_network(const FaultSubject& subject, const IpAddress& network, FaultEvent event,
                     const FaultRule& rule, std::int64_t epoch_s);

    // All events of the epoch are in. Opens cases, for whom accuse(subject) names, and closes those that were quiet.
    template <class Accuse>
    void judge(std::int64_t epoch_s, std::int64_t quiet_s, Accuse&& accuse, std::vector<Finding>& ended) {
        for (auto& [subject, watch] : watches_) {
            slide(watch, epoch_s);
            if (watch.finding || watch.rule.needed == 0 || watch.sum < watch.rule.sum_needed()) continue;
            if (const std::optional<Accused> accused = accuse(subject))
                open(subject, watch, *accused, epoch_s);
        }
        close_quiet(epoch_s, quiet_s, ended);
    }

    // Calls act(finding, figures) for each open case, as the other detectors do.
    template <class Act>
    void for_each_open(Act&& act) const {
        for (const auto& [subject, watch] : watches_)
            if (watch.finding) {
                const Watch* of = &watch;
                act(*watch.finding, [this, of] { return figures_now(*of); });
            }
    }
    // Closes the cases for which is_over(finding) holds, and forgets the events that led to them.
    template <class IsOver>
    void close_if(IsOver&& is_over, std::vector<Finding>& ended) {
        for (auto at = watches_.begin(); at != watches_.end();) {
            const Watch& watch = at->second;
            const bool over = watch.finding && is_over(*watch.finding);
            if (over) close(watch, ended);
            at = over ? forget(at) : std::next(at);
        }
    }
    // Closes all. What happened in the newest epoch is said to go on when the input has ended.
    void close_all(std::vector<Finding>& ended, bool input_ended, std::int64_t epoch_s);
    void change_externals_max(std::uint32_t externals_max) noexcept { externals_max_ = externals_max; }
    bool has_open(Kind kind, HardwareAddress station) const;
    // Events of subjects for which there was no room.
    std::uint64_t untracked() const noexcept { return untracked_; }

private:
    struct Count {
        std::uint64_t count = 0;
        std::int64_t first_ns = 0;
        std::int64_t last_ns = 0;
    };
    struct Watch {
        FaultRule rule;
        std::deque<std::pair<std::int64_t, std::uint64_t>> seconds;  // of the window: epoch and weight
        std::uint64_t sum = 0;
        std::uint64_t peak = 0;
        std::int64_t last_s = 0;  // epoch of the newest event
        std::int64_t first_ns = 0;
        std::int64_t last_ns = 0;
        Traffic totals;
        std::map<FaultFact, Count> facts;
        std::map<IpAddress, Traffic> externals;
        std::map<IpAddress, std::int64_t> networks;  // when it was counted
        std::optional<Finding> finding;              // as opened

        std::size_t entries() const { return facts.size() + externals.size() + networks.size(); }
    };

    Watch* find_or_add(const FaultSubject& subject, const FaultRule& rule);
    void add(Watch& watch, const FaultEvent& event, std::int64_t epoch_s);
    bool has_room(std::size_t used) const noexcept {
        return entries_ < entries_max && used < entries_each_max;
    }
    static void slide(Watch& watch, std::int64_t epoch_s);
    void open(const FaultSubject& subject, Watch& watch, const Accused& accused, std::int64_t epoch_s);
    void close_quiet(std::int64_t epoch_s, std::int64_t quiet_s, std::vector<Finding>& ended);
    void close(const Watch& watch, std::vector<Finding>& ended, bool goes_on = false) const;
    std::map<FaultSubject, Watch>::iterator forget(std::map<FaultSubject, Watch>::iterator at);
    Finding figures_now(const Watch& watch) const;

    std::map<FaultSubject, Watch> watches_;
    std::size_t entries_ = 0;
    std::uint64_t untracked_ = 0;
    std::uint64_t cases_opened_ = 0;
    std::uint32_t externals_max_ = 100;
};

}  // namespace flowlock
