// SPDX-License-Identifier: BSD-3-Clause
#include "flow_set.hpp"

#include <utility>

#include "random.hpp"

namespace flowlock::scene {

FlowSet::Seen FlowSet::see(const PacketSpec& spec) {
    const bool ports = spec.shows_ports();
    End one{spec.path.source, ports ? spec.path.source_port : 0};
    End two{spec.path.target, ports ? spec.path.target_port : 0};
    const bool swapped = two < one;
    if (swapped) std::swap(one, two);
    if (!spec.path.source.is_ipv4()) return mark(ipv6_[{spec.protocol, one, two}], swapped);
    const Slot flow{{one.first.ipv4(), two.first.ipv4()}, {one.second, two.second}, spec.protocol};
    auto& slot = slot_of(flow);
    if (slot.ways != 0) return mark(slot.ways, swapped);
    slot = flow;
    const auto seen = mark(slot.ways, swapped);
    if (++taken_ > slots_.size() / 4 * 3) grow();
    return seen;
}

FlowSet::Slot& FlowSet::slot_of(const Slot& flow) {
    const auto addresses = std::uint64_t{flow.address[0]} << 32 | flow.address[1];
    const auto rest = std::uint64_t{flow.port[0]} << 24 | std::uint64_t{flow.port[1]} << 8 | flow.protocol;
    auto at = mix_bits(mix_bits(addresses) + rest);
    for (;; ++at) {
        auto& slot = slots_[at & (slots_.size() - 1)];
        if (slot.ways == 0 || slot.is_flow(flow)) return slot;
    }
}

void FlowSet::grow() {
    const auto old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const auto& slot : old)
        if (slot.ways != 0) slot_of(slot) = slot;
}

FlowSet::Seen FlowSet::mark(std::uint8_t& ways, bool swapped) {
    const std::uint8_t way = swapped ? 2 : 1;
    const Seen seen{ways == 0, (ways & way) == 0};
    ways |= way;
    return seen;
}

}  // namespace flowlock::scene
