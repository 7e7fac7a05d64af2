// SPDX-License-Identifier: BSD-3-Clause
// By which a file is known to be the one that was written (FIPS 180-4). Any thread.
#pragma once

#include <string>
#include <string_view>

namespace flowlock {

// 64 hexadecimal digits, as sha256sum prints them. Throws std::runtime_error when OpenSSL has none, as where a policy
// forbids it.
std::string sha256_hex(std::string_view content);

}  // namespace flowlock
