// SPDX-License-Identifier: BSD-3-Clause
// The TOML text of a file into the draft.
#include <algorithm>
#include <map>

#include "config/draft.hpp"
#include "config/keys.hpp"
#include "config/spelling.hpp"

namespace flowlock {
namespace {

// The default name says what tells a limit from the others: "out-packets-300s", "in-bits-udp-2s".
std::string default_name(const LimitRule& rule) {
    std::string name = std::string(name_of(rule.direction)) + "-" + name_of(rule.metric);
    if (rule.protocol != ProtocolClass::any) name += std::string("-") + name_of(rule.protocol);
    return name + "-" + written(rule.window);
}

class FileText {
public:
    FileText(std::string_view name, ConfigDraft& draft) : name_(name), draft_(draft) {}

    void read(const toml::table& root) {
        for (const auto& [key, value] : root) {
            if (key.str() == "limit")
                read_limits(value);
            else if (const auto sections = section_names(); std::ranges::count(sections, key.str()) != 0)
                read_section(key.str(), value);
            else
                draft_.mistakes.add(place(key.source(), key.str()), unknown_name(key.str(), all_names()));
        }
    }

private:
    Place place(const toml::source_region& source, std::string_view key) const {
        const auto line = source.begin.line;
        return {line, std::string(name_) + ":" + std::to_string(line) + ": " + std::string(key)};
    }

    void add(const Complaints& complaints, std::string_view key) {
        for (const auto& complaint : complaints)
            draft_.mistakes.add(place(complaint.value->source(), key), complaint.text);
    }

    static std::vector<std::string_view> all_names() {
        auto names = section_names();
        names.push_back("limit");
        const auto keys = key_names();
        names.insert(names.end(), keys.begin(), keys.end());
        return names;
    }

    void read_section(std::string_view section, const toml::node& value) {
        const auto* table = value.as_table();
        if (table == nullptr) {
            const std::string mend =
                "is not a table; write [" + std::string(section) + "] and its keys below it";
            draft_.mistakes.add(place(value.source(), section), mend);
            return;
        }
        for (const auto& [key, element] : *table) {
            const std::string name = std::string(section) + "." + std::string(key.str());
            const Key* known = find_key(name);
            if (known == nullptr) {
                draft_.mistakes.add(place(key.source(), name),
                                    unknown_name(name, key_names(std::string(section) + ".")));
                continue;
            }
            add(known->read(element, draft_.options), name);
            draft_.places[name] = place(element.source(), name);
        }
    }

    void read_limits(const toml::node& value) {
        const auto* array = value.as_array();
        if (array == nullptr) {
            draft_.mistakes.add(
                place(value.source(), "limit"),
                "is not an array of tables; write [[limit]], in double brackets, for each limit");
            return;
        }
        if (array->empty())
            draft_.mistakes.add(
                place(value.source(), "limit"),
                "is empty; remove it for the shipped limits, or write [[limit]] and its keys");
        for (const auto& element : *array) {
            const std::string title = "limit[" + std::to_string(draft_.limits.size() + 1) + "]";
            read_limit(element, title);
        }
    }

    void read_limit(const toml::node& value, const std::string& title) {
        LimitDraft& limit = draft_.limits.emplace_back();
        limit.place = place(value.source(), title);
        const auto* table = value.as_table();
        if (table == nullptr) {
            draft_.mistakes.add(limit.place, "is not a table; write [[limit]] and its keys below it");
            return;
        }
        for (const auto& [key, element] : *table) read_limit_key(title, key, element, limit.rule);
        add_missing(*table, limit);
        if (limit.rule.name.empty()) limit.rule.name = default_name(limit.rule);
    }

    void read_limit_key(const std::string& title, const toml::key& key, const toml::node& value,
                        LimitRule& rule) {
        const std::string name = title + "." + std::string(key.str());
        if (const LimitKey* known = find_limit_key(key.str())) {
            add(known->read(value, rule), name);
            return;
        }
        draft_.mistakes.add(place(key.source(), name), unknown_name(key.str(), limit_key_names()));
    }

    void add_missing(const toml::table& table, const LimitDraft& limit) {
        static const std::map<std::string_view, std::string_view> examples = {
            {"direction", "direction = \"out\" or \"in\""},
            {"metric", "metric = \"packets\", \"bits\" or \"flows\""},
            {"per_second", "for example per_second = 100_000"},
            {"window", "for example window = \"300s\""}};
        for (const auto& key : limit_keys())
            if (key.required && !table.contains(key.name))
                draft_.mistakes.add(limit.place, "has no " + std::string(key.name) + "; add " +
                                                     std::string(examples.at(key.name)));
    }

    std::string_view name_;
    ConfigDraft& draft_;
};

void add_shipped_limits(ConfigDraft& draft) {
    for (auto& rule : default_limits()) {
        const Place place{0, "the shipped limit " + rule.name};
        draft.limits.push_back({std::move(rule), place});
    }
}

}  // namespace

void read_file_text(std::string_view text, std::string_view name, ConfigDraft& draft) {
    try {
        FileText(name, draft).read(toml::parse(text, name));
    } catch (const toml::parse_error& error) {
        const auto at = error.source().begin;
        draft.mistakes.add(
            {at.line, std::string(name) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column)},
            error.description());
    }
    draft.limits_known = draft.mistakes.empty();
    if (draft.limits.empty()) add_shipped_limits(draft);
}

}  // namespace flowlock
