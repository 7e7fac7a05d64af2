// SPDX-License-Identifier: BSD-3-Clause
// DPDK's driver brings both libraries with it, or it is not installed: so they are looked up, not linked.
#include "xdp_words.hpp"

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <dlfcn.h>
#include <string>
#include <string_view>

namespace flowlock {
namespace {

// As both libraries define it: a level, a format of printf, its arguments; what is returned nobody reads.
using Print = int(int level, const char* format, va_list arguments);
constexpr int level_info = 1;  // 0 warns, 2 is for debugging

// The libraries call back without an argument to find a log by.
std::atomic<Log*> listener = nullptr;

int take_words(int level, const char* format, va_list arguments) {
    std::array<char, 1024> text{};
    Log* log = listener.load();
    if (log == nullptr || level > level_info) return 0;
    if (std::vsnprintf(text.data(), text.size(), format, arguments) < 0) return 0;
    std::string_view line{text.data()};
    while (!line.empty() && line.back() == '\n') line.remove_suffix(1);
    // What they warn of is mended by them; where a port does not open, the error says so.
    if (!line.empty()) log->say(Severity::info, std::string(line));
    return 0;
}

void make_print(const char* library, const char* setter) {
    void* loaded = ::dlopen(library, RTLD_NOW | RTLD_NOLOAD);
    if (loaded == nullptr) return;
    if (void* set_print = ::dlsym(loaded, setter); set_print != nullptr)
        reinterpret_cast<Print* (*)(Print*)>(set_print)(take_words);
    ::dlclose(loaded);
}

}  // namespace

XdpWords::XdpWords(Log& log) {
    listener = &log;
    make_print("libbpf.so.1", "libbpf_set_print");
    make_print("libxdp.so.1", "libxdp_set_print");
}

XdpWords::~XdpWords() {
    listener = nullptr;
}

}  // namespace flowlock
