// SPDX-License-Identifier: BSD-3-Clause
// What docs promise of the data path, held against the machine: a live worker with all that it calls, the port
// and DPDK's buffer pool included, is watched while it works.
#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <string_view>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <rte_lcore.h>

#include "live_run.hpp"
#include "some_signatures.hpp"
#include "witness.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

struct Report {
    bool registered = false;  // with DPDK: the thread has a cache of packet buffers, like an lcore
    bool counts_system_calls = false;
    Witnessed seen;
};

// On a thread of its own, since a filter of system calls stays for the thread's life.
template <class Deed>
std::thread watched_thread(Report& report, Deed deed) {
    return std::thread([&report, deed] {
        report.registered = rte_thread_register() == 0;
        report.counts_system_calls = count_system_calls();
        begin_to_watch();
        deed();
        report.seen = end_to_watch();
        if (report.registered) rte_thread_unregister();
    });
}

template <class Deed>
Report watch(Deed deed) {
    Report report;
    watched_thread(report, deed).join();
    return report;
}

// A machine that cannot count system calls says so. In CI that is a failure: a test that is always skipped
// protects nobody.
bool require_system_calls_counted(const Report& report) {
    if (report.counts_system_calls) return true;
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string_view(ci) == "true")
        FAIL("system calls cannot be counted here, and CI=true allows no skipping");
    std::cout << "SKIPPED: system calls cannot be counted here: no seccomp filter, or not x86-64\n";
    return false;
}

// Until the worker has gone through several epochs.
template <class Meanwhile>
void check_worker(const LiveRun::Options& options, Meanwhile meanwhile) {
    LiveRun run(options);
    Report report;
    std::thread thread = watched_thread(report, [&run] { run.run_worker(0); });
    meanwhile(run);
    run.stop();
    run.finish();
    thread.join();

    // It has worked as it always does.
    CHECK(report.registered);
    CHECK(run.control().totals().tally.packets() == Packets{run.packets_sent()});
    CHECK(run.control().totals().epochs >= 3);
    // The flood, and only the flood, has gone beyond the table.
    CHECK((run.control().totals().overflowed > Packets{0}) ==
          (options.traffic.pattern == Pattern::syn_flood));

    CHECK(report.seen.allocations == 0);
    CHECK(report.seen.locks == 0);
    CHECK(report.seen.exceptions == 0);
    if (require_system_calls_counted(report)) {
        INFO("the first system call had the number " << report.seen.first_system_call);
        CHECK(report.seen.system_calls == 0);
    }
}

const LiveRun::Options fitting{.traffic = {.pattern = Pattern::uniform, .flows = 20'000}};
const LiveRun::Options flooding{
    .traffic = {.pattern = Pattern::syn_flood, .hosts = 40},
    .sizes = {.flows = 1024, .hosts = 64},
};

// Keeps the compiler from leaving out what is done with it.
void use(void* pointer) {
    asm volatile("" ::"r"(pointer) : "memory");
}

}  // namespace

TEST_CASE("the data path makes no allocation, takes no lock, throws nothing and makes no system call") {
    check_worker(fitting, [](LiveRun& run) { run.merge_epochs(3); });
}

TEST_CASE("… nor when a flood has filled its table") {
    check_worker(flooding, [](LiveRun& run) { run.merge_epochs(3); });
}

TEST_CASE("… nor when the control core is late") {
    LiveRun::Options options = flooding;
    options.epochs = 2;
    check_worker(options, [](LiveRun& run) {
        run.wait_until_late();
        run.merge_epochs(3);
        CHECK(run.control().totals().late > 0);
    });
}

TEST_CASE("… nor when it looks into payloads and finds what it looks for, and the signatures are changed") {
    LiveRun::Options options = fitting;
    options.traffic.sizes = Sizes::imix;
    options.traffic.payload = "hello, and what else a payload says";
    options.signatures = signatures_of({"hello", "what else"});
    check_worker(options, [](LiveRun& run) {
        run.merge_epochs(2);
        run.change_signatures(signatures_of({"goodbye", "hello"}));
        run.merge_epochs(3);
        CHECK(run.control().totals().inspection.inspected > Packets{0});
    });
}

TEST_CASE("an allocation and a release are seen") {
    const Report report = watch([] {
        void* memory = std::malloc(16);
        use(memory);
        std::free(memory);
    });
    CHECK(report.seen.allocations == 2);
    CHECK(watch([] { use(std::make_unique<int>(1).get()); }).seen.allocations == 2);
    CHECK(watch([] { use(std::make_unique<std::array<std::byte, 1 << 20>>().get()); }).seen.allocations == 2);
    CHECK(report.seen.locks == 0);
    CHECK(report.seen.exceptions == 0);
}

TEST_CASE("a lock is seen, although it is free") {
    std::mutex mutex;
    const Report report = watch([&] { const std::lock_guard lock(mutex); });
    CHECK(report.seen.locks == 1);
    CHECK(report.seen.allocations == 0);
}

TEST_CASE("an exception is seen, although it is caught") {
    int caught = 0;
    const Report report = watch([&] {
        try {
            throw 7;
        } catch (int value) {
            caught = value;
        }
    });
    CHECK(caught == 7);
    CHECK(report.seen.exceptions == 1);
}

TEST_CASE("a system call is seen, and does what it should") {
    pid_t parent = 0;
    const Report report = watch([&] { parent = getppid(); });
    CHECK(parent == getppid());
    if (!require_system_calls_counted(report)) return;
    CHECK(report.seen.system_calls == 1);
    CHECK(report.seen.first_system_call == SYS_getppid);
    CHECK(watch([] { std::this_thread::yield(); }).seen.system_calls == 1);
    CHECK(watch([] { sleep(0); }).seen.system_calls == 1);
    // Memory that a worker touches for the first time is no call.
    CHECK(watch([] {}).seen.system_calls == 0);
}
