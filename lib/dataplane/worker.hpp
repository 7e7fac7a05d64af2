// SPDX-License-Identifier: BSD-3-Clause
// The data path: one thread, one or more queues. Takes bursts, decodes them, counts them in the flow table of its
// epoch, and hands the epoch over when it is over. Everything run() and replay() reach is data path: no
// allocation, lock, exception, log line or virtual call, every loop bounded.
//
// A burst goes through two passes, so that a flow's cache line is on its way while the packets after it are
// decoded. What needs a second line (a displaced flow, a host of the overflow) is put off to the end of its
// burst, and asked for meanwhile.
//
// Two paces: a NIC does not wait, so run() never does either: what does not fit the table is counted by host
// (flow/overflow.hpp), and when the control core has not given back an empty epoch, the one it has goes on.
// A capture file can wait: replay() hands a full table over early, and waits for an empty one; there alone is
// a system call.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "dataplane/epoch_channel.hpp"
#include "dataplane/live_clock.hpp"
#include "dataplane/mbuf_fields.hpp"
#include "dataplane/packet_clock.hpp"
#include "dataplane/payload_inspection.hpp"
#include "packet/decode.hpp"

namespace flowlock {

// A receive queue of a DPDK port.
struct RxQueue {
    std::uint16_t port = 0;
    std::uint16_t number = 0;
};

class Worker {
public:
    static constexpr std::uint16_t burst_size = 32;

    static constexpr std::size_t queues_max = 64;

    // One to queues_max queues; a live worker polls them in turn, a replaying one has one. The channel
    // outlives the worker.
    Worker(const std::vector<RxQueue>& queues, EpochChannel& channel);

    // Live: counts what the queues receive until `stop` is set. The channel's epochs have an overflow.
    void run(LiveClock clock, const std::atomic<bool>& stop) noexcept;
    // Counts what a replay's queue holds until its clock has ended. Time and link type stand in the packets.
    void replay(const PacketClock& clock, const MbufFields& fields) noexcept;

    // Any thread: whether run() polls the queues of a port. A port that is to be stopped or has gone is closed,
    // and then left alone by a worker that has come around twice since (rounds()).
    void set_open(std::uint16_t port, bool open) noexcept;
    // A port that came back under another number. Only while it is closed.
    void renumber(std::uint16_t port, std::uint16_t to) noexcept;
    // Any thread: how often run() has looked at a queue, and what it has received. They stand still when
    // the worker does.
    std::uint64_t rounds() const noexcept { return pulse_.rounds.load(std::memory_order_acquire); }
    Packets received() const noexcept { return {pulse_.packets.load(std::memory_order_relaxed)}; }
    // run() or replay() has returned, its last epoch is handed over, and what it wrote may be read. Any
    // thread.
    bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }

private:
    enum class Pace : std::uint8_t { live, replay };

    struct Gate {
        RxQueue queue;
        std::atomic<bool> open = true;
    };
    // What stands beside a packet's bytes, or is known of it otherwise.
    struct Stamp {
        std::int64_t time_ns;
        std::uint64_t serial;
        LinkType link;
    };
    // On a line that only the worker writes.
    struct alignas(64) Pulse {
        std::atomic<std::uint64_t> rounds = 0;
        std::atomic<std::uint64_t> packets = 0;
    };

    std::uint16_t receive(const Gate& gate) noexcept;
    void take_live(std::uint16_t received, std::int64_t now_ns) noexcept;
    void sample_burst(std::uint16_t received) noexcept;
    std::uint32_t watched_ones(std::uint16_t received) const noexcept;
    template <class StampOf>
    void keep_heads(std::uint32_t chosen, StampOf stamp_of) noexcept;
    std::uint32_t stratum_of(std::uint16_t i) const noexcept;
    void keep_head(std::uint16_t i, std::uint32_t stratum, const Stamp& stamp) noexcept;
    std::uint64_t drain(const Gate& gate, const LiveClock& clock) noexcept;
    template <class LinkOf>
    void decode_burst(std::uint16_t received, LinkOf link_of) noexcept;
    bool decode_uncommon(LinkType link, std::span<const std::byte> head, std::uint32_t wire,
                         Decoded& decoded) noexcept;
    template <Pace pace>
    void count_burst(std::uint16_t received) noexcept;
    template <Pace pace>
    void count_displaced() noexcept;
    FlowTable::Counted count_anywhere(std::uint16_t i) noexcept;
    template <Pace pace>
    void count_beyond_table(std::uint16_t i) noexcept;
    void count_overflow() noexcept;
    template <class StampOf>
    void look_into_early(StampOf stamp_of) noexcept;
    LinkOrigin origin_of(std::uint16_t i) const noexcept;
    void note_link_messages() noexcept;
    void note_link_message(std::uint16_t i) noexcept;
    void begin_epoch(const EpochName& name) noexcept;
    void take_newest_order() noexcept;
    bool lacks_order_for(const EpochName& name) const noexcept;
    void obey(WatchOrder* order) noexcept;
    void begin_next(Epoch* next, const EpochName& name) noexcept;
    void change_epoch_or_go_on(const EpochName& name) noexcept;
    void change_epoch(EpochName name) noexcept;
    void finish() noexcept;

    std::array<Gate, queues_max> gates_{};
    std::size_t gate_count_;
    Pulse pulse_;
    EpochChannel& channel_;
    Epoch* epoch_;  // never null while it runs: the worker always has one to count in

    // One burst on its way from the queue to the table.
    std::array<rte_mbuf*, burst_size> packets_{};
    std::array<Decoded, burst_size> decoded_{};
    std::array<std::uint64_t, burst_size> hashes_{};
    std::array<std::uint32_t, burst_size> times_{};  // in the table's time
    // … and what of it is put off, in its order.
    std::array<std::uint16_t, burst_size> displaced_{};
    std::array<std::uint16_t, burst_size> overflowed_{};
    std::array<Overflow::Place, burst_size> places_{};
    std::uint32_t openings_ = 0;                  // a bit for each by which something begins
    std::uint32_t early_ = 0;                     // … for each that FlowTable::Counted::early was said of
    std::uint32_t uncommon_ = 0;                  // … for each that is no IP or ICMPv6
    std::uint32_t ethernet_ = ~std::uint32_t{0};  // … for each that is an Ethernet frame

    std::uint16_t displaced_count_ = 0;
    std::uint16_t overflowed_count_ = 0;

    WatchOrder* order_ = nullptr;  // whose packets are kept; null: nobody's in particular. The channel's
    std::uint64_t serial_ = 0;     // live: of the next packet

    PayloadInspection inspection_;

    std::atomic<bool> finished_ = false;
};

}  // namespace flowlock
