// SPDX-License-Identifier: BSD-3-Clause
#include "config/config.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "config/as_table.hpp"
#include "config/draft.hpp"
#include "config/inventory_table.hpp"

namespace flowlock {
namespace {

// A thousand limits are 200 kB. A larger file is a capture or a device that was named by mistake.
constexpr std::size_t file_size_max = 1 << 20;

// The reason, if it cannot be read.
std::string read_file(const std::string& path, std::size_t size_max, std::string& text) {
    const auto close = [](std::FILE* file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
    if (file == nullptr) return std::strerror(errno);
    std::array<char, 16'384> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), file.get())) {
        text.append(part.data(), size);
        if (text.size() > size_max) return "it is larger than " + std::to_string(size_max >> 20) + " MiB";
    }
    return std::ferror(file.get()) == 0 ? "" : std::strerror(errno);
}

ConfigDraft draft_of(std::string_view text, std::string_view name, const ConfigSources& sources) {
    ConfigDraft draft;
    read_file_text(text, name, draft);
    for (const auto& assignment : sources.overrides) read_override(assignment, draft);
    read_internal(sources.internal, draft);
    check_draft(draft);
    draft.mistakes.throw_if_any();
    if (draft.options.externals_by == ExternalsBy::network)
        draft.options.external_networks = ExternalNetworks::by_network();
    return draft;
}

void read_as_file(ConfigDraft& draft) {
    const std::string& path = draft.options.as_file;
    const Place& place = draft.places.at("report.as_file");
    std::string text;
    const auto reason = read_file(path, as_table_size_max, text);
    if (reason.empty())
        draft.options.external_networks = read_as_table(text, path, place, draft.mistakes);
    else
        draft.mistakes.add(place, "cannot read " + path + ": " + reason + "; name a readable CSV file");
    draft.mistakes.throw_if_any();
}

void read_inventory_file(ConfigDraft& draft) {
    const std::string& path = draft.options.inventory_file;
    const Place& place = draft.places.at("misconfiguration.inventory");
    std::string text;
    if (const auto reason = read_file(path, inventory_size_max, text); !reason.empty())
        draft.mistakes.add(place, "cannot read " + path + ": " + reason + "; name a readable CSV file");
    else
        draft.options.faults.inventory = read_inventory(text, path, place, draft.mistakes);
    draft.mistakes.throw_if_any();
}

Config finished(ConfigDraft& draft) {
    for (auto& limit : draft.limits) draft.options.limits.push_back(std::move(limit.item));
    for (auto& group : draft.groups) draft.options.groups.push_back(std::move(group.item));
    for (auto& allowance : draft.allowances) draft.options.allowances.push_back(std::move(allowance.item));
    return std::move(draft.options);
}

}  // namespace

Config load_config_text(std::string_view text, std::string_view name, const ConfigSources& sources) {
    ConfigDraft draft = draft_of(text, name, sources);
    if (draft.options.externals_by == ExternalsBy::as)
        draft.options.external_networks = ExternalNetworks::by_as({}, {});
    return finished(draft);
}

LimitOptions Config::limit_options() const {
    return {.rules = limits,
            .groups = groups,
            .allowances = allowances,
            .sampling = sampling,
            .networks = external_networks};
}

Config load_config(const ConfigSources& sources) {
    std::string text;
    if (sources.file)
        if (const auto reason = read_file(*sources.file, file_size_max, text); !reason.empty())
            throw ConfigError(printable(*sources.file) + ": cannot be read: " + reason +
                              "; name a readable TOML file after --config");
    ConfigDraft draft = draft_of(text, sources.file.value_or(""), sources);
    if (draft.options.externals_by == ExternalsBy::as) read_as_file(draft);
    if (!draft.options.inventory_file.empty()) read_inventory_file(draft);
    return finished(draft);
}

}  // namespace flowlock
