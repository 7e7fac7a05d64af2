// SPDX-License-Identifier: BSD-3-Clause
#include "progress.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

namespace flowlock {
namespace {
constexpr std::chrono::milliseconds draw_interval{200};
constexpr std::size_t bar_width = 30;
constexpr const char* erase_line = "\r\033[K";
}  // namespace

ProgressBar::ProgressBar(std::optional<std::uint64_t> bytes_total)
    : bytes_total_(bytes_total),
      shown_(isatty(STDERR_FILENO) != 0),
      begin_(std::chrono::steady_clock::now()),
      next_draw_(begin_ + draw_interval) {}

ProgressBar::~ProgressBar() {
    if (shown_) fmt::print(stderr, "{}", erase_line);
}

void ProgressBar::update(std::uint64_t bytes, Packets packets) {
    if (!shown_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_draw_) return;
    next_draw_ = now + draw_interval;
    draw(bytes, packets, now - begin_);
}

void ProgressBar::draw(std::uint64_t bytes, Packets packets, std::chrono::duration<double> elapsed) {
    std::string bar;
    if (bytes_total_ && *bytes_total_ > 0) {
        const double share = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(*bytes_total_));
        const auto filled = static_cast<std::size_t>(share * bar_width);
        bar = fmt::format("[{}{}] {:3.0f} %  ", std::string(filled, '#'),
                          std::string(bar_width - filled, ' '), 100 * share);
    }
    const double millions = static_cast<double>(packets.value) / 1e6;
    fmt::print(stderr, "{}{}{:.1f} M packets, {:.1f} M packets/s", erase_line, bar, millions,
               millions / elapsed.count());
    std::fflush(stderr);
}

}  // namespace flowlock
