// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/mbuf_fields.hpp"

#include <stdexcept>
#include <string>

#include <rte_errno.h>

namespace flowlock {
namespace {

int offset_of(const rte_mbuf_dynfield& field) {
    const int offset = rte_mbuf_dynfield_register(&field);
    if (offset < 0)
        throw std::runtime_error(std::string("packet buffers: field ") + field.name + ": " +
                                 rte_strerror(rte_errno));
    return offset;
}

}  // namespace

MbufFields MbufFields::register_all() {
    MbufFields fields;
    std::uint64_t time_flag = 0;
    if (rte_mbuf_dyn_rx_timestamp_register(&fields.time_offset, &time_flag) < 0)
        throw std::runtime_error(std::string("packet buffers: timestamp field: ") + rte_strerror(rte_errno));
    fields.link_offset = offset_of({"flowlock_link_type", sizeof(LinkType), alignof(LinkType), 0});
    fields.serial_offset = offset_of({"flowlock_serial", sizeof(std::uint64_t), alignof(std::uint64_t), 0});
    return fields;
}

}  // namespace flowlock
