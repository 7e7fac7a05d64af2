// SPDX-License-Identifier: BSD-3-Clause
#include "control/loss_history.hpp"

#include <algorithm>

namespace flowlock {

LossHistory::Counts LossHistory::counts_of(const Loss& cumulative) {
    Counts counts(causes_.size());
    for (const auto& [cause, packets] : cumulative) {
        const auto at = std::find(causes_.begin(), causes_.end(), cause);
        if (at != causes_.end()) {
            counts[static_cast<std::size_t>(at - causes_.begin())] = packets.value;
        } else {
            causes_.push_back(cause);
            counts.push_back(packets.value);
        }
    }
    return counts;
}

void LossHistory::add(std::int64_t end_s, const Loss& cumulative) {
    Counts counts = counts_of(cumulative);
    if (!entries_.empty() && end_s < newest_s_) {
        entries_.erase(entries_.begin(), entries_.end() - 1);
        entries_.front().end_s = end_s - 1;
        forgotten_ = true;
    }
    newest_s_ = end_s;
    if (entries_.empty() || entries_.back().counts != counts) entries_.push_back({end_s, std::move(counts)});
}

// The newest of the old entries still says what had been lost before all others.
void LossHistory::forget_before(std::int64_t end_s) {
    while (entries_.size() > 1 && entries_[1].end_s <= end_s) {
        entries_.pop_front();
        forgotten_ = true;
    }
}

LossHistory::Counts LossHistory::until(std::int64_t end_s) const {
    const auto later =
        std::upper_bound(entries_.begin(), entries_.end(), end_s,
                         [](std::int64_t wanted, const Entry& entry) { return wanted < entry.end_s; });
    if (later != entries_.begin()) return (later - 1)->counts;
    return forgotten_ ? entries_.front().counts : Counts{};
}

Loss LossHistory::between(const Counts& before, const Counts& after) const {
    const auto of = [](const Counts& counts, std::size_t i) { return i < counts.size() ? counts[i] : 0; };
    Loss loss;
    for (std::size_t i = 0; i < causes_.size(); ++i)
        loss[causes_[i]] = {of(after, i) - std::min(of(before, i), of(after, i))};
    return loss;
}

}  // namespace flowlock
