// SPDX-License-Identifier: BSD-3-Clause
// The summary on an exceeded limit: the host, the threshold, the sum of the peak window and its share per
// external address, external network and internal host, laid out byte for byte as on the provider's help page. Units are binary, rates are
// floored. Any thread.
#pragma once

#include <string>

#include "detect/finding.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// What the totals hold beyond the listed externals follows them, so that the sum is the sum: "Others (N)," for N
// externals that were cut, "Unattributed," for traffic whose external is not known. Then the same totals once more by
// external network ("Network 203.0.113.0/24 (12 addresses),") and by internal host ("Host 198.51.100.7,"), if the
// finding has them.
std::string limit_text(const Finding& finding, const TextStyle& style);

}  // namespace flowlock
