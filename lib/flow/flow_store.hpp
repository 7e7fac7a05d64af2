// SPDX-License-Identifier: BSD-3-Clause
// All biflows the control core remembers, stitched over epochs and workers. A flow's record never moves, and
// its id is its place; ids depend on the order of merging, so they are never shown. A flow that is forgotten
// leaves its id to a later one, so whoever keeps something by id begins it anew with each new flow. Layout: an
// index (id_index.hpp), and the records in chunks, mapped as they come, in huge pages where the kernel can. Owned by
// the control core.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/hardware_address.hpp"
#include "base/mapped_array.hpp"
#include "base/prefetch.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "flow/id_index.hpp"
#include "packet/flow_key.hpp"

namespace flowlock {

using FlowId = std::uint32_t;
using HostId = std::uint32_t;
constexpr FlowId no_flow = ~FlowId{0};
constexpr HostId no_host = ~HostId{0};

// Index 0 and 1 are the endpoints of the key: what endpoint i sent. Two cache lines: the first says who, and
// is written once but for the flags; the second says how much.
struct alignas(64) FlowRecord {
    FlowKey key;
    std::int64_t first_ns = 0;  // earliest timestamp
    HostId host = no_host;      // set when exactly one endpoint is internal: only then it has a direction
    std::array<std::uint8_t, 2> flags{};      // TCP flags, or icmp_class and fragment_flag; or-ed
    std::uint16_t first_ip_bytes = 0;         // of the first packet, 65,535 at most
    std::uint8_t first_flags = 0;             // of the first packet
    std::uint8_t initiator = 0;               // endpoint that sent the first packet
    std::uint8_t inside = 0;                  // the internal endpoint, if host is set
    std::uint8_t tools = 0;                   // scan_tool marks of the first packet
    bool unreachable = false;                 // ICMP: what the internal side sent did not arrive
    std::array<std::uint8_t, 2> allowance{};  // of what the host sends and receives: see Allowance

    alignas(64) std::int64_t last_ns = 0;  // latest timestamp
    std::array<std::uint64_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{};  // IP bytes
    std::uint64_t merge = 0;               // number of the merged epoch it was last seen in
    std::uint32_t delta = 0;               // … and its place among that epoch's deltas
    std::uint64_t hardware : 48 = 0;       // whence the first packet's frame came; 0: not known
    std::uint64_t to_all : 1 = 0;          // … and it was a broadcast

    const IpAddress& internal_address() const noexcept { return key.address[inside]; }
    const IpAddress& external_address() const noexcept { return key.address[1 - inside]; }
    HardwareAddress first_hardware() const noexcept { return {hardware}; }
};
static_assert(sizeof(FlowRecord) == 128, "two cache lines");

class FlowStore {
public:
    explicit FlowStore(std::uint32_t flows_max, const HashKey& secret);

    std::uint64_t hash(const FlowKey& key) const noexcept { return hash_of(key, secret_); }
    [[gnu::always_inline]] void prefetch_slot(std::uint64_t hash) const noexcept { index_.prefetch(hash); }
    // The record that the first probe points to, if any, so that it is near when find_or_add comes.
    [[gnu::always_inline]] void prefetch_record(std::uint64_t hash) const noexcept {
        const FlowId id = index_.first(hash);
        if (id == no_flow) return;
        const auto* record = reinterpret_cast<const std::byte*>(&(*this)[id]);
        prefetch_to_write(record);
        prefetch_to_write(record + 64);
    }

    struct Found {
        FlowId id = no_flow;  // no_flow: unknown, and the store is full
        bool added = false;
    };
    // no_flow: unknown.
    FlowId find(const FlowKey& key, std::uint64_t hash) const noexcept;
    Found find_or_add(const FlowKey& key, std::uint64_t hash);
    // Nobody refers to it any more.
    void forget(FlowId id) noexcept;

    FlowRecord& operator[](FlowId id) noexcept { return chunks_[id / chunk_size][id % chunk_size]; }
    const FlowRecord& operator[](FlowId id) const noexcept {
        return chunks_[id / chunk_size][id % chunk_size];
    }
    std::uint32_t size() const noexcept { return index_.size(); }
    std::uint32_t max() const noexcept { return flows_max_; }
    // All ids are below; which of them are flows, is_kept() says.
    FlowId end_id() const noexcept { return end_id_; }
    bool is_kept(FlowId id) const noexcept { return (*this)[id].key.family != free_family; }
    // How many there have been, forgotten ones included.
    Flows seen() const noexcept { return seen_; }

private:
    static constexpr std::uint32_t chunk_size = 65'536;

    static constexpr std::uint8_t free_family =
        0;  // of a record without a flow; its delta is the next free id

    FlowId take_id();

    HashKey secret_;
    std::uint32_t flows_max_;
    FlowId end_id_ = 0;
    FlowId first_free_ = no_flow;
    Flows seen_;
    IdIndex index_;
    std::vector<MappedArray<FlowRecord>> chunks_;
};

}  // namespace flowlock
