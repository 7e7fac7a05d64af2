// SPDX-License-Identifier: BSD-3-Clause
// The only thing a worker shares with the control core: full epochs go one way, empty ones come back. Each
// direction is a single-producer single-consumer ring, so neither side ever waits for the other inside these
// calls. The channel owns all its epochs; a pointer taken from it belongs to the taker until it is passed on.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <rte_ring.h>

#include "content/inspector.hpp"
#include "flow/epoch.hpp"
#include "flow/watch_list.hpp"

namespace flowlock {

// In a replay the order for an epoch comes when the one before the last is closed; the first epochs have none.
constexpr std::uint64_t order_lead = 2;
constexpr std::uint64_t first_ordered_sequence = 1 + order_lead;

// Whose packets are to be kept, from the epoch with this sequence number on.
struct WatchOrder {
    std::uint64_t from_sequence = 0;
    // Somebody on the list has a case. Else they are suspects, and live it is enough to look at every packet by which
    // something begins, and at some of the others.
    bool alarm = false;
    WatchList list;
};

// What a worker looks at payloads with, what its control core calls that set of signatures, and how many of the packets
// that one side of a flow sends in an epoch are looked at.
struct InspectorOrder {
    std::uint32_t set = 0;
    std::uint32_t packets = FlowTable::early_packets_default;
    Inspector inspector;
};

class EpochChannel {
public:
    // `name` is unique in the process. Throws std::runtime_error without
    // memory for the rings.
    EpochChannel(const std::string& name, unsigned epochs, const EpochSizes& sizes, const PrefixSet& internal,
                 const HashKey& secret);
    // Touches all memory of its epochs, so that a live worker never waits for a page. Before the worker runs.
    void prefault() noexcept;

    // Worker: an empty epoch, or nullptr when all are at the control core.
    Epoch* take_empty() noexcept;
    // Worker: gives an epoch away.
    void hand_over(Epoch* epoch) noexcept;
    // Worker: the next order, if one has come; orders come in the order of their sequence numbers. Or nullptr.
    WatchOrder* take_order() noexcept;
    // Worker: an order that it needs no more.
    void return_order(WatchOrder* order) noexcept;
    // Worker: signatures to be used from now on, if others have come; or nullptr.
    InspectorOrder* take_inspector() noexcept;
    // Worker: those that it needs no more.
    void return_inspector(InspectorOrder* order) noexcept;
    // Its epochs keep packets as evidence.
    bool keeps_heads() const noexcept { return keeps_heads_; }

    // Control core: sends an order. False: the worker has not returned one yet that could be used again.
    bool send_order(std::uint64_t from_sequence, bool alarm, std::span<const IpAddress> hosts) noexcept;
    // Control core: sends signatures, and destroys what the worker has returned. False: the worker has not taken
    // those before the last ones yet; try again later.
    bool send_inspector(std::unique_ptr<InspectorOrder>& order);
    // Control core: the next full epoch, or nullptr.
    Epoch* take_full() noexcept;
    // Control core: clears an epoch and gives it back.
    void give_back(Epoch* epoch);
    // Control core: epochs that are given back from now on tell the worker to use this scale, to sample one in
    // 2^level flows, and to count by these networks. Those that the worker has, or that wait for it, come by once
    // more with the old ones.
    void send_scale(const TickScale& scale) noexcept { scale_ = scale; }
    void send_sample_level(unsigned level) noexcept { sample_level_ = level; }
    void change_internal(const PrefixSet& internal);

private:
    struct FreeRing {
        void operator()(rte_ring* ring) const noexcept { rte_ring_free(ring); }
    };
    using Ring = std::unique_ptr<rte_ring, FreeRing>;
    static Ring make_ring(const std::string& name, unsigned entries);
    template <class T>
    static T* take(Ring& ring) noexcept;
    template <class T>
    static void put(Ring& ring, T* item) noexcept;

    std::vector<std::unique_ptr<Epoch>> epochs_;
    TickScale scale_;
    unsigned sample_level_ = 0;
    PrefixSet internal_;
    std::uint32_t networks_ = 0;  // how often they have been changed
    // As the worker may hold one, and meet two that are on their way.
    std::array<WatchOrder, 4> orders_;
    // The one in use, and one that is on its way.
    std::vector<std::unique_ptr<InspectorOrder>> inspectors_;
    bool keeps_heads_;
    Ring full_;
    Ring empty_;
    Ring orders_sent_;
    Ring orders_returned_;
    Ring inspectors_sent_;
    Ring inspectors_returned_;
};

}  // namespace flowlock
