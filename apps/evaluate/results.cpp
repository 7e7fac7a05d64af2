// SPDX-License-Identifier: BSD-3-Clause
#include "results.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace flowlock::evaluate {
namespace {

// Nearest rank.
template <class T>
T percentile(std::vector<T> values, double share) {
    if (values.empty()) return {};
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
    return values[rank];
}

std::string duration(double seconds) {
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    return seconds < 1'000 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

std::string share_of(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "-";
    // 99.7 % is not all.
    const auto percent = part == whole ? 100 : std::min<std::uint64_t>(99, part * 100 / whole);
    return std::to_string(percent);
}

std::set<std::string> names(const Tally& tally, bool one_way, bool innocent) {
    std::set<std::string> all;
    for (const auto& entry : tally.classes())
        if (entry.first.one_way == one_way && (entry.second.expected == Expected::innocent) == innocent)
            all.insert(entry.first.name);
    return all;
}

std::string label(const Tally& tally, const std::string& name) {
    for (const auto& [key, found] : tally.classes())
        if (key.name == name && found.expected == Expected::finding) return name + " (a finding)";
    return name;
}

// "20/20 1.0 s 2,013": found, median time from the first probe to the verdict, median probes until then.
std::string found(const ClassTally* tally) {
    if (tally == nullptr) return "-";
    const Verdicts& verdicts = tally->verdicts[0];
    std::string text = fmt::format("{}/{}", verdicts.locked, tally->hosts);
    if (tally->expected == Expected::finding && verdicts.exonerated > 0)
        text += fmt::format("+{}", verdicts.exonerated);
    if (verdicts.locked == 0) return text;
    return text + fmt::format(" {} {}", duration(percentile(verdicts.seconds, 0.5)),
                              percentile(verdicts.probes, 0.5));
}

Table scanner_table(const Tally& tally, bool one_way) {
    Table table{one_way
                    ? "Scanners where no reply crosses the tap: found, median time, median probes to verdict"
                    : "Scanners: found, median time and median probes to verdict"};
    std::vector<std::string> head{"class"};
    for (const Pace& pace : paces()) head.emplace_back(pace.name);
    table.rows.push_back(head);
    for (const std::string& name : names(tally, one_way, false)) {
        std::vector<std::string> row{label(tally, name)};
        for (const Pace& pace : paces()) row.push_back(found(tally.find({one_way, name, pace.name})));
        table.rows.push_back(row);
    }
    return table;
}

Table peer_table(const Tally& tally) {
    Table table{"Scanners found, in percent: fast/minutes/slow", {{"class"}}};
    for (const std::string& judge : tally.judges()) table.rows[0].push_back(judge);
    for (const std::string& name : names(tally, false, false)) {
        std::vector<std::string> row{name};
        for (std::size_t judge = 0; judge < tally.judges().size(); ++judge) {
            std::string word;
            for (const Pace& pace : paces()) {
                const ClassTally* found = tally.find({false, name, pace.name});
                word += (word.empty() ? "" : "/") +
                        (found == nullptr ? "-" : share_of(found->verdicts[judge].locked, found->hosts));
            }
            row.push_back(word);
        }
        table.rows.push_back(row);
    }
    return table;
}

Table innocent_table(const Tally& tally, bool one_way) {
    Table table{one_way ? "Innocents where no reply crosses the tap: hosts that were locked"
                        : "Innocents: hosts that were locked",
                {{"class", "hosts", "packets/host", "explained"}}};
    for (const std::string& judge : tally.judges()) table.rows[0].push_back(judge);
    for (const std::string& name : names(tally, one_way, true)) {
        const ClassTally& found = *tally.find({one_way, name, ""});
        std::vector<std::string> row{name, std::to_string(found.hosts),
                                     std::to_string(found.packets / std::max<std::uint64_t>(1, found.hosts)),
                                     std::to_string(found.verdicts[0].exonerated)};
        for (const Verdicts& verdicts : found.verdicts) row.push_back(std::to_string(verdicts.locked));
        table.rows.push_back(row);
    }
    return table;
}

nlohmann::json verdicts_json(const Verdicts& verdicts) {
    return {{"locked", verdicts.locked},
            {"exonerated", verdicts.exonerated},
            {"seconds_p50", percentile(verdicts.seconds, 0.5)},
            {"seconds_max", percentile(verdicts.seconds, 1)},
            {"probes_p50", percentile(verdicts.probes, 0.5)},
            {"probes_max", percentile(verdicts.probes, 1)}};
}

const char* word_for(Expected expected) {
    switch (expected) {
        case Expected::lock:
            return "lock";
        case Expected::finding:
            return "finding";
        case Expected::innocent:
            break;
    }
    return "innocent";
}

}  // namespace

std::vector<Table> scene_tables(const Tally& tally) {
    std::vector<Table> tables;
    const auto add = [&](Table table) {
        if (table.rows.size() > 1) tables.push_back(std::move(table));
    };
    add(scanner_table(tally, false));
    if (tally.judges().size() > 1) add(peer_table(tally));
    add(innocent_table(tally, false));
    add(scanner_table(tally, true));
    add(innocent_table(tally, true));
    return tables;
}

Table contender_table(const std::string& title, const Tally& tally) {
    Table table{title, {{"value"}}};
    for (const Pace& pace : paces()) table.rows[0].push_back(std::string(pace.name) + " found");
    table.rows[0].insert(table.rows[0].end(), {"median s", "innocents", "locked"});
    for (std::size_t judge = 0; judge < tally.judges().size(); ++judge) {
        std::vector<std::string> row{tally.judges()[judge]};
        std::vector<double> seconds;
        for (const Pace& pace : paces()) {
            std::uint64_t hosts = 0;
            std::uint64_t locked = 0;
            for (const auto& [key, found] : tally.classes()) {
                if (key.one_way || found.expected != Expected::lock || key.pace != pace.name) continue;
                hosts += found.hosts;
                locked += found.verdicts[judge].locked;
                const auto& times = found.verdicts[judge].seconds;
                seconds.insert(seconds.end(), times.begin(), times.end());
            }
            row.push_back(share_of(locked, hosts) + " %");
        }
        row.push_back(fmt::format("{:.1f}", percentile(seconds, 0.5)));
        row.push_back(std::to_string(tally.hosts(true)));
        row.push_back(std::to_string(tally.false_locks(judge)));
        table.rows.push_back(row);
    }
    return table;
}

nlohmann::json to_json(const Tally& tally) {
    nlohmann::json classes = nlohmann::json::array();
    for (const auto& [key, found] : tally.classes()) {
        nlohmann::json judges;
        for (std::size_t i = 0; i < tally.judges().size(); ++i)
            judges[tally.judges()[i]] = verdicts_json(found.verdicts[i]);
        classes.push_back({{"class", key.name},
                           {"pace", key.pace},
                           {"one_way", key.one_way},
                           {"expected", word_for(found.expected)},
                           {"hosts", found.hosts},
                           {"packets", found.packets},
                           {"probes", found.probes},
                           {"judges", judges}});
    }
    return {{"classes", classes}};
}

}  // namespace flowlock::evaluate
