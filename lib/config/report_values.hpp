// SPDX-License-Identifier: BSD-3-Clause
// Values of [report] that say who reports: see values.hpp. An empty string says nothing, and is the default.
#pragma once

#include <string>

#include "config/values.hpp"

namespace flowlock {

// A line of text, 200 bytes at most.
Complaints read_line(const toml::node& value, std::string& option);
// An e-mail address without quotes and comments: dot-atom@domain (RFC 5322, 3.4.1).
Complaints read_mail_address(const toml::node& value, std::string& option);
// A domain of two labels or more (RFC 1123, 2.1); names beyond ASCII as xn--….
Complaints read_domain(const toml::node& value, std::string& option);

}  // namespace flowlock
