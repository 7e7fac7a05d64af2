// SPDX-License-Identifier: BSD-3-Clause
// Compiled databases kept in a file, since compiling takes longer than all else that a short replay does. One file, with
// the checksum of what it was compiled from and of itself: another set of signatures, another version of Hyperscan and
// a damaged file are as good as none. Who may write the file is trusted like the program's own files: Hyperscan does
// not judge what it is given back.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content/signature.hpp"
#include "content/signature_set.hpp"

namespace flowlock {

class SignatureCache {
public:
    using Databases = std::array<SignatureSet::Group::Database, 4>;  // of an empty group: none

    // In this folder, which is made when it is needed; "": there is none.
    SignatureCache(const std::string& folder, const std::vector<Signature>& signatures);

    // Nothing: they are not there.
    std::optional<Databases> read() const;
    // A failure is nobody's loss.
    void write(const std::array<const hs_database*, 4>& databases) const;

private:
    std::string folder_;
    std::string key_;  // of the signatures
};

}  // namespace flowlock
