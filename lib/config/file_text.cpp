// SPDX-License-Identifier: BSD-3-Clause
// The TOML text of a file into the draft.
#include <algorithm>

#include "config/draft.hpp"
#include "config/item_keys.hpp"
#include "config/keys.hpp"
#include "config/spelling.hpp"

namespace flowlock {
namespace {

// The default name says what tells a limit from the others: "out-packets-300s", "in-bits-udp-2s".
std::string default_name(const LimitRule& rule) {
    std::string name = std::string(name_of(rule.direction)) + "-" + name_of(rule.metric);
    const auto add = [&name](std::string_view text) { name += "-" + std::string(text); };
    if (rule.protocol != ProtocolClass::any) add(name_of(rule.protocol));
    if (rule.vector != "any") add(rule.vector);
    if (rule.traffic == CountedTraffic::unanswered) add("unanswered");
    if (rule.group != "*") add(rule.group);
    if (rule.per != Scope::host) add(std::string("per-") + name_of(rule.per));
    // A name has no colons: "amplification:dns".
    std::replace(name.begin(), name.end(), ':', '-');
    return name + "-" + written(rule.window);
}

// What stands there any number of times, and how messages speak of it.
struct ListWords {
    std::string_view name;     // "limit", of [[limit]]
    std::string_view one;      // "for each limit"
    std::string_view without;  // what removing an empty list leaves
};
constexpr ListWords limit_words{"limit", "limit", "remove it for the shipped limits"};
constexpr ListWords group_words{"group", "group", "remove it"};
constexpr ListWords allow_words{"allow", "allowance", "remove it"};

class FileText {
public:
    FileText(std::string_view name, ConfigDraft& draft) : name_(name), draft_(draft) {}

    void read(const toml::table& root) {
        for (const auto& [key, value] : root) {
            if (key.str() == "limit")
                read_list(limit_words, limit_keys(), value, draft_.limits);
            else if (key.str() == "group")
                read_list(group_words, group_keys(), value, draft_.groups);
            else if (key.str() == "allow")
                read_list(allow_words, allow_keys(), value, draft_.allowances);
            else if (const Key* known = find_top_key(key.str()))
                read_key(*known, value);
            else if (const auto sections = section_names(); std::ranges::count(sections, key.str()) != 0)
                read_section(key.str(), value);
            else
                draft_.mistakes.add(place(key.source(), key.str()), unknown_name(key.str(), all_names()));
        }
        for (auto& limit : draft_.limits)
            if (limit.item.name.empty()) limit.item.name = default_name(limit.item);
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
        for (const auto list : {limit_words, group_words, allow_words}) names.push_back(list.name);
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
                add_unknown(key, name, name, key_names(std::string(section) + "."));
                continue;
            }
            read_key(*known, element);
        }
    }

    void read_key(const Key& key, const toml::node& value) {
        const std::string name(key.name);
        add(key.read(value, draft_.options), name);
        draft_.places[name] = place(value.source(), name);
    }

    // In TOML a key belongs to the table whose title stands above it.
    void add_unknown(const toml::key& key, const std::string& title, std::string_view word,
                     const std::vector<std::string_view>& known) {
        const std::string name(key.str());
        draft_.mistakes.add(place(key.source(), title),
                            find_top_key(name) == nullptr
                                ? unknown_name(word, known)
                                : "is not known; " + name +
                                      " belongs to no table: write it above the first line in brackets");
    }

    template <class Item>
    void read_list(const ListWords& words, std::span<const ItemKey<Item>> keys, const toml::node& value,
                   std::vector<Drafted<Item>>& items) {
        const std::string brackets = "[[" + std::string(words.name) + "]]";
        const auto* array = value.as_array();
        if (array == nullptr) {
            draft_.mistakes.add(place(value.source(), words.name),
                                "is not an array of tables; write " + brackets +
                                    ", in double brackets, for each " + std::string(words.one));
            return;
        }
        if (array->empty())
            draft_.mistakes.add(
                place(value.source(), words.name),
                "is empty; " + std::string(words.without) + ", or write " + brackets + " and its keys");
        for (const auto& element : *array) {
            const std::string title = std::string(words.name) + "[" + std::to_string(items.size() + 1) + "]";
            Drafted<Item>& item = items.emplace_back();
            item.place = place(element.source(), title);
            if (const auto* table = element.as_table())
                read_item(title, keys, *table, item);
            else
                draft_.mistakes.add(item.place,
                                    "is not a table; write " + brackets + " and its keys below it");
        }
    }

    template <class Item>
    void read_item(const std::string& title, std::span<const ItemKey<Item>> keys, const toml::table& table,
                   Drafted<Item>& item) {
        for (const auto& [key, value] : table) {
            const std::string name = title + "." + std::string(key.str());
            if (const auto* known = find_item_key(keys, key.str())) {
                add(known->read(value, item.item), name);
                item.keys[std::string(key.str())] = place(value.source(), name);
            } else {
                add_unknown(key, name, key.str(), item_key_names(keys));
            }
        }
        for (const auto& key : keys)
            if (!key.example.empty() && !table.contains(key.name))
                draft_.mistakes.add(item.place,
                                    "has no " + std::string(key.name) + "; add " + std::string(key.example));
    }

    std::string_view name_;
    ConfigDraft& draft_;
};

void add_shipped_limits(ConfigDraft& draft) {
    for (auto& rule : default_limits()) {
        const Place place{0, "the shipped limit " + rule.name};
        draft.limits.push_back({std::move(rule), place, {}});
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
