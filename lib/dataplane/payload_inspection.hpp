// SPDX-License-Identifier: BSD-3-Clause
// A worker's look into the first payloads of flows: which of them it looks at, for how long, and where what it finds
// goes. The signatures are compiled elsewhere (lib/content) and come through the worker's channel. The worker's own;
// data path but for what the names of threads say otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <rte_cycles.h>

#include "content/inspector.hpp"
#include "dataplane/epoch_channel.hpp"
#include "dataplane/inspection_budget.hpp"
#include "flow/match_list.hpp"
#include "packet/payload.hpp"

namespace flowlock {

class PayloadInspection {
public:
    // Of one payload; what it has more is counted as refused.
    static constexpr std::size_t found_max = 16;

    // Takes the newest signatures, if others have come.
    void take_newest(EpochChannel& channel) noexcept {
        while (InspectorOrder* order = channel.take_inspector()) give_up(channel), order_ = order;
    }
    void give_up(EpochChannel& channel) noexcept {
        if (order_ != nullptr) channel.return_inspector(order_);
        order_ = nullptr;
    }
    bool is_on() const noexcept { return order_ != nullptr; }
    // Of a side of a flow in an epoch. Only while it is on.
    std::uint32_t packets() const noexcept { return order_->packets; }

    // Live: a burst has come, of which so many packets are among the first of their flow that their sender sends;
    // `backed_up`: it was as long as bursts are. False: they are not to be looked at, and are counted.
    bool begin_burst(unsigned first_ones, bool backed_up, MatchList& matches) noexcept {
        began_ = rte_rdtsc();
        if (budget_.begin_burst(began_, backed_up)) return true;
        matches.inspection.shed += {first_ones};
        return false;
    }
    void end_burst() noexcept { budget_.spend(rte_rdtsc() - began_); }

    // Whether a signature matched.
    bool look_into(LinkType link, std::span<const std::byte> head, const Decoded& packet,
                   std::int64_t time_ns, MatchList& matches) noexcept {
        const std::uint16_t source = packet.key.port[packet.sender];
        const std::uint16_t destination = packet.key.port[1 - packet.sender];
        if (!order_->inspector.may_match(packet.key.protocol, source, destination)) return false;
        const std::span payload = payload_of(link, head, packet);
        if (payload.empty()) return false;
        std::array<SignatureIndex, found_max> found;
        const std::size_t count =
            order_->inspector.inspect(packet.key.protocol, source, destination, payload, found);
        matches.inspection.inspected += {1};
        for (std::size_t i = 0; i < std::min(count, found.size()); ++i)
            matches.add({.key = packet.key,
                         .time_ns = time_ns,
                         .set = order_->set,
                         .signature = found[i],
                         .sender = packet.sender});
        if (count > found.size()) matches.inspection.refused += {count - found.size()};
        return count > 0;
    }

private:
    InspectorOrder* order_ = nullptr;  // the channel's
    InspectionBudget budget_;
    std::uint64_t began_ = 0;
};

}  // namespace flowlock
