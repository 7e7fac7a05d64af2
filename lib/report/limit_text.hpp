// SPDX-License-Identifier: BSD-3-Clause
// The summary on an exceeded limit: the host, the threshold, the sum of the peak window and its share per
// external address, laid out byte for byte as on the provider's help page. Units are binary, rates are
// floored. Any thread.
#pragma once

#include <string>

#include "detect/finding.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// Of the finding it reads direction, host, trigger (metric, threshold, window), totals and externals. What
// the totals hold beyond the listed externals stands in a last line, so that the sum is the sum: "Others
// (N)," for N externals that were cut, "Unattributed," for traffic that was counted for the host only.
std::string limit_text(const Finding& finding, NumberFormat format);

}  // namespace flowlock
