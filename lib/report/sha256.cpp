// SPDX-License-Identifier: BSD-3-Clause
#include "report/sha256.hpp"

#include <array>
#include <openssl/evp.h>
#include <stdexcept>

#include <fmt/format.h>

namespace flowlock {

std::string sha256_hex(std::string_view content) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("OpenSSL makes no SHA-256 on this machine");
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

}  // namespace flowlock
