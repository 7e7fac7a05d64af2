// SPDX-License-Identifier: BSD-3-Clause
// Checks JSON text against one of the schemas that flowlock ships in docs/.
#pragma once

#include <string>
#include <string_view>

namespace flowlock {

// Empty: it is valid. Else what is wrong, for a person.
std::string schema_violation(std::string_view schema_file, const std::string& text);

}  // namespace flowlock
