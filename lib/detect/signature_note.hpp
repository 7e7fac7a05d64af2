// SPDX-License-Identifier: BSD-3-Clause
// What detectors must know of the signatures whose numbers matches name, and what they say of those that matched.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

// Which signature of which set; or login_session.
using SignatureNumber = std::pair<std::uint32_t, std::uint16_t>;
constexpr SignatureNumber login_session{~std::uint32_t{0}, 0};

// The notes of the sets that were in use last. Owned by the control core.
class SignatureNotes {
public:
    // Sets that are remembered: matches of older ones, which only long cases have, are no longer explained.
    static constexpr std::size_t sets_max = 16;

    // The number of a set is higher than that of those before it.
    void add(std::uint32_t set, std::vector<SignatureNote> notes);
    // Null: not known.
    const SignatureNote* find(const SignatureNumber& number) const noexcept;

private:
    std::map<std::uint32_t, std::vector<SignatureNote>> sets_;
};

struct SignatureCount {
    std::uint64_t count = 0;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;

    // Zero is nothing yet.
    void add(const SignatureCount& other) noexcept;
};

// Puts what matched, and how often, into the finding's facts: by count, descending, facts_max at most.
void take_facts(const std::map<SignatureNumber, SignatureCount>& counts, const SignatureNotes& notes,
                FactFigures& figures);

}  // namespace flowlock
