// SPDX-License-Identifier: BSD-3-Clause
#include "config/item_keys.hpp"

#include "config/mistakes.hpp"
#include "config/spelling.hpp"

namespace flowlock {
namespace {

using std::chrono::seconds;

constexpr seconds day{86'400};

// 100 Tbit/s: over a day the sum still fits 63 bits.
constexpr CountRange rates{1, 100'000'000'000'000};

constexpr NamedChoice<Direction> directions[] = {{"out", Direction::out}, {"in", Direction::in}};
constexpr NamedChoice<Metric> metrics[] = {{"packets", Metric::packets},
                                           {"bits", Metric::bits},
                                           {"flows", Metric::flows},
                                           {"new_externals", Metric::new_externals}};
constexpr NamedChoice<ProtocolClass> protocols[] = {{"any", ProtocolClass::any},
                                                    {"tcp", ProtocolClass::tcp},
                                                    {"udp", ProtocolClass::udp},
                                                    {"icmp", ProtocolClass::icmp}};
constexpr NamedChoice<CountedTraffic> traffics[] = {{"any", CountedTraffic::any},
                                                    {"unanswered", CountedTraffic::unanswered}};
constexpr NamedChoice<Scope> scopes[] = {
    {"host", Scope::host}, {"network", Scope::network}, {"group", Scope::group}, {"outside", Scope::outside}};

Complaints read_vector(const toml::node& value, std::string& option) {
    const auto* text = value.as_string();
    if (text == nullptr)
        return {{&value, described(value) + "; write \"any\" or the name of an attack vector, such as "
                                            "\"syn_flood\""}};
    auto names = vector_names();
    names.insert(names.begin(), "any");
    if (std::find(names.begin(), names.end(), **text) != names.end()) {
        option = **text;
        return {};
    }
    // "dns" is as good as "amplification:dns" to find it, although not to be it.
    const std::string amplification = "amplification:" + **text;
    const std::string known = is_vector(amplification) ? "is not known; did you mean " + amplification + "?"
                                                       : unknown_name(**text, names);
    return {{&value, quoted(**text) + " " + known}};
}

// Whether there is such a group can only be told when all have been read.
Complaints read_group_of_limit(const toml::node& value, std::string& option) {
    const auto* text = value.as_string();
    if (text == nullptr)
        return {
            {&value, described(value) + "; write \"*\" for every internal host, or the name of a [[group]]"}};
    option = **text;
    return {};
}

Complaints read_group_name(const toml::node& value, std::string& option) {
    const auto* text = value.as_string();
    if (text != nullptr && **text == "*")
        return {{&value, "is \"*\", which stands for every internal host; give the group a name of its own"}};
    return read_name(value, option);
}

Complaints read_some_networks(const toml::node& value, PrefixSet& option) {
    if (const auto* array = value.as_array(); array != nullptr && array->empty())
        return {{&value, "is empty; write networks within the brackets, or remove it"}};
    return read_networks(value, option);
}

constexpr ItemKey<LimitRule> keys_of_limit[] = {
    {"name", "", false, [](const toml::node& v, LimitRule& r) { return read_name(v, r.name); }},
    {"direction", "direction = \"out\" or \"in\"", true,
     [](const toml::node& v, LimitRule& r) { return read_choice(v, directions, r.direction); }},
    {"metric", "metric = \"packets\", \"bits\", \"flows\" or \"new_externals\"", true,
     [](const toml::node& v, LimitRule& r) { return read_choice(v, metrics, r.metric); }},
    {"per_second", "for example per_second = 100_000", false,
     [](const toml::node& v, LimitRule& r) { return read_count(v, rates, r.per_second); }},
    {"window", "for example window = \"300s\"", true,
     [](const toml::node& v, LimitRule& r) {
         return read_epochs(v, {seconds{1}, day}, r.window);
     }},
    {"protocol", "", true,
     [](const toml::node& v, LimitRule& r) { return read_choice(v, protocols, r.protocol); }},
    {"vector", "", true, [](const toml::node& v, LimitRule& r) { return read_vector(v, r.vector); }},
    {"traffic", "", true,
     [](const toml::node& v, LimitRule& r) { return read_choice(v, traffics, r.traffic); }},
    {"group", "", true, [](const toml::node& v, LimitRule& r) { return read_group_of_limit(v, r.group); }},
    {"per", "", true, [](const toml::node& v, LimitRule& r) { return read_choice(v, scopes, r.per); }},
    {"open_time", "", false,
     [](const toml::node& v, LimitRule& r) {
         return read_epochs(v, {seconds{0}, day - seconds{1}}, r.open_time);
     }},
    {"quiet_time", "", false,
     [](const toml::node& v, LimitRule& r) {
         return read_epochs(v, {seconds{1}, day}, r.quiet_time);
     }},
};

constexpr ItemKey<HostGroup> keys_of_group[] = {
    {"name", "for example name = \"web\"", false,
     [](const toml::node& v, HostGroup& g) { return read_group_name(v, g.name); }},
    {"prefixes", "for example prefixes = [\"10.0.0.0/24\"]", false,
     [](const toml::node& v, HostGroup& g) { return read_some_networks(v, g.prefixes); }},
};

constexpr ItemKey<Allowance> keys_of_allow[] = {
    {"reason", "for example reason = \"backup by night\"", false,
     [](const toml::node& v, Allowance& a) { return read_reason(v, a.reason); }},
    {"prefixes", "", false,
     [](const toml::node& v, Allowance& a) { return read_some_networks(v, a.prefixes); }},
    {"ports", "", false, [](const toml::node& v, Allowance& a) { return read_ports(v, a.ports); }},
    {"directions", "", false,
     [](const toml::node& v, Allowance& a) { return read_directions(v, a.out, a.in); }},
};

}  // namespace

std::span<const ItemKey<LimitRule>> limit_keys() {
    return keys_of_limit;
}

std::span<const ItemKey<HostGroup>> group_keys() {
    return keys_of_group;
}

std::span<const ItemKey<Allowance>> allow_keys() {
    return keys_of_allow;
}

}  // namespace flowlock
