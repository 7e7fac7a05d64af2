// SPDX-License-Identifier: BSD-3-Clause
#include "config/config.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "config/draft.hpp"

namespace flowlock {
namespace {

// A thousand limits are 200 kB. A larger file is a capture or a device that was named by mistake.
constexpr std::size_t file_size_max = 1 << 20;

std::string read_file(const std::string& path) {
    const auto cannot = [&](const char* why) {
        return ConfigError(printable(path) + ": cannot be read: " + why +
                           "; name a readable TOML file after --config");
    };
    const auto close = [](std::FILE* file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
    if (file == nullptr) throw cannot(std::strerror(errno));
    std::string text;
    std::array<char, 16'384> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), file.get())) {
        text.append(part.data(), size);
        if (text.size() > file_size_max) throw cannot("it is larger than 1 MiB");
    }
    if (std::ferror(file.get()) != 0) throw cannot(std::strerror(errno));
    return text;
}

}  // namespace

Config load_config_text(std::string_view text, std::string_view name, const ConfigSources& sources) {
    ConfigDraft draft;
    read_file_text(text, name, draft);
    for (const auto& assignment : sources.overrides) read_override(assignment, draft);
    read_internal(sources.internal, draft);
    check_draft(draft);
    draft.mistakes.throw_if_any();
    for (auto& limit : draft.limits) draft.options.limits.push_back(std::move(limit.rule));
    return std::move(draft.options);
}

Config load_config(const ConfigSources& sources) {
    if (!sources.file) return load_config_text("", "", sources);
    return load_config_text(read_file(*sources.file), *sources.file, sources);
}

}  // namespace flowlock
