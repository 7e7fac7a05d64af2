// SPDX-License-Identifier: BSD-3-Clause
#include "config/values.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <sstream>

#include "config/mistakes.hpp"
#include "flow/epoch.hpp"

namespace flowlock {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Complaints complain(const toml::node& value, std::string text) {
    return {{&value, std::move(text)}};
}

// 1000000 as "1_000_000": easy to read, and TOML reads it too.
std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
        digits.insert(static_cast<std::size_t>(place), "_");
    return digits;
}

std::optional<std::uint64_t> count_of(const toml::node& value, CountRange range) {
    const auto* integer = value.as_integer();
    if (integer == nullptr || **integer < 0) return std::nullopt;
    const auto count = static_cast<std::uint64_t>(**integer);
    if (count < range.min || count > range.max) return std::nullopt;
    return count;
}

Complaints not_in_range(const toml::node& value, CountRange range) {
    return complain(value, described(value) + "; write a whole number from " + grouped(range.min) + " to " +
                               grouped(range.max));
}

// Digits, then a unit. Nothing: not written so, or longer than a day a thousand times over.
std::optional<milliseconds> duration_of(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit == "ms") return milliseconds{number};
    if (unit == "s") return seconds{number};
    if (unit == "m") return std::chrono::minutes{number};
    if (unit == "h") return std::chrono::hours{number};
    return std::nullopt;
}

bool only_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Complaints read_whole(const toml::node& value, DurationRange range, const std::string& not_whole,
                      seconds& option) {
    const std::string mend = "write digits and s, m or h, from " + quoted(written(range.shortest)) + " to " +
                             quoted(written(range.longest));
    const auto* text = value.as_string();
    if (value.is_integer() || (text != nullptr && only_digits(**text)))
        return complain(value, described(value) + ", without a unit; " + mend);
    const auto duration = text == nullptr ? std::nullopt : duration_of(**text);
    if (!duration) return complain(value, described(value) + ", not a duration in whole seconds; " + mend);
    if (*duration % seconds{1} != milliseconds{0})
        return complain(value, described(value) + ", " + not_whole + "; " + mend);
    if (*duration < range.shortest || *duration > range.longest)
        return complain(value, described(value) + ", out of range; " + mend);
    option = std::chrono::duration_cast<seconds>(*duration);
    return {};
}

}  // namespace

std::string described(const toml::node& value) {
    switch (value.type()) {
        case toml::node_type::string:
            return "is " + quoted(**value.as_string());
        case toml::node_type::integer:
            return "is " + std::to_string(**value.as_integer());
        case toml::node_type::boolean:
            return **value.as_boolean() ? "is true" : "is false";
        case toml::node_type::array:
            return "is an array";
        case toml::node_type::table:
            return "is a table";
        case toml::node_type::floating_point: {
            std::ostringstream text;
            text << **value.as_floating_point();
            return "is the fractional number " + text.str();
        }
        default:
            return "is a date or a time";
    }
}

std::string written(milliseconds duration) {
    if (duration % seconds{1} != milliseconds{0}) return std::to_string(duration.count()) + "ms";
    return std::to_string(duration / seconds{1}) + "s";
}

Complaints read_flag(const toml::node& value, bool& option) {
    const auto* flag = value.as_boolean();
    if (flag == nullptr) return complain(value, described(value) + "; write true or false, without quotes");
    option = **flag;
    return {};
}

Complaints read_count(const toml::node& value, CountRange range, std::uint64_t& option) {
    const auto count = count_of(value, range);
    if (!count) return not_in_range(value, range);
    option = *count;
    return {};
}

Complaints read_count(const toml::node& value, CountRange range, std::uint32_t& option) {
    std::uint64_t count = option;
    auto complaints = read_count(value, range, count);
    option = static_cast<std::uint32_t>(count);
    return complaints;
}

Complaints read_power_of_two(const toml::node& value, CountRange range, std::uint32_t& option) {
    const auto count = count_of(value, range);
    if (!count) return not_in_range(value, range);
    if (!std::has_single_bit(*count))
        return complain(value, described(value) + ", not a power of two; write " +
                                   grouped(std::bit_floor(*count)) + " or " + grouped(std::bit_ceil(*count)));
    option = static_cast<std::uint32_t>(*count);
    return {};
}

Complaints read_duration(const toml::node& value, seconds longest, seconds& option) {
    return read_whole(value, {seconds{1}, longest}, "not a duration in whole seconds", option);
}

