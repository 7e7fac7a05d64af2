// SPDX-License-Identifier: BSD-3-Clause
#include "machine/check_report.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace flowlock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t state_width = 7;  // "warning"

std::string_view name_of(CheckState state) {
    switch (state) {
        case CheckState::ok:
            return "ok";
        case CheckState::warning:
            return "warning";
        case CheckState::wrong:
            return "wrong";
    }
    return "";
}

std::string_view colour_of(CheckState state) {
    switch (state) {
        case CheckState::ok:
            return "\033[32m";
        case CheckState::warning:
            return "\033[33m";
        case CheckState::wrong:
            return "\033[31m";
    }
    return "";
}

std::string state_text(CheckState state, bool coloured) {
    const std::string padded = fmt::format("{:<{}}", name_of(state), state_width);
    return coloured ? fmt::format("{}{}\033[0m", colour_of(state), padded) : padded;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

CheckSums sums_of(const Checks& checks) {
    const auto count = [&](CheckState state) {
        return static_cast<std::size_t>(std::ranges::count(checks, state, &Check::state));
    };
    return {count(CheckState::ok), count(CheckState::warning), count(CheckState::wrong)};
}

int exit_status_of(const Checks& checks) {
    int status = 0;
    for (const Check& check : checks)
        if (check.state == CheckState::wrong)
            status = std::max(status, check.name.starts_with("configuration.") ? 2 : 1);
    return status;
}

std::string check_text(const Checks& checks, bool coloured) {
    std::size_t width = 0;
    for (const Check& check : checks) width = std::max(width, check.name.size());
    std::string text;
    for (const Check& check : checks) {
        text +=
            fmt::format("{}  {:<{}}  {}\n", state_text(check.state, coloured), check.name, width, check.text);
        std::istringstream mends(check.mend);
        for (std::string line; std::getline(mends, line);)
            text += fmt::format("{:{}}{}\n", "", state_width + 2 + 2, line);
    }
    const CheckSums sums = sums_of(checks);
    return text + fmt::format("{} ok, {}, {} wrong\n", sums.ok, counted(sums.warnings, "warning", "warnings"),
                              sums.wrong);
}

std::string check_page(const Checks& checks) {
    Json list = Json::array();
    for (const Check& check : checks)
        list.push_back({{"name", check.name},
                        {"state", name_of(check.state)},
                        {"text", check.text},
                        {"mend", check.mend.empty() ? Json(nullptr) : Json(check.mend)}});
    const CheckSums sums = sums_of(checks);
    const Json json = {{"schema", "flowlock.check/1"},
                       {"status", exit_status_of(checks)},
                       {"ok", sums.ok},
                       {"warnings", sums.warnings},
                       {"wrong", sums.wrong},
                       {"checks", std::move(list)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace flowlock
