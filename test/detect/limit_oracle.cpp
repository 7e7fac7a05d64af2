// SPDX-License-Identifier: BSD-3-Clause
#include "limit_oracle.hpp"

#include <algorithm>

namespace flowlock::test {
namespace {

std::string text(const Traffic& traffic) {
    return std::to_string(traffic.packets.value) + "p/" + std::to_string(traffic.bytes.value) + "b/" +
           std::to_string(traffic.flows.value) + "f";
}

std::int64_t second_of(Time time) {
    return ns_of(time) / second_ns;
}

// By packets, descending, then by address.
std::string list(const std::map<IpAddress, Traffic>& addresses) {
    std::vector<std::pair<IpAddress, Traffic>> sorted(addresses.begin(), addresses.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.packets > b.second.packets; });
    std::string joined;
    for (const auto& [address, traffic] : sorted) joined += " " + address.to_string() + "=" + text(traffic);
    return joined;
}

std::string list(const std::vector<External>& addresses) {
    std::string joined;
    for (const External& each : addresses)
        joined += " " + each.address.to_string() + "=" + text(each.traffic);
    return joined;
}

}  // namespace

void LimitOracle::take_up(const std::vector<Sent>& packets) {
    std::vector<Record>& records = records_[now_s_];
    for (const Sent& sent : packets) {
        const Decoded packet = decoded(sent);
        const bool out = internal().contains(IpAddress::parse(sent.from).value());
        const std::string host = out ? sent.from : sent.to, external = out ? sent.to : sent.from;
        const Direction direction = out ? Direction::out : Direction::in;
        auto record = std::find_if(records.begin(), records.end(), [&](const Record& each) {
            return each.key == packet.key && each.direction == direction;
        });
        if (record == records.end()) {
            records.push_back({.time_s = now_s_,
                               .host = host,
                               .external = external,
                               .group = group_of(host),
                               .key = packet.key,
                               .direction = direction,
                               .traffic = plain(sent),
                               .allowance = allowance_of(packet.key, direction)});
            record = std::prev(records.end());
        }
        record->packets += 1;
        record->bytes += sent.bytes;
        if (pairs_.emplace(host, external).second) record->new_external = true;
        senders_.emplace(packet.key, packet.sender);
    }
    for (Record& record : records) {
        const bool answered = senders_.contains({record.key, 0}) && senders_.contains({record.key, 1});
        if (answered && record.traffic != PlainTraffic::icmp) record.traffic = PlainTraffic::conversation;
    }
}

bool LimitOracle::counts(const LimitRule& rule, const Record& record, bool with_allowed) const {
    if (record.direction != rule.direction || (record.allowance != 0 && !with_allowed)) return false;
    const std::uint8_t protocol = record.key.protocol;
    if (rule.protocol == ProtocolClass::tcp && protocol != 6) return false;
    if (rule.protocol == ProtocolClass::udp && protocol != 17) return false;
    if (rule.protocol == ProtocolClass::icmp && record.traffic != PlainTraffic::icmp) return false;
    if (rule.traffic == CountedTraffic::unanswered && record.traffic == PlainTraffic::conversation)
        return false;
    static const std::map<std::string, PlainTraffic> vectors{{"syn_flood", PlainTraffic::syn},
                                                             {"ack_flood", PlainTraffic::ack},
                                                             {"udp_flood", PlainTraffic::udp},
                                                             {"icmp_flood", PlainTraffic::icmp},
                                                             {"protocol_flood", PlainTraffic::other}};
    return rule.vector == "any" || vectors.at(rule.vector) == record.traffic;
}

bool LimitOracle::is_of_rule(const LimitRule& rule, const std::string& group) const {
    if (rule.group != "*") return group == rule.group;
    if (rule.per == Scope::group || group.empty()) return true;
    return std::none_of(options_.rules.begin(), options_.rules.end(), [&](const LimitRule& other) {
        return other.group == group && other.direction == rule.direction && other.metric == rule.metric &&
               other.window == rule.window && other.protocol == rule.protocol &&
               other.vector == rule.vector && other.traffic == rule.traffic && other.per == rule.per;
    });
}

std::string LimitOracle::subject_of(const LimitRule& rule, const std::string& host) const {
    if (rule.per == Scope::host) return host;
    return rule.per == Scope::network ? network_of(host) : rule.group;
}

template <class Act>
void LimitOracle::for_window(const LimitRule& rule, std::int64_t until_s, Act&& act) const {
    for (std::int64_t second = until_s - rule.window.count() + 1; second <= until_s; ++second) {
        const auto found = records_.find(second);
        if (found == records_.end()) continue;
        for (const Record& record : found->second)
            if (record.direction == rule.direction && is_of_rule(rule, record.group)) act(record);
    }
}

