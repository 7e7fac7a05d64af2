// SPDX-License-Identifier: BSD-3-Clause
// A host whose attempts fail often enough to look closely: all its contacts, the verdict on them, and its
// cases. docs/scan-detection.md says how the verdict is reached. Owned by the ScanDetector.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "detect/contact_book.hpp"
#include "detect/finding.hpp"
#include "detect/scan_case.hpp"
#include "detect/scan_options.hpp"
#include "flow/host_table.hpp"

namespace flowlock {

// What all suspects share.
struct ScanContext {
    // Over all open cases; beyond, targets are only counted. 160 bytes each.
    static constexpr std::size_t rows_kept_max = 4'000'000;
    static constexpr std::size_t rows_always = 1'000;  // of one case, even then

    ScanOptions options;
    ScanCaseLimits limits;
    const FlowStore& flows;
    const HostTable& hosts;
    FlowChains chains{};
    ContactBudget budget{};
    HashKey secret{};
    std::size_t rows_kept = 0;  // in all open cases, since the epoch began
    std::uint64_t cases_opened = 0;
    std::int64_t seen_until_ns = 0;       // so far is known who answered
    bool answers_may_be_missing = false;  // so no case opens
    ReplyVisibility replies{};
    std::vector<Finding>* closed = nullptr;  // where findings of cases that close go
    std::vector<Finding> withdrawn{};        // of cases that later answers have cleared
    std::vector<Finding> exonerated{};

    // What all findings on a host have in common, and all that find it innocent.
    Finding finding_of(HostId host, Kind kind, ProtocolClass protocol, std::int64_t now_s) const;
    Finding exoneration_of(HostId host, Kind kind, ProtocolClass protocol, Exoneration exoneration,
                           std::int64_t now_s) const;
    // At least half of the handshakes show their reply, or there were too few to tell.
    bool replies_are_visible() const noexcept {
        return replies.established < 20 || replies.seen * 2 >= replies.established;
    }
};

class Suspect {
public:
    enum class Ending : std::uint8_t { quiet, clock_set_back, input_ended };

    // The context outlives it.
    Suspect(HostId host, ScanContext& context);
    Suspect(const Suspect&) = delete;
    Suspect& operator=(const Suspect&) = delete;

    // An attempt that began in this epoch.
    void add(FlowId id, std::int64_t epoch_s);
    // A late answer.
    void hear(FlowId id) { book_.hear(id); }
    // The epoch has come: judges what is due before its attempts are added.
    void advance(std::int64_t now_s);
    // … and after.
    void conclude(std::int64_t now_s);
    // No more epochs will come that its contacts could wait for.
    void decide_rest(std::int64_t now_s);
    void close_all(Ending ending, std::int64_t now_s);
    // Says what is to be said in its favour, has been so since then, and has not been said.
    void exonerate_since(std::int64_t since_s, std::int64_t now_s);
    // Drops contacts that it can spare for others.
    std::size_t give_up(std::size_t count, bool any) { return book_.give_up(count, any); }
    std::size_t contacts() const noexcept { return book_.size(); }
    void settle(std::int64_t ended_before_ns, std::uint32_t turns) { book_.settle(ended_before_ns, turns); }
    // It does no more than hosts that are no suspects.
    bool is_idle() const;
    std::size_t rows() const;

    template <class Act>
    void for_each_open(Act&& act) const {
        // By name: clang 14 captures no structured binding.
        for (const auto& entry : open_) {
            const ScanCase& rows = entry.second.rows;
            act(rows.opened_as(), [&] { return rows.figures(sums(), context_.limits); });
        }
    }

private:
    struct OpenCase {
        std::uint32_t number = 0;
        std::int64_t failed_s = 0;  // start of the last epoch in which a contact of it failed
        std::chrono::seconds quiet{};
        std::uint32_t targets_min = 0;
        std::uint32_t answered = 0;  // of the targets that convinced
        Scale scale = Scale::window;
        ScanCase rows;
    };
    using SeenAt = std::array<std::uint32_t, scales.size()>;
    using CaseKey = std::pair<Kind, ProtocolClass>;
    // Why a group convinces.
    struct Evidence {
        Criterion criterion = Criterion::failed_contacts;
        Confidence confidence = Confidence::high;
        Scale scale = Scale::window;
        ContactCounts counts{};
        std::uint32_t targets_min = 0;
        Metric metric = Metric::targets;
        std::uint32_t threshold = 0;
    };
    // A group that is large enough to be asked about, and seems innocent.
    struct Doubt {
        ContactTarget example;  // of its contacts
        Shape shape = Shape::service;
        std::int64_t since_s = 0;
        bool said = false;
    };

    bool has_open_case(ProtocolClass protocol) const noexcept;
    static Kind kind_of(const Contact& contact, Shape shape);
    ScanCase::SumOf sums() const;
    void judge(std::uint64_t number, std::int64_t now_s);
    void judge_in_group(std::uint64_t number, Shape shape, std::int64_t now_s);
    OpenCase* case_of(ContactGroup& group, std::uint64_t number, Shape shape, std::int64_t now_s);
    OpenCase& open_case(const CaseKey& key, const Evidence& evidence, std::int64_t now_s);
    std::optional<Evidence> evidence_of(ContactGroup& group, const Contact& decided, Shape shape) const;
    std::optional<Evidence> evidence_in(Scale scale, ContactGroup& group, const Contact& decided,
                                        Shape shape) const;
    std::optional<Evidence> evidence_without_replies(Scale scale, const ContactGroup& group,
                                                     const Contact& decided, Shape shape) const;
    bool seems_spread(const Contact& decided, ContactCounts all, Scale scale) const;
    ContactCounts scattered(const ContactGroup& all, Scale scale) const;
    std::optional<Evidence> evidence_in_all(Scale scale, ContactGroup& all, std::uint32_t min) const;
    static bool is_worth_a_look(const ContactGroup& group, Scale scale, SeenAt& seen_at);
    bool is_in_peer_company(ContactGroup& group, const Contact& decided, Scale scale) const;
    bool lies_dense(ContactGroup& group, Shape shape, Scale scale) const;
    void add_rows(OpenCase& open, ContactGroup& group, std::uint64_t number, Shape shape);
    void doubt(const ContactGroup& group, const Contact& decided, Shape shape, std::int64_t now_s);
    bool is_doubtful(const ContactGroup& group, const ContactTarget& target, Shape shape) const;
    Exoneration exoneration_by(ContactCounts counts, ProtocolClass protocol) const;
    bool exonerate(const CaseKey& key, Doubt& doubt, std::int64_t now_s);
    void judge_held_back(std::int64_t now_s);
    void pass_to(std::int64_t now_s);
    void decide_due(std::int64_t now_s);
    void clear_streams(const std::vector<std::uint64_t>& revised);
    void close_quiet(std::int64_t now_s);
    bool has_been_cleared(const OpenCase& open, const Finding& finding) const;
    void close(OpenCase& open, Ending ending, std::int64_t now_s);
    void contact_leaves(std::uint64_t number, const Contact& contact);

    HostId host_;
    ScanContext& context_;
    std::map<CaseKey, OpenCase> open_;
    std::map<CaseKey, Doubt> doubts_;
    std::vector<std::pair<std::uint64_t, Shape>> held_back_;  // contacts whose group convinced too early
    std::int64_t passed_s_ = std::numeric_limits<std::int64_t>::min();  // up to which cases were closed
    ContactBook book_;
};

}  // namespace flowlock
