// SPDX-License-Identifier: BSD-3-Clause
// The control core: takes the workers' epochs, merges them in the order of their sequence numbers, and runs
// the detectors on each merged epoch. One thread; nothing of it is shared but the channels.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/prefix.hpp"
#include "content/signature_set.hpp"
#include "control/case_ledger.hpp"
#include "control/evidence_book.hpp"
#include "control/forgetter.hpp"
#include "dataplane/epoch_channel.hpp"
#include "detect/abuse.hpp"
#include "detect/address_faults.hpp"
#include "detect/duplicate_watch.hpp"
#include "detect/limits.hpp"
#include "detect/payload_witness.hpp"
#include "detect/scans.hpp"
#include "flow/engine_options.hpp"
#include "flow/merge.hpp"
#include "report/lock_report.hpp"
#include "report/report_options.hpp"
#include "report/summary.hpp"

namespace flowlock {

class ControlCore {
public:
    struct Options {
        PrefixSet internal;
        LimitOptions limits;
        ScanOptions scan;
        AbuseOptions abuse{};
        std::shared_ptr<const SignatureSet> signatures{};  // none: no payload is looked at
        // Payloads are looked for in so many packets of each side of a flow in each epoch.
        std::uint32_t signature_packets = FlowTable::early_packets_default;
        FaultOptions faults{};
        EngineOptions engine;
        ReportOptions report;
        EvidenceOptions evidence{};
        Origin origin{};  // its networks are `internal`, and follow them
        HashKey secret;
        // For months: what nothing refers to is forgotten, and reports come while their case is
        // open. A replay keeps everything to its end.
        bool live = false;
    };
    // What may change while it runs; sizes of the engine may not.
    struct Reload {
        PrefixSet internal;
        LimitOptions limits;
        ScanOptions scan;
        AbuseOptions abuse{};
        std::shared_ptr<const SignatureSet> signatures{};
        std::uint32_t signature_packets = FlowTable::early_packets_default;
        FaultOptions faults{};
        ReportOptions report;
        EvidenceOptions evidence{};
        std::string tap{};
    };
    // The channels, one per worker, outlive the control core.
    ControlCore(const Options& options, std::vector<EpochChannel*> channels);

    // Merges what the workers have handed over. False: there was nothing to do.
    bool poll();
    // Workers that have not come with their last epoch will not: for the end, when one of them stands still.
    void abandon_missing();
    // All workers have handed over their last epoch, and the detectors have said what they had to say.
    bool finished() const noexcept { return finished_; }

    // Live: the reports, in this order, of cases that opened, grew, closed or were withdrawn since the last
    // call. A case is reported in the epoch that opens it, then once a minute of epoch time while its figures
    // change, and when it ends; all its reports have the same id. Else, after finished(): one report of each
    // case, by opening time, host, direction and kind. Among them are exonerated findings, one report each;
    // the verdict tells them apart.
    std::vector<LockReport> take_reports();
    // Between two calls of poll(). What the new settings do not speak of goes on: windows, open cases,
    // contacts. Cases whose limit is gone, and those of hosts that are no longer internal, are closed.
    void reload(const Reload& settings);
    // What the ports have lost since they started, by cause; later calls replace it. The causes of the first
    // call stay present in loss().
    void set_port_loss(const Loss& cumulative);

    // What a port is called in evidence, by DPDK's number.
    void name_port(std::uint16_t number, std::string name) { evidence_.name_port(number, std::move(name)); }

    // Live: whether packets arrive twice.
    const DuplicateFigures& duplicates() const noexcept { return duplicates_.figures(); }
    const FlowStore& flows() const noexcept { return flows_; }
    const HostTable& hosts() const noexcept { return hosts_; }
    const MergeTotals& totals() const noexcept { return merger_.totals(); }
    // What could not be counted as it should, so far.
    Loss loss() const;

private:
    // What is known of one worker: an epoch that waits for its turn, and where the next one will be.
    struct Source {
        EpochChannel* channel;
        Epoch* pending = nullptr;  // ours until it is given back
        std::uint64_t next_sequence = 0;
        bool absent = false;           // an epoch was closed without it, and it has not come since
        std::uint32_t signatures = 0;  // the set that was sent to it; 0: none

        std::uint64_t sequence() const noexcept {
            return pending != nullptr ? pending->name.sequence : next_sequence;
        }
    };

    Source& earliest();
    bool merge_overdue();
    void give_back(Source& source);
    void merge(Source& source);
    void close_epoch();
    void tell_cases(std::int64_t end_s);
    void order_watch();
    void change_signatures(std::shared_ptr<const SignatureSet> signatures, std::uint32_t packets);
    void send_signatures();
    void complete(LockReport& report);
    void tell_ended();
    void tell_innocent();
    void apply(const Reload& settings);
    void change_networks(const PrefixSet& internal);
    void finish();

    FlowStore flows_;
    HostTable hosts_;
    Merger merger_;
    LimitDetector limits_;
    ScanDetector scans_;
    SignatureNotes notes_;
    AbuseDetector abuse_;
    PayloadWitness witness_;
    AddressFaults faults_;
    std::vector<Source> sources_;
    std::uint64_t open_sequence_ = 0;    // of the merged epoch that is open
    std::uint64_t closed_sequence_ = 0;  // … of the last one that was closed
    bool live_ = false;
    std::shared_ptr<const SignatureSet> signatures_;
    std::uint32_t signatures_number_ = 0;  // of the set
    std::uint32_t signature_packets_ = 0;
    CaseLedger cases_;
    EvidenceBook evidence_;
    bool keeps_heads_ = false;
    std::vector<IpAddress> watched_;  // scratch of an epoch
    Origin origin_;
    std::optional<Forgetter> forgetter_;  // live
    DuplicateWatch duplicates_;           // live
    std::vector<Finding> ended_;          // scratch of an epoch: what the detectors have closed
    std::optional<Reload> reload_;        // waits for the open epoch to close
    Loss port_loss_;
    bool finished_ = false;
};

}  // namespace flowlock
