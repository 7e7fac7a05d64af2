// SPDX-License-Identifier: BSD-3-Clause
// Which columns of a table of sums count what: a list for each window, class of traffic and metric, so that adding a
// volume looks at no column that does not count it. The lists lie one after the other. Owned by the control core.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detect/finding.hpp"
#include "detect/window_history.hpp"
#include "flow/traffic_class.hpp"

namespace flowlock {

// What a column counts.
struct Measure {
    Metric metric;
    ClassMask classes;
    bool with_allowed;

    friend bool operator==(const Measure&, const Measure&) = default;
};

class ColumnLists {
public:
    static constexpr std::array metrics{Metric::packets, Metric::bits, Metric::flows, Metric::new_externals};
    struct Column {
        std::uint32_t window;
        Measure measure;

        friend bool operator==(const Column&, const Column&) = default;
    };
    ColumnLists() = default;
    ColumnLists(std::span<const Column> columns, std::uint32_t windows);

    // Of a window and a class the places of the columns, by metric. `windows`, as given above, is the number of the
    // lists over all windows.
    class OfClass {
    public:
        OfClass(const std::uint32_t* places, const std::uint32_t* begins)
            : places_(places), begins_(begins) {}
        std::span<const std::uint32_t> of(Metric metric) const noexcept {
            const std::uint32_t* begin = begins_ + static_cast<std::size_t>(metric);
            return {places_ + begin[0], places_ + begin[1]};
        }

    private:
        const std::uint32_t* places_;
        const std::uint32_t* begins_;
    };
    OfClass of(std::uint32_t window, TrafficClass traffic, std::uint8_t allowance) const noexcept {
        const std::size_t of_class =
            std::size_t{window} * traffic_classes + static_cast<std::size_t>(traffic);
        const std::size_t list = (of_class * 2 + (allowance != 0 ? 1 : 0)) * metrics.size();
        return {places_.data(), begins_.data() + list};
    }

private:
    std::vector<std::uint32_t> places_;
    std::vector<std::uint32_t> begins_;  // of each list; and the end of the last one
};
static_assert(static_cast<std::size_t>(Metric::new_externals) + 1 == ColumnLists::metrics.size(),
              "those that limits count come first");

}  // namespace flowlock
