// SPDX-License-Identifier: BSD-3-Clause
#include "report/json_field.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "report/plain_text.hpp"

namespace flowlock {
namespace {

using nlohmann::json;

// What stands there, short enough for a line; it comes from others.
std::string described(const json& value) {
    constexpr std::size_t columns_max = 60;
    if (value.is_object()) return "is an object";
    if (value.is_array()) return "is an array";
    if (!value.is_string()) return "is " + value.dump();
    const std::string text = plain_text(value.get_ref<const std::string&>());
    if (columns_of(text) <= columns_max) return "is \"" + text + '"';
    return "is \"" + text.substr(0, bytes_of(text, columns_max)) + "...\"";
}

bool is_control(char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

// Digits at a place; -1 for others.
int number_at(std::string_view text, std::size_t begin, std::size_t size) {
    int number = 0;
    for (const char digit : text.substr(begin, size)) {
        if (digit < '0' || digit > '9') return -1;
        number = 10 * number + (digit - '0');
    }
    return number;
}

// Exactly the form that iso8601() writes, and a time that a Time can hold.
std::optional<Time> time_of(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view form = "0000-00-00T00:00:00.000000Z";
    if (text.size() != form.size()) return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] != '0' && text[i] != form[i]) return std::nullopt;
    const int y = number_at(text, 0, 4);
    const int mo = number_at(text, 5, 2);
    const int d = number_at(text, 8, 2);
    const int h = number_at(text, 11, 2);
    const int mi = number_at(text, 14, 2);
    const int s = number_at(text, 17, 2);
    const int us = number_at(text, 20, 6);
    if (std::min({y, mo, d, h, mi, s, us}) < 0 || h > 23 || mi > 59 || s > 59) return std::nullopt;
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!date.ok()) return std::nullopt;
    const sys_time<microseconds> time =
        sys_days{date} + hours{h} + minutes{mi} + seconds{s} + microseconds{us};
    // Microseconds can say every year of four digits, nanoseconds 1677 to 2262 only.
    if (time < ceil<microseconds>(Time::min()) || time > floor<microseconds>(Time::max()))
        return std::nullopt;
    return time;
}

}  // namespace

void JsonField::refuse(const std::string& wanted) const {
    throw FieldError(fmt::format("{}{}; {} must stand there", place_.empty() ? "" : place_ + ": ",
                                 described(json_), wanted));
}

std::optional<JsonField> JsonField::find(const char* name) const {
    if (!json_.is_object()) refuse("an object");
    const auto member = json_.find(name);
    if (member == json_.end()) return std::nullopt;
    return JsonField(*member, place_.empty() ? name : place_ + '.' + name);
}

JsonField JsonField::operator[](const char* name) const {
    if (auto member = find(name)) return *member;
    throw FieldError(fmt::format("{}{}{}: is missing", place_, place_.empty() ? "" : ".", name));
}

std::vector<JsonField> JsonField::elements() const {
    if (!json_.is_array()) refuse("an array");
    std::vector<JsonField> elements;
    elements.reserve(json_.size());
    for (const json& element : json_)
        elements.emplace_back(element, fmt::format("{}[{}]", place_, elements.size()));
    return elements;
}

std::vector<std::pair<std::string, JsonField>> JsonField::members() const {
    if (!json_.is_object()) refuse("an object");
    std::vector<std::pair<std::string, JsonField>> members;
    for (const auto& [name, value] : json_.items()) {
        if (name.empty() || std::ranges::any_of(name, is_control))
            refuse("an object whose members have printable names");
        members.emplace_back(name, JsonField(value, place_ + '.' + name));
    }
    return members;
}

std::uint64_t JsonField::count(std::uint64_t min, std::uint64_t max) const {
    // A negative number, one beyond 64 bits and one with a fraction are of other types.
    if (json_.is_number_unsigned())
        if (const auto value = json_.get<std::uint64_t>(); value >= min && value <= max) return value;
    refuse(fmt::format("a whole number from {} to {}", min, max));
}

std::int32_t JsonField::signed_count() const {
    if (json_.is_number_integer() && !(json_.is_number_unsigned() && json_.get<std::uint64_t>() > INT32_MAX))
        if (const auto value = json_.get<std::int64_t>(); value >= INT32_MIN)
            return static_cast<std::int32_t>(value);
    refuse(fmt::format("a whole number from {} to {}", INT32_MIN, INT32_MAX));
}

std::string JsonField::text() const {
    if (json_.is_string())
        if (const auto& text = json_.get_ref<const std::string&>(); std::ranges::none_of(text, is_control))
            return text;
    refuse("text without control characters");
}

std::string JsonField::name() const {
    std::string text = this->text();
    if (text.empty()) refuse("text that is not empty");
    return text;
}

Time JsonField::time() const {
    if (json_.is_string())
        if (const auto time = time_of(json_.get_ref<const std::string&>())) return *time;
    refuse("a time such as \"2013-11-13T18:14:27.000000Z\"");
}

IpAddress JsonField::address() const {
    if (json_.is_string())
        if (const auto address = IpAddress::parse(json_.get_ref<const std::string&>())) return *address;
    refuse("an IPv4 or IPv6 address");
}

Prefix JsonField::network() const {
    if (json_.is_string())
        if (const auto network = Prefix::parse(json_.get_ref<const std::string&>())) return *network;
    refuse("a network such as \"192.0.2.0/24\"");
}

}  // namespace flowlock
