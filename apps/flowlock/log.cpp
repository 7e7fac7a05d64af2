// SPDX-License-Identifier: BSD-3-Clause
#include "log.hpp"

#include <cstdlib>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <rte_log.h>
#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

namespace flowlock {
namespace {

constexpr std::size_t lines_waiting_max = 8192;

// systemd says which stream it has connected (sd_journal_print(3)): "device:inode".
bool goes_to_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &status) == 0 &&
           stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

spdlog::sink_ptr make_sink() {
    if (goes_to_journal()) return std::make_shared<spdlog::sinks::systemd_sink_mt>("flowlock");
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v",
                                                                    spdlog::pattern_time_type::utc));
    return sink;
}

spdlog::level::level_enum level_of(Severity severity) {
    if (severity == Severity::error) return spdlog::level::err;
    return severity == Severity::warning ? spdlog::level::warn : spdlog::level::info;
}

ssize_t take_line(void* log, const char* text, std::size_t size) {
    std::string_view line{text, size};
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
    if (!line.empty()) static_cast<Log*>(log)->say(Severity::warning, fmt::format("DPDK: {}", line));
    return static_cast<ssize_t>(size);
}

}  // namespace

Log::Log() {
    spdlog::init_thread_pool(lines_waiting_max, 1);
    logger_ = std::make_shared<spdlog::async_logger>("flowlock", make_sink(), spdlog::thread_pool(),
                                                     spdlog::async_overflow_policy::overrun_oldest);
    logger_->flush_on(spdlog::level::info);
    dpdk_ =
        ::fopencookie(this, "w", {.read = nullptr, .write = take_line, .seek = nullptr, .close = nullptr});
    if (dpdk_ == nullptr) return;
    std::setvbuf(dpdk_, nullptr, _IOLBF, BUFSIZ);
    rte_openlog_stream(dpdk_);
}

Log::~Log() {
    rte_openlog_stream(nullptr);
    if (dpdk_ != nullptr) std::fclose(dpdk_);
    // Its thread writes what waits, and ends; only then is the logger nobody else's.
    spdlog::shutdown();
    logger_.reset();
}

void Log::say(Severity severity, const std::string& text) {
    logger_->log(level_of(severity), text);
}

void Log::say(const Events& events) {
    for (const Event& event : events) say(event.severity, event.text);
}

}  // namespace flowlock
