// SPDX-License-Identifier: BSD-3-Clause
// A tap server that exists only as a folder: /proc, /sys and /dev of a machine on which all is well, for tests
// to break one thing at a time.
#pragma once

#include <filesystem>
#include <string>

#include "machine/checks.hpp"
#include "machine/facts.hpp"

namespace flowlock::test {

// Two X520 ports on NUMA node 1 bound to vfio-pci, four CPUs on each node, 4 to 6 isolated, four pages of
// 1 GiB. Removed at the end of its life.
class MadeUpMachine {
public:
    MadeUpMachine();
    ~MadeUpMachine();
    MadeUpMachine(const MadeUpMachine&) = delete;
    MadeUpMachine& operator=(const MadeUpMachine&) = delete;

    // Paths as on the machine. Folders are made as needed; what stands there is replaced.
    void put(const std::string& path, const std::string& content);
    void link(const std::string& path, const std::string& target);
    void remove(const std::string& path);
    std::string real(const std::string& path) const { return root_.string() + path; }

    // As read_facts reads them, with a good clock and disk: those are the test machine's own.
    MachineFacts facts() const;
    Checks checks() const { return check_machine(facts(), live, output_folder); }

    LiveOptions live;
    std::string output_folder = "/var/lib/flowlock";

private:
    void put_processor();
    void put_memory();
    void put_nic(const std::string& address, const std::string& group);
    void put_process();

    std::filesystem::path root_;
};

// Adds an interface eth1 with one receive queue, and makes it the only port.
void listen_to_eth1(MadeUpMachine& machine);

// The check of that name; of several, the first that is not ok. Requires that there is one, and of all checks
// that a mend stands there exactly where something is to be mended, and that a shell could run it.
Check judged(const Checks& checks, const std::string& name);

}  // namespace flowlock::test