LimitOracle::Sums LimitOracle::sums_of(const LimitRule& rule, bool with_allowed) const {
    Sums sums;
    std::map<std::pair<std::string, FlowKey>, bool>
        flows;  // by subject: whether it counts as what it was last
    for_window(rule, now_s_, [&](const Record& record) {
        const std::string subject = subject_of(rule, record.host);
        const bool counted = counts(rule, record, with_allowed);
        if (rule.metric == Metric::flows) flows[{subject, record.key}] = counted;
        if (!counted) return;
        if (rule.metric == Metric::packets) sums[subject] += record.packets;
        if (rule.metric == Metric::bits) sums[subject] += record.bytes * 8;
        if (rule.metric == Metric::new_externals) sums[subject] += record.new_external ? 1 : 0;
    });
    for (const auto& [flow, counted] : flows) sums[flow.first] += counted ? 1 : 0;
    return sums;
}

// Whoever is silent is not looked at, unless a limit of his waits for its open_time.
bool LimitOracle::is_active(const LimitRule& rule, const std::string& subject) const {
    if (rule.per == Scope::group || rule.open_time.count() > 0) return true;
    const auto& records = records_.at(now_s_);
    return std::any_of(records.begin(), records.end(), [&](const Record& record) {
        return record.direction == rule.direction && subject_of(rule, record.host) == subject;
    });
}

void LimitOracle::judge(Scope scope) {
    if (scope == Scope::host) {
        sums_.assign(options_.rules.size(), {});
        for (std::size_t i = 0; i < options_.rules.size(); ++i) {
            const LimitRule& rule = options_.rules[i];
            sums_[i] = {sums_of(rule, false), sums_of(rule, true)};
            const std::uint64_t most = rule.per_second * static_cast<std::uint64_t>(rule.window.count());
            for (const bool with : {false, true}) {
                for (const auto& [subject, sum] : sums_[i][with])
                    if (sum > most) since_.try_emplace({i, subject, with}, now_s_);
                std::erase_if(since_, [&](const auto& each) {
                    const auto& [number, subject, allowed] = each.first;
                    return number == i && allowed == with && sums_[i][with][subject] <= most;
                });
            }
        }
    }
    // Once more for those that were exceeded before another one opened the case.
    for (const bool again : {false, true})
        for (std::size_t i = 0; i < options_.rules.size(); ++i) {
            const LimitRule& rule = options_.rules[i];
            if (rule.per != scope || (again && rule.open_time.count() == 0)) continue;
            for (const auto& [subject, sum] : sums_[i][1]) {
                if (!since_.contains({i, subject, true}) || !is_active(rule, subject)) continue;
                const bool locks = since_.contains({i, subject, false});
                exceed(i, subject, !locks);
                if (locks && open_.contains({rule.per, subject, rule.direction, rule.metric, true}))
                    exceed(i, subject, true);
            }
        }
}

bool LimitOracle::is_blocked(const CaseKey& key) const {
    CaseKey locked = key;
    locked.allowed = false;
    if (key.allowed && open_.contains(locked)) return true;
    return key.scope == Scope::network && std::any_of(open_.begin(), open_.end(), [&](const auto& each) {
               const CaseKey& host = each.first;
               return host.scope == Scope::host && !host.allowed && host.direction == key.direction &&
                      network_of(host.subject) == key.subject;
           });
}

void LimitOracle::exceed(std::size_t number, const std::string& subject, bool allowed) {
    const LimitRule& rule = options_.rules[number];
    const CaseKey key{rule.per, subject, rule.direction, rule.metric, allowed};
    const std::int64_t since_s = since_.at({number, subject, allowed});
    if (!open_.contains(key)) {
        if (now_s_ - since_s < rule.open_time.count() || is_blocked(key)) return;
        open_[key] = {.opened_s = now_s_, .excesses = {}, .times = 0, .was_exceeded = false, .figures = {}};
    }
    auto& excesses = open_.at(key).excesses;
    const bool known = std::any_of(excesses.begin(), excesses.end(),
                                   [&](const Excess& each) { return each.rule == number; });
    // Without open_time: when it was seen to be.
    if (!known) excesses.push_back({number, rule.open_time.count() > 0 ? since_s : now_s_, now_s_});
}

