// SPDX-License-Identifier: BSD-3-Clause
// Giving a burst's packet buffers back. Data path.
#pragma once

#include <cstdint>

#include <rte_mbuf.h>

namespace flowlock {

// A receive queue fills whole buffers of one pool that nobody else holds, so they go back in one step; a frame
// that spans several buffers (jumbo) makes its burst go the general way.
inline void free_burst(rte_mbuf** packets, std::uint16_t count) noexcept {
    if (count == 0) return;
    rte_mempool* pool = packets[0]->pool;
    bool simple = true;
    for (std::uint16_t i = 0; i < count; ++i)
        simple &= packets[i]->nb_segs == 1 && packets[i]->pool == pool &&
                  rte_mbuf_refcnt_read(packets[i]) == 1 && RTE_MBUF_DIRECT(packets[i]);
    if (simple) [[likely]]
        rte_mempool_put_bulk(pool, reinterpret_cast<void**>(packets), count);
    else
        rte_pktmbuf_free_bulk(packets, count);
}

}  // namespace flowlock
