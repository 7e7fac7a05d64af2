// SPDX-License-Identifier: BSD-3-Clause
// A configuration while it is read: the options so far, where each was set, and what is wrong. The readers
// fill it in turn - the file, then the command line - and check_draft judges what only the whole can tell.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/mistakes.hpp"

namespace flowlock {

// A [[limit]], a [[group]] or an [[allow]].
template <class Item>
struct Drafted {
    Item item;
    Place place;  // its [[limit]], or the last --set that changed what tells it from other limits
    std::map<std::string, Place, std::less<>> keys;  // by key, "window": where it was set last
};

struct ConfigDraft {
    Config options;  // without what stands below until all is checked
    std::vector<Drafted<LimitRule>> limits;
    std::vector<Drafted<HostGroup>> groups;
    std::vector<Drafted<Allowance>> allowances;
    std::map<std::string, Place, std::less<>> places;  // by key, "scan.window": where it was set last
    bool limits_known =
        true;  // false: the file has mistakes, and so perhaps not all the limits it was meant to have
    Mistakes mistakes;
};

// The TOML text of a file; `name` stands in messages. Without any [[limit]], the shipped ones are in the
// draft after.
void read_file_text(std::string_view text, std::string_view name, ConfigDraft& draft);

// One --set KEY=VALUE.
void read_override(std::string_view text, ConfigDraft& draft);

// All --internal CIDR: if there is one, they replace networks.internal.
void read_internal(const std::vector<std::string>& networks, ConfigDraft& draft);

void check_draft(ConfigDraft& draft);
// Parts of it.
void check_limits(ConfigDraft& draft);
void check_groups(ConfigDraft& draft);
void check_allowances(ConfigDraft& draft);

}  // namespace flowlock
