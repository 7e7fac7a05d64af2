// SPDX-License-Identifier: BSD-3-Clause
// What a detector must know of a signature whose number a match names. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "detect/finding.hpp"

namespace flowlock {

// Who sends what the signature describes: any, or the one that began the flow, or the other one.
enum class SignatureSide : std::uint8_t { any, initiator, responder };

struct SignatureNote {
    std::string name;
    std::string words;
    std::string reference;
    // What a host is accused of whose flows it matches; none: it only names something, such as a tool.
    std::optional<Kind> kind;
    SignatureSide side = SignatureSide::any;
    std::optional<Direction> direction;  // out: only what an internal host sends; in: only what one receives
    // Counts for the rule. Else it is shown beside what does: innocent hosts send it, too.
    bool decisive = true;
};

}  // namespace flowlock
