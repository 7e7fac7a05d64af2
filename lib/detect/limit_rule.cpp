// SPDX-License-Identifier: BSD-3-Clause
#include "detect/limit_rule.hpp"

namespace flowlock {

// The slow limits are the field's: 100,000 packets/s out over 300 s is the provider's own, 200,000 packets/s
// in the lower of the two that are usual inwards. The fast ones must catch a flood in seconds and may not hit
// a bulk transfer: 10 GbE in full-size frames (1,538 bytes with preamble and gap) is 812,743 packets/s, so a
// host on a 10 Gbit/s port that sends or receives more than 1,000,000 packets/s for two seconds is not
// transferring files.
std::vector<LimitRule> default_limits() {
    using std::chrono::seconds;
    return {
        {.name = "out-packets", .direction = Direction::out, .per_second = 100'000, .window = seconds{300}},
        {.name = "out-packets-fast",
         .direction = Direction::out,
         .per_second = 1'000'000,
         .window = seconds{2}},
        {.name = "in-packets", .direction = Direction::in, .per_second = 200'000, .window = seconds{300}},
        {.name = "in-packets-fast",
         .direction = Direction::in,
         .per_second = 1'000'000,
         .window = seconds{2}},
    };
}

}  // namespace flowlock
