// SPDX-License-Identifier: BSD-3-Clause
// How reports look. Plain data, made by lib/config, checked there.
#pragma once

#include <cstdint>
#include <string>

#include "report/reporter.hpp"

namespace flowlock {

enum class NumberFormat : std::uint8_t { de, en };  // 40.674.000 and 5,909; or 40,674,000 and 5.909
// The layout of a scan's log: the provider's mails of 2013, of 2016 to 2022, and since 2024.
enum class NetscanFormat : std::uint8_t { v1, v3, v4 };

class AddressMask;

// What the text of a report depends on beside the report.
struct TextStyle {
    // Implicit: for most texts the numbers' format is all there is to say.
    TextStyle(NumberFormat number_format = NumberFormat::de, NetscanFormat netscan_format = NetscanFormat::v1)
        : numbers(number_format), netscan(netscan_format) {}

    NumberFormat numbers;
    NetscanFormat netscan;
    const AddressMask* mask = nullptr;  // what is hidden; outlives it; none: nothing is
};

struct ReportOptions {
    NumberFormat number_format = NumberFormat::de;
    NetscanFormat netscan_format = NetscanFormat::v1;
    std::string tap;                    // the monitor's name in reports; empty: the host's name, or "replay"
    Reporter reporter{};                // of abuse reports; none: xarf.json is not written
    std::uint32_t targets_max = 500;    // rows of a scan's log, as in the provider's mails; JSON and text
    std::uint32_t externals_max = 100;  // external addresses of a limit's summary; JSON and text

    TextStyle style() const { return {number_format, netscan_format}; }
};

}  // namespace flowlock
