// SPDX-License-Identifier: BSD-3-Clause
// Writes a live monitor's reports on a thread of its own, so that neither a slow nor a hanging disk holds up the
// control core. What cannot be written is kept and tried again every second: of each case the newest report, which
// holds all that the older ones said. One that fails waits for the others' turn. At most waiting_max cases are kept;
// beyond, the newest case is refused, and is lost unless a later report of it finds room. Suspects that were found
// innocent wait in a queue of their own, so that they take no case's room, and are written when no case waits.
//
// The control core's thread puts, the writer's thread takes; between them is one short lock, which the writer never
// holds while it writes.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "report/live_folder.hpp"

namespace flowlock {

class ReportWriter {
public:
    static constexpr std::size_t waiting_max = 10'000;
    static constexpr std::size_t findings_max = 1'000;
    static constexpr std::size_t lost_max = 1'000'000;  // counted so far, 100 bytes each

    // The folder must be writable now, so that a mistake is told at start: std::runtime_error.
    explicit ReportWriter(const std::string& folder);
    // Gives up what could not be written. When the disk hangs, its thread is left behind.
    ~ReportWriter();
    ReportWriter(const ReportWriter&) = delete;
    ReportWriter& operator=(const ReportWriter&) = delete;

    void put(LockReport report, const TextStyle& style);
    // The newest summary replaces one that is not written yet.
    void put(Summary summary);
    // Waits until all is written, `patience` at most. False: something is not.
    bool flush(std::chrono::milliseconds patience);

    // Cases whose newest report is not written yet, and those refused; exonerated findings included.
    std::uint64_t waiting() const;
    std::uint64_t lost() const;
    // What went wrong, or right again, since the last call: one text for each change.
    struct News {
        bool good = false;
        std::string text;
    };
    std::vector<News> take_news();

private:
    struct Waiting {
        LockReport report;
        TextStyle style;
    };
    // What both threads see. The writer's thread owns a share of it, since it may outlive the writer when a
    // disk hangs.
    struct Shared {
        mutable std::mutex mutex;
        std::condition_variable changed;
        std::map<std::string, Waiting> waiting;  // cases, by id, which begins with the time
        std::string last_tried;                  // id
        std::set<std::string> refused;           // ids, lost_max at most
        std::deque<Waiting> findings;            // exonerated ones, oldest first
        std::uint64_t findings_refused = 0;
        std::optional<Summary> summary;
        std::optional<std::string> in_hand;  // id of the case that is being written
        bool finding_in_hand = false;
        bool tried_finding = false;  // the last time
        bool writing = false;
        bool ended = false;
        bool failing = false;
        std::vector<News> news;
    };

    // What is written next: one of them.
    struct Task {
        std::optional<Waiting> report;
        std::optional<Summary> summary;
    };

    static void work(const std::shared_ptr<Shared>& shared, const LiveFolder& folder);
    static Task take_next(Shared& shared);
    static void put_back(Shared& shared, Task task);
    static bool write_next(Shared& shared, std::unique_lock<std::mutex>& lock, const LiveFolder& folder);
    static void tell(Shared& shared, const std::string& error);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace flowlock
