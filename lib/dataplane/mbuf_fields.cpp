// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/mbuf_fields.hpp"

#include <stdexcept>
#include <string>

#include <rte_errno.h>

namespace flowlock {

MbufFields MbufFields::register_all() {
    MbufFields fields;
    std::uint64_t time_flag = 0;
    if (rte_mbuf_dyn_rx_timestamp_register(&fields.time_offset, &time_flag) < 0)
        throw std::runtime_error(std::string("packet buffers: timestamp field: ") + rte_strerror(rte_errno));
    const rte_mbuf_dynfield link{"flowlock_link_type", sizeof(LinkType), alignof(LinkType), 0};
    fields.link_offset = rte_mbuf_dynfield_register(&link);
    if (fields.link_offset < 0)
        throw std::runtime_error(std::string("packet buffers: link type field: ") + rte_strerror(rte_errno));
    return fields;
}

}  // namespace flowlock
