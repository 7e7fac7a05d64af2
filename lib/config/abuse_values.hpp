// SPDX-License-Identifier: BSD-3-Clause
// The values of [abuse] that are of no other table's kind. Pure functions.
#pragma once

#include "config/values.hpp"
#include "detect/abuse_options.hpp"

namespace flowlock {

// An array of kinds of abuse, "mining" and so on, none of them twice: these are looked for, others are not.
Complaints read_abuse_kinds(const toml::node& value, AbuseOptions& options);

}  // namespace flowlock
