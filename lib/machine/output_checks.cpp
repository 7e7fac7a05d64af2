// SPDX-License-Identifier: BSD-3-Clause
// The clock that dates the reports, and the folder that keeps them.
#include <fmt/format.h>

#include "machine/checks.hpp"
#include "machine/mend.hpp"

namespace flowlock {
namespace {

using std::chrono::milliseconds;

// A ticket's log is compared with others' logs, which count in seconds.
constexpr milliseconds error_allowed{100};
constexpr std::uint64_t mib = 1024 * 1024;
constexpr std::uint64_t free_wanted = 1024 * mib;
constexpr std::uint64_t inodes_wanted = 10'000;

Check check_folder(const OutputFacts& output, const std::string& folder, const std::string& user) {
    const std::string name = "output.folder";
    const std::string word = shell_word(folder);
    const bool exists = output.existing == folder || output.existing + "/" == folder;
    if (!output.is_folder)
        return wrong(name, fmt::format("{}: {} is not a folder", folder, output.existing),
                     lines({"# choose another output.folder, or move it away:",
                            fmt::format("mv {0} {0}.old", shell_word(output.existing))}));
    if (output.read_only)
        return wrong(
            name, fmt::format("{}: {} is mounted read-only", folder, output.existing),
            "mount -o remount,rw \"$(findmnt -n -o TARGET -T " + shell_word(output.existing) + ")\"");
    if (!output.writable)
        return wrong(name, fmt::format("{}: this user may not write into {}", folder, output.existing),
                     fmt::format("{} {} {}", exists ? "chown" : "install -d -o", shell_word(user), word));
    return ok(name, folder + (exists ? " is writable" : " will be made"));
}

Check check_space(const OutputFacts& output) {
    const std::string name = "output.space";
    const std::string where = output.existing;
    if (output.free_bytes < free_wanted)
        return warning(name,
                       fmt::format("{}: {} MiB are free; a day of attacks may need more", where,
                                   output.free_bytes / mib),
                       lines({"# make room, or choose another output.folder:",
                              "du -xh --max-depth=2 " + shell_word(where)}));
    if (output.free_inodes && *output.free_inodes < inodes_wanted)
        return warning(
            name, fmt::format("{}: room for {} more files; each case has some", where, *output.free_inodes),
            lines({"# remove files, or choose another output.folder:", "df -i " + shell_word(where)}));
    return ok(name, fmt::format("{}: {} MiB are free", where, output.free_bytes / mib));
}

Check check_file_system(const OutputFacts& output) {
    const std::string name = "output.file_system";
    const std::string& type = output.file_system;
    const std::string elsewhere = "# choose an output.folder on a local disk with ext4, xfs or btrfs";
    if (type == "tmpfs" || type == "ramfs")
        return warning(name,
                       fmt::format("{} is in memory ({}): lost at the next reboot", output.existing, type),
                       elsewhere);
    if (type == "nfs" || type == "cifs" || type == "fuse" || type == "vfat")
        return warning(name,
                       fmt::format("{} is on {}: writing may wait for others, and may not be whole",
                                   output.existing, type),
                       elsewhere);
    return ok(name, type.empty() ? "not known" : type);
}

}  // namespace

Checks check_clock(const MachineFacts& facts) {
    const std::string name = "clock.synchronised";
    const std::string mend = lines({"apt-get install chrony", "chronyc tracking"});
    if (!facts.clock.known) return {warning(name, "not checked: the kernel does not say", mend)};
    if (!facts.clock.synchronised)
        return {warning(name, "no: the times in the reports may be wrong, and nobody will know by how much",
                        mend)};
    const auto error = std::chrono::duration_cast<milliseconds>(facts.clock.error_max);
    const std::string text = fmt::format("yes, to {} ms", error.count());
    if (error > error_allowed) return {warning(name, text, mend)};
    return {ok(name, text)};
}

Checks check_output(const MachineFacts& facts, const std::string& folder) {
    Checks checks{check_folder(facts.output, folder, facts.process.user)};
    if (!facts.output.is_folder) return checks;
    checks.push_back(check_space(facts.output));
    checks.push_back(check_file_system(facts.output));
    return checks;
}

Checks check_machine(const MachineFacts& facts, const LiveOptions& live, const std::string& output_folder) {
    Checks checks{ok("version.kernel", facts.kernel.empty() ? "not known" : facts.kernel)};
    const auto add = [&](Checks part) { checks.insert(checks.end(), part.begin(), part.end()); };
    add(check_ports(facts, live));
    add(check_vfio(facts));
    add(check_memory(facts, live));
    add(check_cores(facts, live));
    add(check_clock(facts));
    add(check_output(facts, output_folder));
    return checks;
}

}  // namespace flowlock
