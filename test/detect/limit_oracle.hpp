// SPDX-License-Identifier: BSD-3-Clause
// What limits should say, by adding up a plain list of packets anew for every second, rule and subject. As simple as
// the rules are stated, and slow. It knows traffic whose class is plain: see PlainTraffic.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "limit_stage.hpp"

namespace flowlock::test {

// Of a flow: SYN that nobody answers, or packets that are a flood until the other side has sent one, too.
enum class PlainTraffic : std::uint8_t { syn, ack, udp, icmp, other, conversation };

class LimitOracle {
public:
    // Of hosts in `groups` by options.groups; networks are those of the first three numbers of an address, or six.
    explicit LimitOracle(const LimitOptions& options) : options_(options) {}

    // Seconds follow each other without a gap. The packets' times grow.
    void second(std::int64_t now_s, const std::vector<Sent>& packets) {
        now_s_ = now_s;
        take_up(packets);
        judge(Scope::host);
        judge(Scope::network);
        judge(Scope::group);
        for (auto& [key, open] : open_) take_peaks(key, open);
        for (auto at = open_.begin(); at != open_.end();) {
            if (!is_quiet(at->second)) {
                ++at;
                continue;
            }
            lines_.push_back(line(at->first, at->second, last_exceeded(at->second)));
            at = open_.erase(at);
        }
    }
    // A line for each case, in no order.
    std::vector<std::string> finish() {
        for (auto& [key, open] : open_) {
            const std::int64_t last = last_exceeded(open);
            lines_.push_back(line(key, open, last == now_s_ ? std::nullopt : std::optional(last)));
        }
        open_.clear();
        return std::move(lines_);
    }
    // The same of what was found.
    static std::string line_of(const Finding& found);

private:
    // What a flow had in a direction, in a second.
    struct Record {
        std::int64_t time_s;
        std::string host, external, group;
        FlowKey key;
        Direction direction;
        PlainTraffic traffic = PlainTraffic::other;
        std::uint8_t allowance = 0;
        std::uint64_t packets = 0, bytes = 0;
        bool new_external = false;
    };
    struct CaseKey {
        Scope scope;
        std::string subject;
        Direction direction;
        Metric metric;
        bool allowed;
        friend auto operator<=>(const CaseKey&, const CaseKey&) = default;
    };
    struct Excess {
        std::size_t rule;
        std::int64_t first_s, exceeded_s, peak_s = 0;
        std::uint64_t peak = 0;
    };
    struct Case {
        std::int64_t opened_s;
        std::vector<Excess> excesses;
        std::uint64_t times = 0;
        bool was_exceeded = false;
        std::string figures;
    };
    using Sums = std::map<std::string, std::uint64_t>;  // by subject

    static std::string network_of(const std::string& host) {
        if (host.find(':') == std::string::npos) return host.substr(0, host.rfind('.')) + ".0/24";
        return "2001:db8:1::/48";
    }
    std::string group_of(const std::string& host) const {
        for (const HostGroup& group : options_.groups)
            if (group.prefixes.contains(IpAddress::parse(host).value())) return group.name;
        return "";
    }
    static PlainTraffic plain(const Sent& sent) {
        if (sent.protocol == 6) return sent.flags == 2 ? PlainTraffic::syn : PlainTraffic::ack;
        if (sent.protocol == 17) return PlainTraffic::udp;
        return sent.protocol == 1 || sent.protocol == 58 ? PlainTraffic::icmp : PlainTraffic::other;
    }
    std::uint8_t allowance_of(const FlowKey& key, Direction direction) const {
        for (std::size_t i = 0; i < options_.allowances.size(); ++i) {
            const Allowance& allowance = options_.allowances[i];
            if (allowance.matches(key) && (direction == Direction::out ? allowance.out : allowance.in))
                return static_cast<std::uint8_t>(i + 1);
        }
        return 0;
    }
    void take_up(const std::vector<Sent>& packets);
    bool counts(const LimitRule& rule, const Record& record, bool with_allowed) const;
    bool is_of_rule(const LimitRule& rule, const std::string& group) const;
    std::string subject_of(const LimitRule& rule, const std::string& host) const;
    template <class Act>
    void for_window(const LimitRule& rule, std::int64_t until_s, Act&& act) const;
    Sums sums_of(const LimitRule& rule, bool with_allowed) const;
    void judge(Scope scope);
    void exceed(std::size_t rule, const std::string& subject, bool allowed);
    bool is_active(const LimitRule& rule, const std::string& subject) const;
    bool is_blocked(const CaseKey& key) const;
    void take_peaks(const CaseKey& key, Case& open);
    std::string figures(const CaseKey& key, const LimitRule& rule) const;
    bool is_quiet(const Case& open) const;
    static std::int64_t last_exceeded(const Case& open);
    std::string line(const CaseKey& key, const Case& open, std::optional<std::int64_t> closed_s) const;

    LimitOptions options_;
    std::int64_t now_s_ = 0;
    std::map<std::int64_t, std::vector<Record>> records_;  // by second
    std::set<std::pair<FlowKey, unsigned>> senders_;       // of a flow: who has ever sent
    std::set<std::pair<std::string, std::string>> pairs_;  // of host and external address that have met
    std::vector<std::array<Sums, 2>> sums_;  // of this second, by rule; without and with what is allowed
    std::map<std::tuple<std::size_t, std::string, bool>, std::int64_t> since_;  // exceeded in every second
    std::map<CaseKey, Case> open_;
    std::vector<std::string> lines_;
};

}  // namespace flowlock::test
