// SPDX-License-Identifier: BSD-3-Clause
// What the command line says, --set and --internal, into the draft.
#include "config/draft.hpp"
#include "config/item_keys.hpp"
#include "config/keys.hpp"
#include "config/spelling.hpp"

namespace flowlock {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The value as TOML, or the bare text where it is none (60s, en), in a table under "value".
toml::table parse_value(std::string_view text) {
    try {
        auto table = toml::parse("value = " + std::string(text), std::string_view{"--set"});
        // A line break in the text would smuggle in further keys.
        if (table.size() == 1 && text.find('\n') == std::string_view::npos) return table;
    } catch (const toml::parse_error&) {
        // Not TOML: a string without quotes, as shells leave it. The key's reader judges it.
    }
    return toml::table{{"value", std::string(text)}};
}

void add(const Complaints& complaints, const Place& place, Mistakes& mistakes) {
    for (const auto& complaint : complaints) mistakes.add(place, complaint.text);
}

std::vector<std::string_view> settable_names() {
    auto names = key_names();
    names.push_back("limit.NAME.per_second");
    return names;
}

Drafted<LimitRule>* find_limit(std::string_view name, const Place& place, ConfigDraft& draft) {
    std::vector<std::string_view> names;
    for (auto& limit : draft.limits) {
        if (limit.item.name == name) return &limit;
        names.push_back(limit.item.name);
    }
    if (draft.limits_known)
        draft.mistakes.add(place, "limit " + quoted(name) + " " + unknown_name(name, names));
    return nullptr;
}

// "limit" and "limit.out-packets.window" are of the list "limit".
bool is_list(std::string_view name, std::string_view list) {
    return name.starts_with(list) && (name.size() == list.size() || name[list.size()] == '.');
}

// `path` is what follows "limit.": "out-packets.per_second".
void override_limit(std::string_view path, const toml::node& value, const Place& place, ConfigDraft& draft) {
    const auto dot = path.rfind('.');
    if (dot == std::string_view::npos) {
        draft.mistakes.add(place, "does not say which key of which limit; write limit.NAME.KEY=VALUE");
        return;
    }
    const auto name = path.substr(dot + 1);
    Drafted<LimitRule>* limit = find_limit(path.substr(0, dot), place, draft);
    if (limit == nullptr) return;
    const auto* key = find_item_key(limit_keys(), name);
    if (key == nullptr) {
        draft.mistakes.add(place, unknown_name(name, item_key_names(limit_keys())));
    } else if (key->name == "name") {
        draft.mistakes.add(place,
                           "changes a limit's name, by which limits are addressed; change it in the file");
    } else {
        add(key->read(value, limit->item), place, draft.mistakes);
        limit->keys.insert_or_assign(std::string(name), place);
        if (key->identifies) limit->place = place;
    }
}

}  // namespace

void read_override(std::string_view text, ConfigDraft& draft) {
    const Place place{Place::command_line, "--set " + std::string(text)};
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
        draft.mistakes.add(place, "has no \"=\"; write --set KEY=VALUE");
        return;
    }
    const auto name = trimmed(text.substr(0, equals));
    const auto table = parse_value(trimmed(text.substr(equals + 1)));
    const toml::node& value = *table.get("value");
    if (is_list(name, "limit")) {
        override_limit(name == "limit" ? "" : name.substr(6), value, place, draft);
    } else if (is_list(name, "group") || is_list(name, "allow")) {
        draft.mistakes.add(place, "cannot be set here; write [[group]] and [[allow]] into the file");
    } else if (const Key* key = find_key(name)) {
        add(key->read(value, draft.options), place, draft.mistakes);
        draft.places.insert_or_assign(std::string(name), place);
    } else {
        draft.mistakes.add(place, unknown_name(name, settable_names()));
    }
}

void read_internal(const std::vector<std::string>& networks, ConfigDraft& draft) {
    if (networks.empty()) return;
    std::vector<Prefix> prefixes;
    for (const auto& network : networks) {
        const auto complaint = add_network(network, prefixes);
        if (!complaint.empty()) draft.mistakes.add({Place::command_line, "--internal " + network}, complaint);
    }
    draft.options.internal = PrefixSet(std::move(prefixes));
}

}  // namespace flowlock
