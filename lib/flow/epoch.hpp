// SPDX-License-Identifier: BSD-3-Clause
// What a worker hands to the control core: everything it saw in one epoch, or in a part of one when its flow
// table was full. Owned by the worker until it is moved through the ring, by the control core until it comes
// back empty.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "base/time.hpp"
#include "flow/flow_table.hpp"
#include "flow/head_sample.hpp"
#include "flow/match_list.hpp"
#include "flow/notice_list.hpp"
#include "flow/overflow.hpp"
#include "flow/packet_sample.hpp"
#include "flow/tick_scale.hpp"
#include "flow/unreachable_list.hpp"
#include "packet/outcome.hpp"

namespace flowlock {

// The length of an epoch, and so the step of every window.
constexpr std::chrono::seconds epoch_length{1};

inline Time end_of_epoch(std::int64_t start_s) {
    return Time{std::chrono::seconds{start_s} + epoch_length};
}

// Names an epoch. Sequence numbers grow by one with each epoch that has packets, on all workers alike. The
// start usually grows, too, but jumps with the packet clock, and goes back when that is set back.
struct EpochName {
    std::uint64_t sequence = 0;
    std::int64_t start_s = 0;  // seconds since 1970; the epoch ends epoch_length later

    friend bool operator==(const EpochName&, const EpochName&) = default;
};

// What bounds an epoch's memory.
struct EpochSizes {
    std::uint32_t flows = 65'536;  // a power of two
    std::uint32_t hosts = 0;       // of the overflow, a power of two; 0: there is none, as in a replay
    bool heads = false;            // packets are kept as evidence: 2 MB
};

struct Epoch {
    Epoch(const EpochSizes& sizes, const PrefixSet& internal, const HashKey& secret)
        : flows(sizes.flows, secret), notices(secret) {
        if (sizes.heads) heads = std::make_unique<HeadSample>();
        if (sizes.hosts == 0) return;
        overflow.emplace(sizes.hosts, internal, secret);
        sample = std::make_unique<PacketSample>();
    }

    FlowTable flows;
    std::optional<Overflow> overflow;  // what did not fit `flows`
    UnreachableList unreachables;
    MatchList matches;
    NoticeList notices;
    std::unique_ptr<HeadSample> heads;     // null: no evidence is kept
    std::unique_ptr<PacketSample> sample;  // live, as the overflow
    unsigned sample_level = 0;             // set by the control core when it gives the epoch back
    std::uint32_t networks = 0;  // which internal networks it counts by: the channel's number for them
    Tally tally;
    std::int64_t first_ns =
        std::numeric_limits<std::int64_t>::max();  // over all packets, whatever their outcome
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
    EpochName name;
    // Before this sequence number nothing more will come from this worker; the name's own when this is only a
    // part.
    std::uint64_t next_sequence = 0;
    // Live: how the worker that fills it tells time; set by the control core when it gives the epoch back.
    TickScale scale;
    // It went on beyond its end, because the control core had not given back an empty one.
    bool late = false;

    // Empty and open. Packets up to a second older than the epoch's start are counted in it, so the table's
    // time begins there.
    void begin(const EpochName& epoch_name) noexcept {
        constexpr std::int64_t second_min = std::numeric_limits<std::int64_t>::min() / ns_per_second;
        name = epoch_name;
        if (sample) sample->begin(sample_level, name.sequence);
        flows.set_time_base(name.start_s <= second_min ? std::numeric_limits<std::int64_t>::min()
                                                       : (name.start_s - 1) * ns_per_second);
    }
    void prefault() noexcept {
        flows.prefault();
        unreachables.prefault();
        matches.prefault();
        notices.prefault();
        if (overflow) overflow->prefault();
        if (heads) heads->prefault();
    }
    void clear() noexcept {
        flows.clear();
        unreachables.clear();
        matches.clear();
        notices.clear();
        if (overflow) overflow->clear();
        if (sample) sample->clear();
        tally = {};
        first_ns = std::numeric_limits<std::int64_t>::max();
        last_ns = std::numeric_limits<std::int64_t>::min();
        late = false;
    }
};

}  // namespace flowlock
