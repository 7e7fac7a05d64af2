// SPDX-License-Identifier: BSD-3-Clause
// Parts of what mends a machine: words and lines for a shell. Pure functions; within this library only.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace flowlock {

// The text as one word of a shell: names come from the configuration and the kernel, and what we print is
// pasted by root.
std::string shell_word(std::string_view text);

std::string lines(std::initializer_list<std::string> each);

// Adds words to the kernel's command line for good, in a file of their own: Debian's update-grub reads it.
// `topic` names the file. Ends with a comment that asks for a reboot.
std::string kernel_words(std::string_view topic, std::string_view words);

}  // namespace flowlock
