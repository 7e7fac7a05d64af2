// SPDX-License-Identifier: BSD-3-Clause
#include "config/as_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>

#include "config/text.hpp"
#include "config/values.hpp"

namespace flowlock {
namespace {

constexpr std::size_t mistakes_max = 20;
constexpr std::size_t name_characters_max = 100;

// One line's fields, without quotes.
struct Fields {
    std::array<std::string, 3> text;  // prefix, asn, name
    std::size_t count = 0;
};

// Takes a field and the comma behind it off the front. False: its quotes are not in order.
bool take_field(std::string_view& line, std::string& field) {
    if (!line.starts_with('"')) {
        const auto end = std::min(line.find(','), line.size());
        field = line.substr(0, end);
        line.remove_prefix(end);
        return field.find('"') == std::string::npos;
    }
    for (line.remove_prefix(1); !line.empty(); line.remove_prefix(1)) {
        if (line.front() == '"') {
            line.remove_prefix(1);
            // Two are one that belongs to the text.
            if (!line.starts_with('"')) return line.empty() || line.front() == ',';
        }
        field += line.front();
    }
    return false;
}

std::optional<Fields> fields_of(std::string_view line) {
    Fields fields;
    while (fields.count < fields.text.size()) {
        if (!take_field(line, fields.text[fields.count])) return std::nullopt;
        ++fields.count;
        if (line.empty()) break;
        line.remove_prefix(1);
        if (fields.count == fields.text.size()) return std::nullopt;
    }
    if (fields.count < 2) return std::nullopt;
    return fields;
}

std::optional<std::uint32_t> as_number(std::string_view text) {
    if (text.starts_with("AS")) text.remove_prefix(2);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0) return std::nullopt;
    return number;
}

// A network of the table, and where it stands.
struct Row {
    AsNetwork network;
    std::uint32_t line;
};

class Table {
public:
    Table(std::string_view name, const Place& named_at, Mistakes& mistakes)
        : name_(name), named_at_(named_at), mistakes_(mistakes) {}

    void read(std::string_view text) {
        // At the size that is allowed, growing would cost as much as reading.
        rows_.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
        for (std::uint32_t number = 1; !text.empty() && mistakes_found_ < mistakes_max; ++number) {
            const auto end = std::min(text.find('\n'), text.size());
            auto line = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (line.ends_with('\r')) line.remove_suffix(1);
            const bool is_title = number == 1 && (line == "prefix,asn" || line == "prefix,asn,name");
            if (!line.empty() && !is_title) read_line(line, number);
        }
        if (mistakes_found_ == 0 && rows_.empty())
            mistakes_.add({named_at_.line, name_},
                          "holds no network; write lines such as 192.0.2.0/24,64496,Example");
        add_repetitions();
    }

    ExternalNetworks made() const {
        std::vector<AsNetwork> networks;
        networks.reserve(rows_.size());
        for (const Row& row : rows_) networks.push_back(row.network);
        return ExternalNetworks::by_as(networks, names_);
    }

private:
    void add(std::uint32_t line, std::string_view text) {
        mistakes_.add({named_at_.line, name_ + ":" + std::to_string(line)}, text);
        ++mistakes_found_;
    }

    void read_line(std::string_view line, std::uint32_t number) {
        if (!is_printable(line)) {
            add(number, "has control characters, or is not UTF-8; write text");
            return;
        }
        const auto fields = fields_of(line);
        if (!fields) {
            add(number,
                "is not a network, an AS number and perhaps a name; write for example 192.0.2.0/24,64496,"
                "\"Example, Inc.\"");
            return;
        }
        const auto& [prefix, number_text, name] = fields->text;
        std::vector<Prefix> prefixes;
        const auto complaint = add_network(prefix, prefixes);
        if (!complaint.empty()) {
            add(number, quoted(prefix) + " " + complaint);
            return;
        }
        const auto as = as_number(number_text);
        if (!as) {
            add(number, quoted(number_text) + " is no AS number; write 1 to 4294967295");
            return;
        }
        if (characters_of(name) > name_characters_max) {
            add(number, "has a name of more than 100 characters; shorten it");
            return;
        }
        rows_.push_back({{prefixes.front(), *as}, number});
        if (!name.empty()) names_.try_emplace(*as, name);
    }

    // Networks that stand there twice: with one AS, one is enough; with two, only one could be meant.
    void add_repetitions() {
        std::stable_sort(rows_.begin(), rows_.end(),
                         [](const Row& a, const Row& b) { return rank(a) < rank(b); });
        for (std::size_t i = 1; i < rows_.size() && mistakes_found_ < mistakes_max; ++i) {
            const Row& first = rows_[i - 1];
            const Row& second = rows_[i];
            if (first.network.prefix == second.network.prefix && first.network.as != second.network.as)
                add(second.line, second.network.prefix.to_string() + " is of AS" +
                                     std::to_string(first.network.as) + " in line " +
                                     std::to_string(first.line) + "; remove one of the two");
        }
        rows_.erase(
            std::unique(rows_.begin(), rows_.end(),
                        [](const Row& a, const Row& b) { return a.network.prefix == b.network.prefix; }),
            rows_.end());
    }

    static std::tuple<bool, IpAddress, int> rank(const Row& row) {
        const Prefix& prefix = row.network.prefix;
        return {prefix.is_ipv4(), prefix.network(), prefix.length()};
    }

    std::string name_;
    Place named_at_;
    Mistakes& mistakes_;
    std::vector<Row> rows_;
    std::unordered_map<std::uint32_t, std::string> names_;
    std::size_t mistakes_found_ = 0;
};

}  // namespace

ExternalNetworks read_as_table(std::string_view text, std::string_view name, const Place& named_at,
                               Mistakes& mistakes) {
    Table table(name, named_at, mistakes);
    table.read(text);
    return table.made();
}

}  // namespace flowlock