void LimitOracle::take_peaks(const CaseKey& key, Case& open) {
    for (Excess& excess : open.excesses) {
        const LimitRule& rule = options_.rules[excess.rule];
        const auto& sums = sums_[excess.rule][key.allowed];
        const std::uint64_t sum = sums.contains(key.subject) ? sums.at(key.subject) : 0;
        if (sum > rule.per_second * static_cast<std::uint64_t>(rule.window.count()))
            excess.exceeded_s = now_s_;
        if (sum <= excess.peak) continue;
        excess.peak = sum;
        excess.peak_s = now_s_;
        if (&excess == &open.excesses.front()) open.figures = figures(key, rule);
    }
    const bool exceeded = open.excesses.front().exceeded_s == now_s_;
    if (exceeded && !open.was_exceeded) ++open.times;
    open.was_exceeded = exceeded;
}

std::string LimitOracle::figures(const CaseKey& key, const LimitRule& rule) const {
    Traffic total;
    std::map<IpAddress, Traffic> externals, internals;
    std::map<std::uint8_t, std::pair<std::uint64_t, std::uint64_t>> allowed;
    std::set<FlowKey> flows;
    for_window(rule, now_s_, [&](const Record& record) {
        if (subject_of(rule, record.host) != key.subject) return;
        if (record.allowance != 0 && counts(rule, record, true)) {
            allowed[record.allowance].first += record.packets;
            allowed[record.allowance].second += record.bytes;
        }
        if (!counts(rule, record, key.allowed)) return;
        const Traffic traffic{{record.packets}, {record.bytes}, {flows.insert(record.key).second ? 1u : 0u}};
        total += traffic;
        externals[IpAddress::parse(record.external).value()] += traffic;
        internals[IpAddress::parse(record.host).value()] += traffic;
    });
    std::string said = text(total) + " externals" + list(externals) + " internals" +
                       (rule.per == Scope::host ? "" : list(internals)) + " allowed";
    for (const auto& [number, sum] : allowed)
        said += " " + options_.allowances[number - 1].reason + "=" + std::to_string(sum.first) + "p/" +
                std::to_string(sum.second) + "b";
    return said;
}

bool LimitOracle::is_quiet(const Case& open) const {
    return std::all_of(open.excesses.begin(), open.excesses.end(), [&](const Excess& excess) {
        return now_s_ - excess.exceeded_s >= options_.rules[excess.rule].quiet_time.count();
    });
}

std::int64_t LimitOracle::last_exceeded(const Case& open) {
    std::int64_t last = 0;
    for (const Excess& excess : open.excesses) last = std::max(last, excess.exceeded_s);
    return last;
}

std::string LimitOracle::line(const CaseKey& key, const Case& open,
                              std::optional<std::int64_t> closed_s) const {
    std::string said =
        std::string(name_of(key.scope)) + " " +
        (key.scope == Scope::group ? options_.rules[open.excesses[0].rule].group : key.subject) + " " +
        name_of(key.direction) + " " + name_of(key.metric) + (key.allowed ? " exonerated" : " lock") +
        " opened " + std::to_string(open.opened_s + 1) + " closed " +
        (closed_s ? std::to_string(*closed_s + 1) : "-");
    for (const Excess& excess : open.excesses) {
        const LimitRule& rule = options_.rules[excess.rule];
        said += " [" + rule.name + " first " + std::to_string(excess.first_s + 1) + " peak " +
                std::to_string(excess.peak_s + 1) + " " +
                std::to_string(excess.peak / static_cast<std::uint64_t>(rule.window.count())) + "]";
    }
    return said + " times " + std::to_string(open.times) + " " + open.figures;
}

std::string LimitOracle::line_of(const Finding& found) {
    const std::string subject = found.scope == Scope::host      ? found.host.to_string()
                                : found.scope == Scope::network ? found.subject
                                                                : found.group;
    std::string said = std::string(name_of(found.scope)) + " " + subject + " " + name_of(found.direction) +
                       " " + name_of(found.trigger.metric) +
                       (found.verdict == Verdict::exonerated ? " exonerated" : " lock") + " opened " +
                       std::to_string(second_of(found.opened)) + " closed " +
                       (found.closed ? std::to_string(second_of(*found.closed)) : "-");
    for (const Trigger& trigger : found.limit.rules)
        said += " [" + trigger.rule + " first " + std::to_string(second_of(trigger.first_exceeded)) +
                " peak " + std::to_string(second_of(trigger.peak)) + " " + std::to_string(trigger.value) +
                "]";
    said += " times " + std::to_string(found.limit.excesses) + " " + text(found.totals) + " externals" +
            list(found.externals) + " internals" + list(found.limit.internals) + " allowed";
    for (const AllowedTraffic& allowed : found.limit.allowed)
        said += " " + allowed.reason + "=" + std::to_string(allowed.packets) + "p/" +
                std::to_string(allowed.bytes) + "b";
    return said;
}

}  // namespace flowlock::test
