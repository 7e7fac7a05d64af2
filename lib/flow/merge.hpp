// SPDX-License-Identifier: BSD-3-Clause
// Joins the epochs of all workers, and the parts of one worker's epoch, into one merged epoch, and stitches
// its flows to those of earlier epochs. What comes out does not depend on how packets were spread over
// workers and parts, but for the order of deltas and new flows, which has no meaning. Owned by the control
// core.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "flow/allowance.hpp"
#include "flow/epoch.hpp"
#include "flow/flow_store.hpp"
#include "flow/host_table.hpp"
#include "flow/traffic_class.hpp"

namespace flowlock {

// What a flow added in one epoch; 0 and 1 are the endpoints of its key. Host, side and protocol are the
// record's: they stand here, too, so that summing up needs no look at the records. But where neither endpoint is
// internal, the host is HostTable's outsiders, and the initiator stands inside.
struct FlowDelta {
    FlowId flow = no_flow;
    HostId host = no_host;
    std::uint8_t inside = 0;
    std::uint8_t protocol = 0;
    std::uint8_t family = 4;
    bool begun = false;                       // the flow was not known before
    std::array<TrafficClass, 2> traffic{};    // of what each endpoint sends: class_of_flow()
    std::array<std::uint8_t, 2> allowance{};  // the record's
    std::array<std::uint64_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{};
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
};
static_assert(sizeof(FlowDelta) == 64, "one flow, one cache line");

// What a host sent or received, in one class of traffic, in flows that did not fit a worker's table or the
// store: exact volume. The flows are counted once per epoch in each direction, so over several epochs they are
// at most so many; those that did not fit a worker's table are an estimate (overflow.hpp).
struct UnrecordedDelta {
    HostId host = no_host;
    bool out = false;  // what it sent; else what it received
    TrafficClass traffic = TrafficClass::other;
    std::uint8_t allowance = 0;  // of flows that did not fit a worker's table always 0
    Traffic volume;
    std::int64_t first_ns = std::numeric_limits<std::int64_t>::max();
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
};

// A signature matched what an endpoint of a flow sent.
struct FlowMatch {
    FlowId flow = no_flow;
    std::uint32_t set = 0;
    std::uint16_t signature = 0;
    std::uint8_t sender = 0;
    std::int64_t time_ns = 0;
};

struct MergedEpoch {
    EpochName name;
    std::uint64_t number = 0;       // of its opening; they grow by one
    std::int64_t last_ns = 0;       // latest packet, whatever its outcome; the smallest number without one
    std::vector<FlowDelta> deltas;  // each flow once
    std::vector<FlowId> new_flows;  // those of the deltas that were not known before
    // Those known before whose external side sent its first packet in this epoch.
    std::vector<FlowId> newly_answered;
    // By time, then key, signature and sender; of flows that are remembered.
    std::vector<FlowMatch> matches;
    // By host, direction, class and allowance.
    std::unordered_map<std::uint64_t, UnrecordedDelta> unrecorded;
    std::vector<TimedNotice> notices;       // by time, then content
    std::vector<GroupFrames> group_frames;  // each sender once, by its address
    // Seconds of traffic in it: one; more, when a worker went on beyond its end, or came late with an older part.
    std::int64_t span_s = epoch_length.count();
    bool incomplete = false;  // a worker stands still: what it has seen, such as answers, is missing
    // As far as the last some thousand TCP handshakes tell; one_way, when what a worker has seen is missing or came late.
    TapView view = TapView::unknown;
};

// What the run amounts to so far.
struct MergeTotals {
    Tally tally;
    std::int64_t first_ns = std::numeric_limits<std::int64_t>::max();
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
    Packets unrecorded;            // packets of flows that did not fit the flow store
    Packets overflowed;            // packets that did not fit a worker's flow table
    Packets unattributed;          // … and neither the table of hosts kept for that case
    Packets unreachables_refused;  // ICMP errors for which a list was full: their flows are not marked
    Inspection inspection;
    Packets notices_refused;  // messages on the link, and frames to all, for which a list was full
    std::uint64_t late = 0;   // epochs that went on beyond their end, or came after it
    std::uint64_t epochs = 0;
    std::uint64_t time_steps = 0;  // how often an epoch started before the one it followed
};

// How the packets of one flow come: in a replay all through one worker, so that the part that is merged first
// is the first. Live, its two directions may have been counted by two workers (two fibres, or a NIC whose
// hash is not symmetric), and are merged in any order.
enum class FlowParts : std::uint8_t { in_order, in_any_order };

class Merger {
public:
    // ICMP errors of one merged epoch, over all workers and parts; a bound of memory that no link reaches.
    static constexpr std::size_t unreachables_max = 1'000'000;
    // … and matches of signatures.
    static constexpr std::size_t matches_max = 1'000'000;
    // … and messages on the link.
    static constexpr std::size_t notices_max = 1'000'000;

