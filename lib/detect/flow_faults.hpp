// SPDX-License-Identifier: BSD-3-Clause
// Wrong configuration that shows in flows: sources that are forged or may not be on a wire, destinations that nobody has,
// foreign addresses, and broadcasts. Looks at a merged epoch's flows and puts what is wrong into the book of faults.
// What is said does not depend on the order of flows. Owned by the control core.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "detect/fault_book.hpp"
#include "detect/fault_options.hpp"
#include "detect/stations.hpp"
#include "flow/merge.hpp"

namespace flowlock {

class FlowFaults {
public:
    // Networks that send from here and are answered.
    static constexpr std::size_t networks_max = 65'536;
    // Flows of an epoch that wait for an answer.
    static constexpr std::size_t waiting_max = 1'000'000;

    // All outlive it.
    FlowFaults(const FaultOptions& options, const FlowStore& flows, const HostTable& hosts,
               Stations& stations, FaultBook& book)
        : options_(options), flows_(flows), hosts_(hosts), stations_(stations), book_(book) {
        take_networks();
    }

    void advance(const MergedEpoch& epoch);
    // No more epochs will come: what waits is judged as it stands.
    void finish() { judge(waiting_, waiting_s_); }
    // The internal networks, or the options, have changed.
    void take_networks();
    void clear();
    FaultRule storm_rule() const;

private:
    // Packets of an epoch that may be wrong.
    struct Suspicious {
        std::int64_t first_ns;
        std::int64_t last_ns;
        IpAddress source;
        IpAddress destination;
        HardwareAddress station;
        Traffic traffic;

        auto order() const {
            return std::tuple(first_ns, source, destination, station, traffic.packets, traffic.bytes);
        }
    };

    void look_at(const MergedEpoch& epoch);
    void look_at_begun(const FlowDelta& delta, HostId outsiders, std::int64_t now_s);
    void look_at_outside(const FlowDelta& delta, const FlowRecord& flow);
    void look_at_unanswered(const FlowDelta& delta, unsigned sender);
    static Suspicious sent_now(const FlowDelta& delta, const FlowRecord& flow, unsigned sender);
    static FaultEvent event_of(const Suspicious& packets, const FaultFact& fact,
                               const std::optional<IpAddress>& external, Metric metric);
    void judge(std::vector<FlowId>& waiting, std::int64_t epoch_s);
    void accuse_forged(std::int64_t epoch_s);
    void accuse_martians(std::int64_t epoch_s);
    void accuse_bogons(std::int64_t epoch_s);
    void accuse_floods(std::int64_t epoch_s);
    void accuse_foreign(std::int64_t epoch_s);
    bool is_martian(const IpAddress& address) const { return martians_.contains(address); }

    const FaultOptions& options_;
    const FlowStore& flows_;
    const HostTable& hosts_;
    Stations& stations_;
    FaultBook& book_;
    PrefixSet martians_;  // sources that may not be on a wire
    PrefixSet special_;   // neither forged when they are sources, nor worth a lock alone
    PrefixSet bogons_;    // destinations that nobody has
    PrefixSet to_all_;    // destinations that every station of a segment receives

    std::vector<FlowId> waiting_;  // begun in the newest epoch, to be judged when answers had time to come
    std::vector<FlowId> judged_;   // … in the one before
    std::int64_t waiting_s_ = 0;
    bool sees_answers_ = false;     // in the last two epochs
    std::set<IpAddress> answered_;  // networks (network_around) of external senders who are answered
    std::vector<Suspicious> forged_, martian_, bogon_, flood_, foreign_;  // scratch of an epoch
};

}  // namespace flowlock
