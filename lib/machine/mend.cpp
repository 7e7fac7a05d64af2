// SPDX-License-Identifier: BSD-3-Clause
#include "machine/mend.hpp"

namespace flowlock {

std::string shell_word(std::string_view text) {
    constexpr std::string_view safe =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,=@%+-";
    if (!text.empty() && text.find_first_not_of(safe) == std::string_view::npos) return std::string(text);
    std::string word = "'";
    for (const char character : text)
        if (character == '\'')
            word += "'\\''";
        else
            word += character;
    return word + "'";
}

std::string lines(std::initializer_list<std::string> each) {
    std::string text;
    for (const std::string& line : each) text += (text.empty() ? "" : "\n") + line;
    return text;
}

std::string kernel_words(std::string_view topic, std::string_view words) {
    return lines({"echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX " + std::string(words) +
                      "\"' > /etc/default/grub.d/flowlock-" + std::string(topic) + ".cfg",
                  "update-grub", "# then: reboot"});
}

}  // namespace flowlock
