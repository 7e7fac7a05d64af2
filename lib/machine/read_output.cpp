// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <filesystem>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "machine/read_parts.hpp"

namespace flowlock {
namespace {

namespace fs = std::filesystem;

std::string name_of_file_system(unsigned long magic) {
    switch (magic) {
        case TMPFS_MAGIC:
            return "tmpfs";
        case RAMFS_MAGIC:
            return "ramfs";
        case EXT4_SUPER_MAGIC:
            return "ext4";
        case XFS_SUPER_MAGIC:
            return "xfs";
        case BTRFS_SUPER_MAGIC:
            return "btrfs";
        case OVERLAYFS_SUPER_MAGIC:
            return "overlay";
        case MSDOS_SUPER_MAGIC:
            return "vfat";
        case NFS_SUPER_MAGIC:
            return "nfs";
        case CIFS_SUPER_MAGIC:
        case SMB2_SUPER_MAGIC:
            return "cifs";
        case FUSE_SUPER_MAGIC:
            return "fuse";
        default:
            return "other";
    }
}

fs::path nearest_existing(fs::path path) {
    std::error_code error;
    while (path.has_relative_path() && fs::status(path, error).type() == fs::file_type::not_found)
        path = path.parent_path();
    return path;
}

}  // namespace

OutputFacts read_output(const Tree& tree, const std::string& folder) {
    OutputFacts output;
    const fs::path existing = nearest_existing(fs::path(tree.path(folder)).lexically_normal());
    std::error_code error;
    output.is_folder = fs::is_directory(existing, error);
    output.writable = ::faccessat(AT_FDCWD, existing.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
    // As the user names it, without a made-up root.
    output.existing = "/" + fs::path(existing).lexically_relative(tree.path("/")).string();
    if (output.existing == "/.") output.existing = "/";
    struct statfs type {};
    if (::statfs(existing.c_str(), &type) == 0)
        output.file_system = name_of_file_system(static_cast<unsigned long>(type.f_type));
    struct statvfs space {};
    if (::statvfs(existing.c_str(), &space) != 0) return output;
    output.read_only = (space.f_flag & ST_RDONLY) != 0;
    output.free_bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
    // btrfs and others have no table of inodes.
    if (space.f_files > 0) output.free_inodes = space.f_favail;
    return output;
}

}  // namespace flowlock
