// SPDX-License-Identifier: BSD-3-Clause
#include "config/abuse_values.hpp"

#include <algorithm>

namespace flowlock {
namespace {

struct NamedRule {
    std::string_view name;
    AbuseRule AbuseOptions::*rule;
};
constexpr NamedRule rules[] = {
    {"amplification", &AbuseOptions::amplification},
    {"brute_force", &AbuseOptions::brute_force},
    {"c2", &AbuseOptions::c2},
    {"exploit", &AbuseOptions::exploit},
    {"malware", &AbuseOptions::malware},
    {"mining", &AbuseOptions::mining},
    {"p2p", &AbuseOptions::p2p},
    {"phishing", &AbuseOptions::phishing},
    {"sip_scan", &AbuseOptions::sip_scan},
};

}  // namespace

Complaints read_abuse_kinds(const toml::node& value, AbuseOptions& options) {
    const auto* array = value.as_array();
    if (array == nullptr)
        return {
            {&value, described(value) + "; write kinds within brackets, such as [\"mining\", \"malware\"]"}};
    std::vector<std::string_view> names;
    for (const NamedRule& rule : rules) names.push_back(rule.name);
    Complaints complaints;
    std::vector<int> chosen;
    for (const auto& element : *array) {
        const int position = find_choice(element, names, complaints);
        if (position < 0) continue;
        if (std::ranges::count(chosen, position) > 0)
            complaints.push_back({&element, described(element) + ", which stands there twice; remove one"});
        chosen.push_back(position);
    }
    if (!complaints.empty()) return complaints;
    for (const NamedRule& rule : rules) (options.*rule.rule).enabled = false;
    for (const int position : chosen) (options.*rules[position].rule).enabled = true;
    return {};
}

}  // namespace flowlock
