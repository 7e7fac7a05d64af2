// SPDX-License-Identifier: BSD-3-Clause
// Scans: internal hosts that contact many targets which do not answer.
//
// A contact is the first flow from an internal host to an external (address, port, protocol) that it had not
// contacted within the window; more flows to the same target are retries and prove nothing. Only the
// initiator can scan: a SYN-ACK or RST as first packet (backscatter, an answer) makes no contact, nor does an
// ICMP error, nor UDP from a service's port to a client's.
//
// A contact is answered, refused or unanswered (scan_case.hpp), judged at the end of the first epoch that ends at
// least answer_wait after its first packet; the last two are failures, and an answer that comes later still
// clears it. A target that got more packets than a prober sends
// is no port of a portscan, and one that got bigger ones is no target at all: that is a stream, as in a flood
// to random ports.
//
// Contacts are judged in two kinds of group: all targets on one service (protocol and port; netscan,
// icmp_sweep), and all ports of one address (portscan). Within the window a group must have min_targets
// failures, and the sequential test of Jung, Paxson, Berger and Balakrishnan ("Fast Portscan Detection Using
// Sequential Hypothesis Testing", 2004) must say scanner: with their theta0 = 0.8 and theta1 = 0.2 a failure
// multiplies the likelihood ratio by 4, an answer by 1/4; P_D = 0.99 and P_F = 1e-5 ask for a ratio of 99,000,
// which is more than 2^16. Here the ratio is that of all contacts in the window, not reset in between, so a
// verdict does not depend on their order.
// Owned by the control core.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "detect/finding.hpp"
#include "detect/scan_case.hpp"
#include "detect/scan_options.hpp"
#include "detect/special_networks.hpp"
#include "flow/merge.hpp"

namespace flowlock {

class ScanDetector {
public:
    static constexpr std::int32_t log2_likelihood_min = 17;
    // Failed contacts are looked at again after so many epochs: a stream may not have shown itself at first.
    static constexpr std::int64_t second_look_s = 3;
    // What a prober sends to one port until then: TCP a SYN after 0, 1 and 3 s (RFC 6298), ping one a second; and how long a packet every IPv4 host must take (RFC 791), to
    // which probes for unknown hosts keep.
    static constexpr std::uint64_t probe_packets_max = 5;
    static constexpr std::uint64_t probe_bytes_max = 576;
    // Over all open cases; beyond, targets are only counted. 170 bytes each.
    static constexpr std::size_t rows_kept_max = 4'000'000;

    // The stores outlive the detector; targets_max and externals_max as in ReportOptions.
    ScanDetector(const ScanOptions& options, const FlowStore& flows, const HostTable& hosts,
                 const HashKey& secret, ScanCaseLimits limits);

    // Judges the next epoch. Findings of cases that closed are appended to `findings`.
    void advance(const MergedEpoch& epoch, std::vector<Finding>& findings);
    // Between two epochs. Contacts and open cases stay, unless scans are switched off.
    void change_options(const ScanOptions& options, ScanCaseLimits limits, std::vector<Finding>& findings);
    // Closes the cases of hosts that are not in these networks, before flows are judged by them.
    void close_outside(const PrefixSet& internal, std::vector<Finding>& findings);
    // Calls act(finding, figures) for each open case: what it was opened as, and a function that returns the
    // finding with the figures it has now.
    template <class Act>
    void for_each_open(Act&& act) const {
        // By name: clang 14 captures no structured binding.
        for (const auto& entry : open_) {
            const ScanCase& rows = entry.second.rows;
            act(rows.opened_as(), [&] { return rows.figures(flows_, next_flow_, limits_); });
        }
    }
    // The cases that the last advance() or finish() has closed without a finding, because later answers have
    // cleared them.
    const std::vector<Finding>& withdrawn() const noexcept { return withdrawn_; }
    // No more epochs will come: contacts that still wait are judged as they stand, and what is open is
    // appended.
    void finish(std::vector<Finding>& findings);
    // An open case refers to this flow; other flows that were last seen before the window are free.
    bool holds(FlowId flow) const noexcept { return flow < held_.size() && held_[flow] > 0; }
    bool has_open_case(HostId host) const noexcept;
    // Lets cases go of flows that were last seen before this time. Looks at a part of the rows, so that
    // `turns` calls see all of them.
    void settle(std::int64_t ended_before_ns, std::uint32_t turns);
    std::chrono::seconds window() const noexcept { return options_.window; }
    // First contacts for which there was no room: their targets are missing in every figure.
    std::uint64_t contacts_untracked() const noexcept { return contacts_untracked_; }

private:
    enum class State : std::uint8_t { waiting, answered, failed };
    enum class Shape : std::uint8_t { service, address };

