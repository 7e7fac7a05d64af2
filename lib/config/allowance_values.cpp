// SPDX-License-Identifier: BSD-3-Clause
// What an [[allow]] says, as the user writes it.
#include <algorithm>

#include "config/mistakes.hpp"
#include "config/text.hpp"
#include "config/values.hpp"

namespace flowlock {
namespace {

// Adds what is not there yet.
template <class Value>
void add_new(const toml::node& element, const Value& value, const std::string& shown,
             std::vector<Value>& values, Complaints& complaints) {
    if (std::find(values.begin(), values.end(), value) != values.end()) {
        complaints.push_back({&element, shown + " stands there twice; remove one"});
        return;
    }
    values.push_back(value);
}

}  // namespace

Complaints read_reason(const toml::node& value, std::string& option) {
    constexpr std::size_t characters_max = 200;
    const auto* text = value.as_string();
    const bool is_reason = text != nullptr && (*text)->find_first_not_of(' ') != std::string::npos &&
                           characters_of(**text) <= characters_max && is_printable(**text);
    if (!is_reason)
        return {{&value, described(value) +
                             "; write why it is allowed, in 1 to 200 characters without control "
                             "characters"}};
    option = **text;
    return {};
}

Complaints read_ports(const toml::node& value, std::vector<std::uint16_t>& option) {
    // They are looked through for every flow of a limit.
    constexpr std::size_t ports_max = 100;
    constexpr auto mend =
        "; write 1 to 100 port numbers from 0 to 65535 within brackets, such as [514, 6514]";
    const auto* array = value.as_array();
    if (array == nullptr) return {{&value, described(value) + mend}};
    if (array->empty()) return {{&value, "is empty" + std::string(mend) + ", or remove it"}};
    if (array->size() > ports_max)
        return {{&value, "has " + std::to_string(array->size()) + " ports" + std::string(mend)}};
    std::vector<std::uint16_t> ports;
    Complaints complaints;
    for (const auto& element : *array) {
        const auto* number = element.as_integer();
        if (number == nullptr || **number < 0 || **number > 65'535)
            complaints.push_back({&element, "holds something that is no port number" + std::string(mend)});
        else
            add_new(element, static_cast<std::uint16_t>(**number), std::to_string(**number), ports,
                    complaints);
    }
    if (complaints.empty()) option = std::move(ports);
    return complaints;
}

Complaints read_directions(const toml::node& value, bool& out, bool& in) {
    constexpr auto mend = "; write [\"out\"], [\"in\"] or [\"out\", \"in\"]";
    const auto* array = value.as_array();
    if (array == nullptr) return {{&value, described(value) + mend}};
    if (array->empty()) return {{&value, std::string("is empty") + mend}};
    std::vector<std::string> directions;
    Complaints complaints;
    for (const auto& element : *array) {
        const auto* text = element.as_string();
        if (text == nullptr || (**text != "out" && **text != "in"))
            complaints.push_back({&element, "holds something that is no direction" + std::string(mend)});
        else
            add_new(element, **text, quoted(**text), directions, complaints);
    }
    if (!complaints.empty()) return complaints;
    out = std::count(directions.begin(), directions.end(), "out") != 0;
    in = std::count(directions.begin(), directions.end(), "in") != 0;
    return {};
}

}  // namespace flowlock
