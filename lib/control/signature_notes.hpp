// SPDX-License-Identifier: BSD-3-Clause
// What the abuse detector must know of a set of signatures. Any thread.
#pragma once

#include <vector>

#include "content/signature_set.hpp"
#include "detect/signature_note.hpp"

namespace flowlock {

// By their numbers in the set.
std::vector<SignatureNote> notes_of(const SignatureSet& set);

}  // namespace flowlock
