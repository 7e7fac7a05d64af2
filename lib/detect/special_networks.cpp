// SPDX-License-Identifier: BSD-3-Clause
#include "detect/special_networks.hpp"

#include <array>
#include <cassert>

namespace flowlock {

PrefixSet unanswering_networks(const PrefixSet& internal) {
    constexpr std::array networks{"0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10",  "127.0.0.0/8",
                                  "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4",
                                  "240.0.0.0/4",    "::/127",        "fc00::/7",       "fe80::/10",
                                  "ff00::/8"};
    std::vector<Prefix> apart;
    for (const char* text : networks) {
        const auto prefix = Prefix::parse(text);
        assert(prefix);
        if (!internal.overlaps(*prefix)) apart.push_back(*prefix);
    }
    return PrefixSet{std::move(apart)};
}

}  // namespace flowlock
