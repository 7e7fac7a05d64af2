// SPDX-License-Identifier: BSD-3-Clause
// Starts DPDK's environment once, before the first test of a program, since it cannot be started twice. Two
// workers, no hugepages, no root, lcores that float: so the tests run wherever the replay does.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <optional>

#include <catch2/catch.hpp>

#include "dataplane/eal.hpp"

namespace flowlock::test {
namespace {

class StartEal : public Catch::TestEventListenerBase {
public:
    using TestEventListenerBase::TestEventListenerBase;

    void testRunStarting(const Catch::TestRunInfo&) override {
        eal_.emplace(EalOptions{.workers = 2, .memory_mib = 256});
    }
    void testRunEnded(const Catch::TestRunStats&) override { eal_.reset(); }

private:
    std::optional<Eal> eal_;
};

CATCH_REGISTER_LISTENER(StartEal)

}  // namespace
}  // namespace flowlock::test
