// SPDX-License-Identifier: BSD-3-Clause
// What check says of the clock and the output folder, and how it mends them.
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "made_up_machine.hpp"

namespace flowlock::test {
namespace {

// The checks after one fact has been changed.
template <class Change>
Checks checks_after(const MadeUpMachine& machine, Change change) {
    MachineFacts facts = machine.facts();
    change(facts);
    return check_machine(facts, machine.live, machine.output_folder);
}

// While it lives, root has only the rights of nobody; for others it changes nothing.
class WithoutRoot {
public:
    WithoutRoot() {
        if (was_root_ && seteuid(65534) != 0) throw std::runtime_error("seteuid");
    }
    ~WithoutRoot() {
        if (was_root_ && seteuid(0) != 0) std::abort();
    }
    WithoutRoot(const WithoutRoot&) = delete;
    WithoutRoot& operator=(const WithoutRoot&) = delete;

private:
    bool was_root_ = geteuid() == 0;
};

}  // namespace

TEST_CASE("a clock that nobody sets, or sets badly, is a warning mended by chrony") {
    const MadeUpMachine machine;
    const auto judged_clock = [&](ClockFacts clock) {
        return judged(checks_after(machine, [&](MachineFacts& facts) { facts.clock = clock; }),
                      "clock.synchronised");
    };
    const Check free = judged_clock({.known = true});
    CHECK(free.state == CheckState::warning);
    CHECK(free.mend == "apt-get install chrony\nchronyc tracking");
    const Check coarse =
        judged_clock({.known = true, .synchronised = true, .error_max = std::chrono::milliseconds{101}});
    CHECK(coarse.state == CheckState::warning);
    CHECK(coarse.text == "yes, to 101 ms");
    CHECK(judged_clock({}).state == CheckState::warning);
}

TEST_CASE("a folder that is not there yet is judged by its nearest parent") {
    MadeUpMachine machine;
    machine.output_folder = "/var/lib/flowlock/a/b";
    const Check check = judged(machine.checks(), "output.folder");
    CHECK(check.state == CheckState::ok);
    CHECK(check.text == "/var/lib/flowlock/a/b will be made");
    CHECK(machine.facts().output.existing == "/var/lib/flowlock");
    CHECK_FALSE(std::filesystem::exists(machine.real("/var/lib/flowlock/a")));
}

TEST_CASE("a file where the folder should be is moved away") {
    MadeUpMachine machine;
    machine.put("/var/lib/flowlock", "x");
    const Check check = judged(machine.checks(), "output.folder");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.text == "/var/lib/flowlock: /var/lib/flowlock is not a folder");
    CHECK(check.mend ==
          "# choose another output.folder, or move it away:\nmv /var/lib/flowlock /var/lib/flowlock.old");
}

TEST_CASE("a folder that this user may not write is given to the user, or made for the user") {
    MadeUpMachine machine;
    using std::filesystem::perms;
    std::filesystem::permissions(machine.real("/"), perms{0755});
    std::filesystem::permissions(machine.real("/var/lib/flowlock"), perms{0555});
    const WithoutRoot without_root;
    const Check check = judged(machine.checks(), "output.folder");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.text == "/var/lib/flowlock: this user may not write into /var/lib/flowlock");
    CHECK(check.mend == "chown 1001 /var/lib/flowlock");
    machine.output_folder = "/var/lib/flowlock/it's here";
    CHECK(judged(machine.checks(), "output.folder").mend ==
          "install -d -o 1001 '/var/lib/flowlock/it'\\''s here'");
}

TEST_CASE("a file system that is read-only is wrong") {
    const MadeUpMachine machine;
    const Check check = judged(
        checks_after(machine, [](MachineFacts& facts) { facts.output.read_only = true; }), "output.folder");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.mend == "mount -o remount,rw \"$(findmnt -n -o TARGET -T /var/lib/flowlock)\"");
}

TEST_CASE("less than a gibibyte, or too few inodes, is a warning") {
    const MadeUpMachine machine;
    const Check space = judged(
        checks_after(machine,
                     [](MachineFacts& facts) { facts.output.free_bytes = (std::uint64_t{1} << 30) - 1; }),
        "output.space");
    CHECK(space.state == CheckState::warning);
    CHECK(space.text == "/var/lib/flowlock: 1023 MiB are free; a day of attacks may need more");
    CHECK_THAT(space.mend, Catch::EndsWith("du -xh --max-depth=2 /var/lib/flowlock"));
    const Check inodes = judged(
        checks_after(machine, [](MachineFacts& facts) { facts.output.free_inodes = 9'999; }), "output.space");
    CHECK(inodes.state == CheckState::warning);
    CHECK_THAT(inodes.mend, Catch::EndsWith("df -i /var/lib/flowlock"));
}

TEST_CASE("a folder in memory, or on another machine, is a warning") {
    const MadeUpMachine machine;
    const auto type = GENERATE("tmpfs", "ramfs", "nfs", "cifs", "fuse", "vfat");
    const Check check =
        judged(checks_after(machine, [&](MachineFacts& facts) { facts.output.file_system = type; }),
               "output.file_system");
    CHECK(check.state == CheckState::warning);
    CHECK(check.mend == "# choose an output.folder on a local disk with ext4, xfs or btrfs");
}

}  // namespace flowlock::test
