// SPDX-License-Identifier: BSD-3-Clause
// What only the whole configuration can tell of limits, groups and allowances: those that repeat each other,
// overlap or refer to what is not there, and keys of one that exclude each other.
#include <algorithm>
#include <tuple>

#include "config/draft.hpp"
#include "config/spelling.hpp"

namespace flowlock {
namespace {

// Where the key was said, else where the item begins.
template <class Item>
const Place& place_of(const Drafted<Item>& item, std::string_view key) {
    const auto found = item.keys.find(key);
    return found == item.keys.end() ? item.place : found->second;
}

// Cites the later of the two, or the one that was changed on the command line.
template <class Item>
void add_repetition(const Drafted<Item>& first, const Drafted<Item>& second, const char* what,
                    const char* mend, Mistakes& mistakes) {
    const bool first_is_newer = first.place.line > second.place.line;
    const auto& newer = first_is_newer ? first : second;
    const auto& older = first_is_newer ? second : first;
    mistakes.add(newer.place, std::string("repeats the ") + what + " of " + older.place.label + "; " + mend);
}

template <class Item>
void check_size(const std::vector<Drafted<Item>>& items, std::size_t size_max, const char* what,
                Mistakes& mistakes) {
    if (items.size() > size_max)
        mistakes.add(items[size_max].place, "is one more than the " + std::to_string(size_max) + " " + what +
                                                " that there may be; join some of them");
}

void check_repetitions(ConfigDraft& draft) {
    // What counts_the_same() looks at, and the group.
    using Identity = std::tuple<Direction, Metric, ProtocolClass, std::string, CountedTraffic, std::string,
                                Scope, std::chrono::seconds>;
    std::map<Identity, const Drafted<LimitRule>*> by_identity;
    std::map<std::string, const Drafted<LimitRule>*> by_name;
    for (const auto& limit : draft.limits) {
        const LimitRule& rule = limit.item;
        const Identity identity{rule.direction, rule.metric, rule.protocol, rule.vector,
                                rule.traffic,   rule.group,  rule.per,      rule.window};
        const auto [same, is_new] = by_identity.try_emplace(identity, &limit);
        const auto [namesake, is_new_name] = by_name.try_emplace(rule.name, &limit);
        if (!is_new)
            add_repetition(*same->second, limit,
                           "direction, metric, window, protocol, vector, traffic, group and per",
                           "change one of them, or remove one limit", draft.mistakes);
        else if (!is_new_name)
            add_repetition(*namesake->second, limit, "name", "give each limit a name of its own",
                           draft.mistakes);
    }
}

void check_group_of_limit(const Drafted<LimitRule>& limit, const std::vector<std::string_view>& names,
                          Mistakes& mistakes) {
    const std::string& group = limit.item.group;
    if (group == "*" || std::find(names.begin(), names.end(), group) != names.end()) return;
    const std::string known = names.empty()
                                  ? "is not known, since there is no [[group]]; write one, or \"*\" for "
                                    "every internal host"
                                  : unknown_name(group, names);
    mistakes.add(place_of(limit, "group"), quoted(group) + " " + known);
}

// The protocols, as written, of which the vector's packets can be; none: it is of others.
std::vector<std::string_view> protocols_of(std::string_view vector) {
    if (vector == "any" || vector == "fragment_flood") return {"tcp", "udp", "icmp"};
    if (vector == "protocol_flood") return {};
    if (vector == "icmp_flood") return {"icmp"};
    if (vector == "amplification") return {"tcp", "udp"};
    if (vector == "udp_flood") return {"udp"};
    if (vector.starts_with("amplification:") && vector != "amplification:tcp_synack") return {"udp"};
    return {"tcp"};
}

// Whoever talks to whom outside is judged by the sender; groups are of internal hosts.
void check_outside(const Drafted<LimitRule>& limit, Mistakes& mistakes) {
    if (limit.item.per != Scope::outside) return;
    if (limit.item.direction == Direction::in)
        mistakes.add(place_of(limit, "direction"),
                     "is \"in\", but with per = \"outside\" nobody internal receives; write \"out\"");
    if (limit.item.group != "*")
        mistakes.add(place_of(limit, "group"),
                     "names a group, but with per = \"outside\" no internal host sends; write \"*\"");
}

void check_vector(const Drafted<LimitRule>& limit, Mistakes& mistakes) {
    const LimitRule& rule = limit.item;
    const std::string_view protocol = name_of(rule.protocol);
    const auto possible = protocols_of(rule.vector);
    if (protocol == "any" || std::find(possible.begin(), possible.end(), protocol) != possible.end()) return;
    std::string choices = "\"any\"";
    for (const auto choice : possible) choices += " or " + quoted(choice);
    const Place& protocol_place = place_of(limit, "protocol");
    const Place& vector_place = place_of(limit, "vector");
    mistakes.add(protocol_place.line >= vector_place.line ? protocol_place : vector_place,
                 "counts nothing: the vector " + quoted(rule.vector) + " is never of the protocol " +
                     quoted(protocol) + "; write protocol = " + choices + ", or another vector");
}

// A network and whose it is.
struct Claim {
    const Prefix* prefix;
    const Drafted<HostGroup>* group;
};

// Those that contain others stand before them.
bool comes_before(const Claim& a, const Claim& b) {
    const auto rank = [](const Claim& claim) {
        return std::tuple(claim.prefix->is_ipv4(), claim.prefix->network(), claim.prefix->length());
    };
    return rank(a) < rank(b);
}

void add_overlap(const Claim& a, const Claim& b, Mistakes& mistakes) {
    const bool a_is_later = a.group->place.line > b.group->place.line;
    const Claim& later = a_is_later ? a : b;
    const Claim& earlier = a_is_later ? b : a;
    mistakes.add(place_of(*later.group, "prefixes"),
                 later.prefix->to_string() + " overlaps " + earlier.prefix->to_string() + " of " +
                     earlier.group->place.label + " (" + earlier.group->item.name +
                     "); a host is in one group only, so remove one of the two");
}

void check_overlaps(ConfigDraft& draft) {
    std::vector<Claim> claims;
    for (const auto& group : draft.groups)
        for (const auto& prefix : group.item.prefixes.prefixes()) claims.push_back({&prefix, &group});
    std::stable_sort(claims.begin(), claims.end(), comes_before);
    // The networks that contain the one at hand, the longest last. Of these, neighbours of two groups have been
    // told already.
    std::vector<Claim> around;
    for (const Claim& claim : claims) {
        while (!around.empty() && !around.back().prefix->overlaps(*claim.prefix)) around.pop_back();
        if (!around.empty() && around.back().group != claim.group)
            add_overlap(around.back(), claim, draft.mistakes);
        around.push_back(claim);
    }
}

}  // namespace

void check_limits(ConfigDraft& draft) {
    check_repetitions(draft);
    std::vector<std::string_view> groups;
    for (const auto& group : draft.groups) groups.push_back(group.item.name);
    for (const auto& limit : draft.limits) {
        check_group_of_limit(limit, groups, draft.mistakes);
        check_vector(limit, draft.mistakes);
        check_outside(limit, draft.mistakes);
    }
}

void check_groups(ConfigDraft& draft) {
    check_size(draft.groups, groups_max, "groups", draft.mistakes);
    std::map<std::string, const Drafted<HostGroup>*> by_name;
    for (const auto& group : draft.groups) {
        const auto [namesake, is_new] = by_name.try_emplace(group.item.name, &group);
        if (!is_new)
            add_repetition(*namesake->second, group, "name", "give each group a name of its own",
                           draft.mistakes);
    }
    check_overlaps(draft);
}

void check_allowances(ConfigDraft& draft) {
    check_size(draft.allowances, allowances_max, "allowances", draft.mistakes);
    for (const auto& allowance : draft.allowances) {
        if (!allowance.item.ports.empty()) continue;
        const auto& prefixes = allowance.item.prefixes.prefixes();
        if (prefixes.empty())
            draft.mistakes.add(allowance.place,
                               "would allow everything; add prefixes, ports or both, such as ports = [514]");
        else if (std::any_of(prefixes.begin(), prefixes.end(),
                             [](const Prefix& p) { return p.length() == 0; }))
            draft.mistakes.add(place_of(allowance, "prefixes"),
                               "holds every address, and so would allow everything; write the networks that "
                               "are meant, or add ports");
    }
}

}  // namespace flowlock
