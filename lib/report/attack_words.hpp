// SPDX-License-Identifier: BSD-3-Clause
// How an attack was made and what a host had to do with it, in words for those who do not know our names. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "detect/finding.hpp"

namespace flowlock {

// "SYN flood" for syn_flood, "amplification by ntp" for amplification:ntp; the name itself where it has no words. What
// "other" is depends on the rest: see limit_fields.hpp.
std::string vector_words(std::string_view vector);

// "victim: answers of reflectors that this host did not ask for"; empty for none.
std::string role_words(const Finding& finding);

// "host", "network" or "group"
std::string_view scope_word(Scope scope);

}  // namespace flowlock
