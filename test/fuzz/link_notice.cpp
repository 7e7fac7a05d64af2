// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as an Ethernet frame: what is said on the link is read without going beyond the captured bytes, and only
// where the data path looks for it.
#include "packet/link_notice.hpp"

#include <cstdlib>
#include <cstring>

using namespace flowlock;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span frame{reinterpret_cast<const std::byte*>(data), size};
    LinkNotice notice;
    if (!read_link_notice(frame, notice)) return 0;
    const Decoded decoded = decode(LinkType::ethernet, frame, static_cast<std::uint32_t>(size));
    if (!may_hold_notice(decoded) || std::strlen(name_of(notice.kind)) == 0) std::abort();
    if (notice.frame_source != HardwareAddress::from_wire(frame.data() + 6)) std::abort();
    return 0;
}
