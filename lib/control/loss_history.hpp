// SPDX-License-Identifier: BSD-3-Clause
// What had been lost by when, so that a report can say the loss of its own time. Counts are kept where they
// changed, with the epoch after which they did: without loss that is one entry, with loss in every second of
// a day 86,400 of 8 bytes a cause (some 15 causes: 14 MB). Owned by the control core.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "report/lock_report.hpp"

namespace flowlock {

class LossHistory {
public:
    // By cause, in the order in which causes were first met; one that is missing at the end is zero.
    using Counts = std::vector<std::uint64_t>;

    // The epoch that ends with this second has closed; `cumulative` is the loss since the start. A clock that
    // was set back begins anew: no later report reaches back beyond that.
    void add(std::int64_t end_s, const Loss& cumulative);
    // No report that is still to come begins earlier than this.
    void forget_before(std::int64_t end_s);

    // What had been lost when the epochs up to this second had closed.
    Counts until(std::int64_t end_s) const;
    Counts counts_of(const Loss& cumulative);
    // The difference. All causes are present.
    Loss between(const Counts& before, const Counts& after) const;

private:
    struct Entry {
        std::int64_t end_s;
        Counts counts;
    };

    std::vector<std::string> causes_;
    std::deque<Entry> entries_;  // by time
    std::int64_t newest_s_ = 0;
    bool forgotten_ = false;  // something was there before the first entry
};

}  // namespace flowlock
