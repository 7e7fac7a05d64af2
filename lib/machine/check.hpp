// SPDX-License-Identifier: BSD-3-Clause
// One line of `flowlock check`. Plain data; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flowlock {

enum class CheckState {
    ok,
    warning,
    wrong
};  // wrong: monitoring would not start, or would show what is not so

struct Check {
    std::string name;  // one of those in docs/output.md, "port.driver"
    CheckState state = CheckState::ok;
    std::string text;  // what is so, and why it matters; one line
    // What to do: shell commands, one a line; lines that begin with # are for people. Empty if all is well.
    std::string mend;
};

using Checks = std::vector<Check>;

inline Check ok(std::string name, std::string text) {
    return {std::move(name), CheckState::ok, std::move(text), {}};
}
inline Check warning(std::string name, std::string text, std::string mend) {
    return {std::move(name), CheckState::warning, std::move(text), std::move(mend)};
}
inline Check wrong(std::string name, std::string text, std::string mend) {
    return {std::move(name), CheckState::wrong, std::move(text), std::move(mend)};
}

}  // namespace flowlock
