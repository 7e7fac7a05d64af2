// SPDX-License-Identifier: BSD-3-Clause
// What flowlock reads from a packet buffer beside its bytes. A frame's length on the wire is pkt_len; what
// can be read of it is data_len of its first segment: the whole frame from a NIC, less for a frame that spans
// several segments or was snapped by the capture it comes from. Registered once at start; then plain offsets,
// read by workers.
#pragma once

#include <cstdint>

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include "packet/link_type.hpp"

namespace flowlock {

struct MbufFields {
    int time_offset = 0;    // DPDK's own receive timestamp field; here in nanoseconds since 1970
    int link_offset = 0;    // LinkType, one byte
    int serial_offset = 0;  // the packet's number in the input, from 0

    // Throws std::runtime_error when DPDK has no room for them.
    static MbufFields register_all();

    std::int64_t& time_ns(rte_mbuf* packet) const noexcept {
        return *RTE_MBUF_DYNFIELD(packet, time_offset, std::int64_t*);
    }
    std::uint64_t& serial(rte_mbuf* packet) const noexcept {
        return *RTE_MBUF_DYNFIELD(packet, serial_offset, std::uint64_t*);
    }
    LinkType& link(rte_mbuf* packet) const noexcept {
        return *RTE_MBUF_DYNFIELD(packet, link_offset, LinkType*);
    }
};

}  // namespace flowlock
