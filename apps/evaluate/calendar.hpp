// SPDX-License-Identifier: BSD-3-Clause
// Packets that are still to come, by second: actors write conversations into the future, the scene takes a
// second after the other. Owned by one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <tuple>
#include <vector>

#include "base/time.hpp"
#include "packet.hpp"

namespace flowlock::evaluate {

class Calendar {
public:
    // Not before the second that is taken next.
    void add(const Packet& packet) {
        const auto ahead = static_cast<std::size_t>(packet.time_ns / ns_per_second - next_s_);
        while (ahead >= seconds_.size()) {
            if (spare_.empty()) spare_.emplace_back();
            seconds_.push_back(std::move(spare_.back()));
            spare_.pop_back();
        }
        seconds_[ahead].push_back(packet);
    }
    // The packets of the next second, by time. Valid until the next call.
    const std::vector<Packet>& take_second() {
        ++next_s_;
        taken_.clear();
        spare_.push_back(std::move(taken_));
        taken_ = {};
        if (seconds_.empty()) return taken_;
        taken_ = std::move(seconds_.front());
        seconds_.pop_front();
        std::sort(taken_.begin(), taken_.end(), [](const Packet& a, const Packet& b) {
            return std::tie(a.time_ns, a.host, a.target_port) < std::tie(b.time_ns, b.host, b.target_port);
        });
        return taken_;
    }

private:
    std::int64_t next_s_ = 0;
    std::deque<std::vector<Packet>> seconds_;
    std::vector<std::vector<Packet>> spare_;  // memory of seconds that are over
    std::vector<Packet> taken_;
};

}  // namespace flowlock::evaluate