    struct ContactKey {
        IpAddress address;
        HostId host = no_host;
        std::uint16_t port = 0;
        std::uint8_t protocol = 0;
        std::uint8_t family = 4;
        friend bool operator==(const ContactKey&, const ContactKey&) = default;
    };
    // A group's key is a contact's with the address (service) or the port (address) left out.
    struct GroupKey {
        ContactKey part;
        Shape shape = Shape::service;
        friend bool operator==(const GroupKey&, const GroupKey&) = default;
    };
    struct Hash {
        HashKey secret;
        std::size_t operator()(const ContactKey& key) const noexcept;
        std::size_t operator()(const GroupKey& key) const noexcept {
            return (*this)(key.part) ^ static_cast<std::size_t>(key.shape);
        }
    };
    struct Contact {
        ContactKey key;
        FlowId flow = no_flow;        // the first one; retries are chained behind it in next_flow_
        std::uint64_t older[2] = {};  // number of the contact before this one in the group of each shape
        std::int64_t epoch_s = 0;     // start of the epoch it began in
        State state = State::waiting;
        bool many = false;  // it was sent more packets than a prober sends
        bool big = false;   // … or bigger ones
    };
    struct Group {
        std::uint64_t newest = 0;    // number of its newest contact
        std::uint32_t contacts = 0;  // within the window, waiting ones included
        std::uint32_t failed = 0;
        std::uint32_t cleared = 0;      // answered, or streams
        std::uint32_t case_number = 0;  // of the case that it is part of; 0: none
    };
    struct OpenCase {
        std::uint32_t number = 0;
        std::int64_t failed_s = 0;  // start of the last epoch in which a contact of it failed
        ScanCase rows;
    };
    using CaseKey = std::tuple<HostId, Kind, ProtocolClass>;

    Contact& contact(std::uint64_t number) noexcept { return contacts_[number - begin_number_]; }
    bool is_contact(const FlowRecord& flow) const;
    void look_at_flows(Contact& contact) const;
    GroupKey group_key(const Contact& contact, Shape shape) const;
    static Kind kind_of(const Contact& contact, Shape shape);
    static bool is_failure(const Contact& contact, Shape shape) noexcept;

    void add_contacts(const MergedEpoch& epoch);
    void hear_late_answers(const MergedEpoch& epoch);
    ContactKey contact_key(const FlowRecord& flow) const;
    void count(const Contact& decided, Shape shape, bool add);
    static bool is_in_group(const Contact& contact, Shape shape);
    void add_contact(FlowId flow, std::int64_t epoch_s);
    void expire(std::int64_t now_s);
    void drop_oldest();
    std::int64_t due_s(const Contact& contact) const;
    void decide_due(std::vector<Finding>& findings);
    void decide_rest();
    void pass_to(std::int64_t now_s, std::vector<Finding>& findings);
    void look_again(std::int64_t begun_until_s);
    void revise(Contact& judged, const Contact& revised);
    void clear_row(const Contact& cleared, Shape shape);
    void decide(std::uint64_t number, std::int64_t now_s);
    void count_in_group(std::uint64_t number, Shape shape, std::int64_t now_s);
    bool is_scanner(const Group& group) const;
    OpenCase* case_of(Group& group, const Contact& decided, Shape shape, std::int64_t now_s);
    void add_rows(OpenCase& open, Group& group, std::uint64_t number, Shape shape);
    ScanRow row_of(const Contact& contact) const;
    void hold(FlowId first, int change);
    void close_quiet(std::int64_t now_s, std::vector<Finding>& findings);
    enum class Ending : std::uint8_t { quiet, clock_set_back, input_ended };
    void close(OpenCase& open, Ending ending, std::vector<Finding>& findings);
    void reset(std::vector<Finding>& findings);
    void forget_all();

    ScanOptions options_;
    const FlowStore& flows_;
    const HostTable& hosts_;
    ScanCaseLimits limits_;
    PrefixSet unanswering_;

    std::deque<Contact> contacts_;      // by epoch, then time; numbered from begin_number_
    std::uint64_t begin_number_ = 1;    // 0 is no contact
    std::uint64_t waiting_number_ = 1;  // contacts before this one are decided
    std::unordered_map<ContactKey, std::uint64_t, Hash> by_key_;
    std::unordered_map<GroupKey, Group, Hash> groups_;
    std::vector<FlowId> next_flow_;   // by flow: the next one of the same contact
    std::vector<std::uint8_t> held_;  // by flow: in how many cases' chains it is, two at most
    std::map<CaseKey, OpenCase> open_;
    std::vector<Finding> withdrawn_;
    std::uint32_t cases_opened_ = 0;
    std::uint64_t contacts_untracked_ = 0;
    std::int64_t now_s_ = 0;                                            // start of the newest epoch
    std::int64_t passed_s_ = std::numeric_limits<std::int64_t>::min();  // … up to which cases were closed
    std::int64_t seen_until_ns_ = 0;                                    // so far is known who answered
    std::uint64_t looked_number_ = 1;  // contacts before this one have been looked at again
    std::size_t rows_kept_ = 0;        // in all open cases, since the epoch began
    bool started_ = false;
    bool was_incomplete_ = false;          // the last epoch was
    bool answers_may_be_missing_ = false;  // so no case opens
};

}  // namespace flowlock
