// SPDX-License-Identifier: BSD-3-Clause
// One TOML value to one option: each function reads `value` into `option`, or leaves it alone and says what
// is wrong and what to write instead. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "base/prefix.hpp"
#include "detect/station_list.hpp"

namespace flowlock {

struct Complaint {
    const toml::node* value;  // what it is about: the value, or an element of it
    std::string text;         // "reason; mend", to be read after the key's name
};
using Complaints = std::vector<Complaint>;  // none: the option is set

struct CountRange {
    std::uint64_t min;
    std::uint64_t max;
};

struct DurationRange {
    std::chrono::seconds shortest;
    std::chrono::seconds longest;
};

// What stands there instead of what should: 'is "abc"', "is 20", "is an array".
std::string described(const toml::node& value);

Complaints read_flag(const toml::node& value, bool& option);
Complaints read_count(const toml::node& value, CountRange range, std::uint64_t& option);
Complaints read_count(const toml::node& value, CountRange range, std::uint32_t& option);
Complaints read_power_of_two(const toml::node& value, CountRange range, std::uint32_t& option);
// A string of digits and a unit, "300s", "5m" or "24h", from 1 s to longest.
Complaints read_duration(const toml::node& value, std::chrono::seconds longest, std::chrono::seconds& option);
// … for what is judged at the ends of epochs: a whole number of them.
Complaints read_epochs(const toml::node& value, DurationRange range, std::chrono::seconds& option);
// … or milliseconds, "500ms", from shortest to longest.
Complaints read_duration(const toml::node& value, std::chrono::milliseconds shortest,
                         std::chrono::seconds longest, std::chrono::milliseconds& option);
// An array of strings that are not empty and have no control characters, none of them twice.
Complaints read_texts(const toml::node& value, std::vector<std::string>& option);
// An array of CPU numbers, none of them twice.
Complaints read_cpus(const toml::node& value, std::vector<std::uint32_t>& option);
// An absolute path.
Complaints read_path(const toml::node& value, std::string& option);
// … or an empty string, which names none.
Complaints read_optional_path(const toml::node& value, std::string& option);
Complaints read_networks(const toml::node& value, PrefixSet& option);
// Networks and hardware addresses, in one array.
Complaints read_stations(const toml::node& value, StationList& option);
// Printable text of 1 to 200 characters that says why something is so.
Complaints read_reason(const toml::node& value, std::string& option);
// An array of port numbers, none of them twice, at least one and at most 100.
Complaints read_ports(const toml::node& value, std::vector<std::uint16_t>& option);
// An array of "out", "in" or both.
Complaints read_directions(const toml::node& value, bool& out, bool& in);
// A name of letters, digits, "-" and "_": it stands in reports, and in "--set limit.NAME.KEY=VALUE" between
// dots.
Complaints read_name(const toml::node& value, std::string& option);

// The position of the value in `names`, or -1 with a complaint.
int find_choice(const toml::node& value, std::span<const std::string_view> names, Complaints& complaints);

template <class Choice>
struct NamedChoice {
    std::string_view name;
    Choice choice;
};

template <class Choice, std::size_t size>
Complaints read_choice(const toml::node& value, const NamedChoice<Choice> (&choices)[size], Choice& option) {
    std::vector<std::string_view> names;
    for (const auto& named : choices) names.push_back(named.name);
    Complaints complaints;
    const int position = find_choice(value, names, complaints);
    if (position >= 0) option = choices[position].choice;
    return complaints;
}

// Why the text is not a network, and what to write instead; empty if it is one, which is then added to
// `networks`.
std::string add_network(std::string_view text, std::vector<Prefix>& networks);

// "300s" or "500ms", as a duration is written.
std::string written(std::chrono::milliseconds duration);

}  // namespace flowlock
