// SPDX-License-Identifier: BSD-3-Clause
#include "detect/signature_note.hpp"

#include <algorithm>
#include <tuple>

namespace flowlock {

void SignatureNotes::add(std::uint32_t set, std::vector<SignatureNote> notes) {
    sets_[set] = std::move(notes);
    if (sets_.size() > sets_max) sets_.erase(sets_.begin());
}

const SignatureNote* SignatureNotes::find(const SignatureNumber& number) const noexcept {
    const auto set = sets_.find(number.first);
    if (set == sets_.end() || number.second >= set->second.size()) return nullptr;
    return &set->second[number.second];
}

void SignatureCount::add(const SignatureCount& other) noexcept {
    first_ns = count == 0 ? other.first_ns : std::min(first_ns, other.first_ns);
    last_ns = count == 0 ? other.last_ns : std::max(last_ns, other.last_ns);
    count += other.count;
}

void take_facts(const std::map<SignatureNumber, SignatureCount>& counts, const SignatureNotes& notes,
                FactFigures& figures) {
    std::vector<Fact>& facts = figures.facts;
    for (const auto& [number, count] : counts) {
        Fact fact{.name = "login_session",
                  .words = "a short session with a login service, as long as the others of this host",
                  .reference = {},
                  .count = count.count,
                  .first = time_from_ns(count.first_ns),
                  .last = time_from_ns(count.last_ns)};
        if (number != login_session) {
            const SignatureNote* note = notes.find(number);
            if (note == nullptr) continue;
            fact.name = note->name;
            fact.words = note->words;
            fact.reference = note->reference;
        }
        facts.push_back(std::move(fact));
    }
    std::ranges::sort(facts, [](const Fact& a, const Fact& b) {
        return std::tie(b.count, a.name, a.words) < std::tie(a.count, b.name, b.words);
    });
    figures.facts_total = facts.size();
    if (facts.size() > facts_max) facts.resize(facts_max);
}

}  // namespace flowlock
