// SPDX-License-Identifier: BSD-3-Clause
#include "detect/limit_rule.hpp"

#include <algorithm>

#include "packet/reflectors.hpp"

namespace flowlock {
namespace {

std::vector<std::string> make_vector_names() {
    std::vector<std::string> names{
        "syn_flood",  "ack_flood",      "rst_flood",      "tcp_flag_flood", "udp_flood",
        "icmp_flood", "fragment_flood", "protocol_flood", "amplification",  "amplification:tcp_synack"};
    for (const Reflector& reflector : reflectors)
        names.push_back("amplification:" + std::string(reflector.name));
    return names;
}

}  // namespace

// The slow limits are the field's: 100,000 packets/s out over 300 s is the provider's own, 200,000 packets/s
// in the lower of the two that are usual inwards. The fast ones must catch a flood in seconds and may not hit
// a bulk transfer: 10 GbE in full-size frames (1,538 bytes with preamble and gap) is 812,743 packets/s, so a
// host on a 10 Gbit/s port that sends or receives more than 1,000,000 packets/s for two seconds is not
// transferring files.
//
// What nobody answers is no transfer at all, so it may be limited far lower. Out: 20,000 packets/s, which
// FastNetMon ships for all traffic of a host. In: where it hurts, a 1 Gbit/s port being full with 81,274
// full-size frames a second; the same for all hosts of a network together, each of which gets little.
std::vector<LimitRule> default_limits() {
    using std::chrono::seconds;
    const auto rule = [](const char* name, Direction direction, std::uint64_t per_second, seconds window) {
        LimitRule made;
        made.name = name;
        made.direction = direction;
        made.per_second = per_second;
        made.window = window;
        return made;
    };
    std::vector<LimitRule> rules{
        rule("out-packets", Direction::out, 100'000, seconds{300}),
        rule("out-packets-fast", Direction::out, 1'000'000, seconds{2}),
        rule("in-packets", Direction::in, 200'000, seconds{300}),
        rule("in-packets-fast", Direction::in, 1'000'000, seconds{2}),
    };
    for (auto flood : {rule("out-flood", Direction::out, 20'000, seconds{2}),
                       rule("in-flood", Direction::in, 100'000, seconds{2}),
                       rule("in-carpet", Direction::in, 100'000, seconds{2})}) {
        flood.traffic = CountedTraffic::unanswered;
        rules.push_back(std::move(flood));
    }
    rules.back().per = Scope::network;
    // Who forges his source is a host like others.
    auto forged = rule("out-forged", Direction::out, 20'000, seconds{2});
    forged.traffic = CountedTraffic::unanswered;
    forged.per = Scope::outside;
    rules.push_back(std::move(forged));
    return rules;
}

bool counts_the_same(const LimitRule& a, const LimitRule& b) {
    return a.direction == b.direction && a.metric == b.metric && a.protocol == b.protocol &&
           a.vector == b.vector && a.traffic == b.traffic && a.per == b.per && a.window == b.window;
}

bool is_vector(std::string_view name) {
    const auto names = vector_names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string_view> vector_names() {
    static const auto names = make_vector_names();
    return {names.begin(), names.end()};
}

}  // namespace flowlock
