// SPDX-License-Identifier: BSD-3-Clause
#include "config/report_values.hpp"

#include <algorithm>
#include <string_view>

#include "config/text.hpp"

namespace flowlock {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view more_in_mail = "!#$%&'*+-/=?^_`{|}~";

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) {
               return c == '-' || letters_and_digits.find(c) != std::string_view::npos;
           });
}

bool is_atom(std::string_view atom) {
    return !atom.empty() && std::all_of(atom.begin(), atom.end(), [](char c) {
        return letters_and_digits.find(c) != std::string_view::npos ||
               more_in_mail.find(c) != std::string_view::npos;
    });
}

// Whether each part between dots is good.
template <class Good>
bool all_parts(std::string_view text, Good good) {
    for (;;) {
        const auto dot = text.find('.');
        if (!good(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

// An address of IPv4 is none: no top-level domain is a number.
bool is_domain(std::string_view text) {
    const auto dot = text.rfind('.');
    return text.size() <= 253 && dot != std::string_view::npos && all_parts(text, is_label) &&
           text.substr(dot + 1).find_first_not_of(digits) != std::string_view::npos;
}

bool is_mail_address(std::string_view text) {
    const auto at = text.rfind('@');
    return at != std::string_view::npos && at <= 64 && all_parts(text.substr(0, at), is_atom) &&
           is_domain(text.substr(at + 1));
}

bool is_line(std::string_view text) {
    constexpr std::size_t line_max = 200;
    return text.size() <= line_max && is_printable(text);
}

Complaints read_if(bool (*good)(std::string_view), const char* mend, const toml::node& value,
                   std::string& option) {
    const auto* text = value.as_string();
    if (text == nullptr || (!(*text)->empty() && !good(**text)))
        return {{&value, described(value) + "; write " + mend}};
    option = **text;
    return {};
}

}  // namespace

Complaints read_line(const toml::node& value, std::string& option) {
    return read_if(is_line, "a string of at most 200 bytes without control characters", value, option);
}

Complaints read_mail_address(const toml::node& value, std::string& option) {
    return read_if(is_mail_address, "an e-mail address, such as \"abuse@example.com\"", value, option);
}

Complaints read_domain(const toml::node& value, std::string& option) {
    return read_if(is_domain, "a domain, such as \"example.com\"", value, option);
}

}  // namespace flowlock