Complaints read_epochs(const toml::node& value, DurationRange range, seconds& option) {
    static_assert(epoch_length == seconds{1}, "whole seconds are whole epochs");
    return read_whole(value, range, "but limits are judged after whole epochs of " + written(epoch_length),
                      option);
}

Complaints read_duration(const toml::node& value, milliseconds shortest, seconds longest,
                         milliseconds& option) {
    const std::string mend =
        "write digits and ms, s or m, from " + quoted(written(shortest)) + " to " + quoted(written(longest));
    const auto* text = value.as_string();
    if (value.is_integer() || (text != nullptr && only_digits(**text)))
        return complain(value, described(value) + ", without a unit; " + mend);
    const auto duration = text == nullptr ? std::nullopt : duration_of(**text);
    if (!duration) return complain(value, described(value) + ", not a duration; " + mend);
    if (*duration < shortest || *duration > longest)
        return complain(value, described(value) + ", out of range; " + mend);
    option = *duration;
    return {};
}

Complaints read_texts(const toml::node& value, std::vector<std::string>& option) {
    constexpr auto mend = "; write strings within brackets, such as [\"0000:3b:00.0\", \"eth1\"]";
    const auto* array = value.as_array();
    if (array == nullptr) return complain(value, described(value) + mend);
    std::vector<std::string> texts;
    Complaints complaints;
    for (const auto& element : *array) {
        const auto* text = element.as_string();
        if (text == nullptr || (*text)->empty() || printable(**text) != **text)
            complaints.push_back({&element, "holds something that names nothing" + std::string(mend)});
        else if (std::find(texts.begin(), texts.end(), **text) != texts.end())
            complaints.push_back({&element, quoted(**text) + " stands there twice; remove one"});
        else
            texts.push_back(**text);
    }
    if (complaints.empty()) option = std::move(texts);
    return complaints;
}

Complaints read_cpus(const toml::node& value, std::vector<std::uint32_t>& option) {
    constexpr CountRange numbers{0, 1023};
    constexpr auto mend =
        "; write CPU numbers within brackets, such as [2, 3, 4]: the control core's first, "
        "then one for each worker";
    const auto* array = value.as_array();
    if (array == nullptr) return complain(value, described(value) + mend);
    std::vector<std::uint32_t> cpus;
    Complaints complaints;
    for (const auto& element : *array) {
        const auto cpu = count_of(element, numbers);
        if (!cpu)
            complaints.push_back({&element, "holds something that is no CPU number" + std::string(mend)});
        else if (std::find(cpus.begin(), cpus.end(), *cpu) != cpus.end())
            complaints.push_back({&element, std::to_string(*cpu) + " stands there twice; remove one"});
        else
            cpus.push_back(static_cast<std::uint32_t>(*cpu));
    }
    if (complaints.empty()) option = std::move(cpus);
    return complaints;
}

Complaints read_path(const toml::node& value, std::string& option) {
    const auto* text = value.as_string();
    if (text == nullptr || !(*text)->starts_with('/') || printable(**text) != **text)
        return complain(value, described(value) + "; write an absolute path, such as \"/var/lib/flowlock\"");
    option = **text;
    return {};
}

Complaints read_optional_path(const toml::node& value, std::string& option) {
    if (const auto* text = value.as_string(); text != nullptr && (*text)->empty()) {
        option.clear();
        return {};
    }
    return read_path(value, option);
}

Complaints read_name(const toml::node& value, std::string& option) {
    constexpr std::size_t name_max = 64;
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const auto* text = value.as_string();
    if (text == nullptr || (*text)->empty() || (*text)->size() > name_max ||
        (*text)->find_first_not_of(letters) != std::string::npos)
        return complain(value, described(value) + "; write 1 to 64 letters (a to z), digits, \"-\" or \"_\"");
    option = **text;
    return {};
}

int find_choice(const toml::node& value, std::span<const std::string_view> names, Complaints& complaints) {
    if (const auto* text = value.as_string()) {
        const auto found = std::find(names.begin(), names.end(), **text);
        if (found != names.end()) return static_cast<int>(found - names.begin());
    }
    std::string choices;
    for (const auto name : names) choices += (choices.empty() ? "" : " or ") + quoted(name);
    complaints = complain(value, described(value) + "; write " + choices);
    return -1;
}

}  // namespace flowlock
