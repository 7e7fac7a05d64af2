// SPDX-License-Identifier: BSD-3-Clause
#include "report/report_writer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

namespace flowlock {
namespace {
constexpr std::chrono::seconds retry_pause{1};
}

ReportWriter::ReportWriter(const std::string& folder) : shared_(std::make_shared<Shared>()) {
    thread_ = std::thread([shared = shared_, files = LiveFolder(folder)] { work(shared, files); });
}

ReportWriter::~ReportWriter() {
    bool hangs = false;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->ended = true;
        hangs = shared_->writing;
    }
    shared_->changed.notify_all();
    if (hangs)
        thread_.detach();
    else
        thread_.join();
}

void ReportWriter::put(LockReport report, const TextStyle& style) {
    {
        const std::lock_guard lock(shared_->mutex);
        auto& waiting = shared_->waiting;
        const std::string id = report.id;
        if (!report.locks()) {
            if (shared_->findings.size() < findings_max)
                shared_->findings.push_back({std::move(report), style});
            else
                ++shared_->findings_refused;
        } else if (waiting.size() < waiting_max || waiting.contains(id)) {
            shared_->refused.erase(id);
            waiting.insert_or_assign(id, Waiting{std::move(report), style});
        } else if (shared_->refused.size() < lost_max) {
            shared_->refused.insert(id);
        }
    }
    shared_->changed.notify_all();
}

void ReportWriter::put(Summary summary) {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->summary = std::move(summary);
    }
    shared_->changed.notify_all();
}

bool ReportWriter::flush(std::chrono::milliseconds patience) {
    std::unique_lock lock(shared_->mutex);
    return shared_->changed.wait_for(lock, patience, [&] {
        return shared_->waiting.empty() && shared_->findings.empty() && !shared_->summary &&
               !shared_->writing;
    });
}

std::uint64_t ReportWriter::waiting() const {
    const std::lock_guard lock(shared_->mutex);
    // A newer report of the case that is in hand is no other case.
    const bool apart = shared_->in_hand && !shared_->waiting.contains(*shared_->in_hand);
    return shared_->waiting.size() + (apart ? 1 : 0) + shared_->findings.size() +
           (shared_->finding_in_hand ? 1 : 0);
}

std::uint64_t ReportWriter::lost() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->refused.size() + shared_->findings_refused;
}

std::vector<ReportWriter::News> ReportWriter::take_news() {
    const std::lock_guard lock(shared_->mutex);
    return std::exchange(shared_->news, {});
}

void ReportWriter::work(const std::shared_ptr<Shared>& shared, const LiveFolder& folder) {
    std::unique_lock lock(shared->mutex);
    for (;;) {
        shared->changed.wait(lock, [&] {
            return shared->ended || !shared->waiting.empty() || !shared->findings.empty() || shared->summary;
        });
        if (shared->ended) return;
        if (!write_next(*shared, lock, folder))
            shared->changed.wait_for(lock, retry_pause, [&] { return shared->ended; });
        shared->changed.notify_all();
    }
}

// Cases first, then the innocent; a summary can wait. While something fails, cases and the innocent take turns,
// so that neither waits for the other's disk.
ReportWriter::Task ReportWriter::take_next(Shared& shared) {
    Task task;
    shared.tried_finding =
        !shared.findings.empty() && (shared.waiting.empty() || (shared.failing && !shared.tried_finding));
    if (shared.tried_finding) {
        task.report = std::move(shared.findings.front());
        shared.findings.pop_front();
        shared.finding_in_hand = true;
    } else if (!shared.waiting.empty()) {
        // In turn, so that one that always fails stops nobody else.
        auto at = shared.waiting.upper_bound(shared.last_tried);
        if (at == shared.waiting.end()) at = shared.waiting.begin();
        task.report = std::move(at->second);
        shared.last_tried = at->first;
        shared.waiting.erase(at);
        shared.in_hand = task.report->report.id;
    } else {
        task.summary = std::exchange(shared.summary, std::nullopt);
    }
    return task;
}

// To its place, unless a newer one has come meanwhile.
void ReportWriter::put_back(Shared& shared, Task task) {
    if (task.summary && !shared.summary) shared.summary = std::move(task.summary);
    if (!task.report) return;
    if (task.report->report.locks()) {
        std::string id = task.report->report.id;
        shared.waiting.try_emplace(std::move(id), std::move(*task.report));
    } else {
        shared.findings.push_front(std::move(*task.report));
    }
}

// Unlocked while it writes.
bool ReportWriter::write_next(Shared& shared, std::unique_lock<std::mutex>& lock, const LiveFolder& folder) {
    Task task = take_next(shared);
    shared.writing = true;
    lock.unlock();
    std::string error;
    try {
        if (task.report)
            folder.write(task.report->report, task.report->style);
        else
            folder.write(*task.summary);
    } catch (const std::exception& caught) {
        error = caught.what();
    }
    lock.lock();
    shared.writing = false;
    shared.in_hand.reset();
    shared.finding_in_hand = false;
    tell(shared, error);
    if (error.empty()) return true;
    put_back(shared, std::move(task));
    return false;
}

void ReportWriter::tell(Shared& shared, const std::string& error) {
    if (!error.empty() && !shared.failing)
        shared.news.push_back(
            {false, fmt::format("{}; reports are kept and written when it works again", error)});
    if (error.empty() && shared.failing) shared.news.push_back({true, "reports can be written again"});
    shared.failing = !error.empty();
}

}  // namespace flowlock
