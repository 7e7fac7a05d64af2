// SPDX-License-Identifier: BSD-3-Clause
// How reports look. Plain data, made by lib/config, checked there.
#pragma once

#include <cstdint>

namespace flowlock {

enum class NumberFormat : std::uint8_t { de, en };  // 40.674.000 and 5,909; or 40,674,000 and 5.909

struct ReportOptions {
    NumberFormat number_format = NumberFormat::de;
    std::uint32_t targets_max = 500;    // rows of a scan's log, as in the provider's mails; JSON and text
    std::uint32_t externals_max = 100;  // external addresses of a limit's summary; JSON and text
};

}  // namespace flowlock