    Merger(FlowStore& flows, HostTable& hosts, FlowParts parts = FlowParts::in_order)
        : flows_(flows), hosts_(hosts), parts_(parts) {}

    // Adds a worker's epoch, which belongs to the merged epoch that is open; the first one opens it.
    void add(const Epoch& part);
    // Adds one whose merged epoch has been closed without it, to the one that is open, or to the last one, which
    // is then opened once more. What it counts is exact, its place in time is not.
    void add_late(const Epoch& part);
    // The merged epoch is complete. Valid until the next add().
    const MergedEpoch& close(bool incomplete = false);
    bool is_open() const noexcept { return open_; }
    // The internal networks have changed, and no epoch is open: judges the flows' hosts anew. A flow that has
    // none any more keeps its `inside`, which what was said of it so far refers to.
    void judge_anew();
    // While no epoch is open: what no limit counts. Known flows are judged anew, too.
    void change_allowances(std::vector<Allowance> allowances);

    const MergeTotals& totals() const noexcept { return totals_; }

private:
    void open(const EpochName& name);
    static std::int64_t span_of(const Epoch& part) noexcept;
    void count(const Epoch& part);
    // A flow of one worker's epoch, as it comes from the table.
    struct Part {
        const FlowBirth& birth;
        const FlowCounters& counters;
        std::int64_t first_ns;
        std::int64_t last_ns;
    };
    void add_flow(const Part& part);
    void begin_record(FlowRecord& record, const Part& part);
    // By direction: what the host sends, what it receives.
    std::array<std::uint8_t, 2> allowance_of(const FlowKey& key) const noexcept;
    static void classify(const FlowRecord& record, FlowDelta& delta,
                         const std::array<std::uint64_t, 2>& packets_now) noexcept;
    void doubt_silence();
    void count_handshakes();
    HostId host_of(const FlowRecord& record);
    static void take_initiator(FlowRecord& record, const Part& part);
    void add_unrecorded(const Part& part);
    void add_overflow(const Epoch& part);
    void settle_overflow();
    TrafficClass settled_class(HostId host, bool out, TrafficClass traffic, const Traffic& volume) const;
    void keep_unreachables(const UnreachableList& part);
    void mark_unreachables();
    void keep_matches(const MatchList& part);
    void find_matched_flows();
    void keep_notices(const NoticeList& part);
    UnrecordedDelta& unrecorded_of(HostId host, bool out, TrafficClass traffic, std::uint8_t allowance);

    FlowStore& flows_;
    HostTable& hosts_;
    FlowParts parts_;
    MergedEpoch merged_;
    std::vector<QuotedPacket> unreachables_;  // of the epoch that is open
    std::vector<ContentMatch> matches_;       // … the same
    std::vector<Allowance> allowances_;
    // What did not fit the workers' tables, by host, direction and the class of the single packet; out: true.
    std::map<std::tuple<HostId, bool, TrafficClass>, UnrecordedDelta> overflowed_;
    // Handshakes whose initiator has acknowledged something in the open epoch; and of all until now, halved from
    // time to time, how many there were and how many showed the other side.
    std::vector<FlowId> handshakes_;
    std::uint64_t handshakes_seen_ = 0;
    std::uint64_t handshakes_whole_ = 0;
    TapView view_ = TapView::unknown;  // as they tell
    bool overdue_ = false;             // a part of the open epoch came late: what belongs to it was elsewhere
    MergeTotals totals_;
    bool open_ = false;
};

}  // namespace flowlock
