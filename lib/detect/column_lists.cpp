// SPDX-License-Identifier: BSD-3-Clause
#include "detect/column_lists.hpp"

namespace flowlock {

// In the order in which of() counts.
ColumnLists::ColumnLists(std::span<const Column> columns, std::uint32_t windows) {
    for (std::uint32_t window = 0; window <= windows; ++window)
        for (unsigned traffic = 0; traffic < traffic_classes; ++traffic)
            for (const bool allowed : {false, true})
                for (const Metric metric : metrics) {
                    begins_.push_back(static_cast<std::uint32_t>(places_.size()));
                    for (std::uint32_t i = 0; i < columns.size(); ++i) {
                        const Measure& measure = columns[i].measure;
                        const bool is_of_window = window == windows || window == columns[i].window;
                        if (is_of_window && measure.metric == metric && (!allowed || measure.with_allowed) &&
                            measure.classes.has(static_cast<TrafficClass>(traffic)))
                            places_.push_back(i);
                    }
                }
    begins_.push_back(static_cast<std::uint32_t>(places_.size()));
}

}  // namespace flowlock
