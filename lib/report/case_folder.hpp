// SPDX-License-Identifier: BSD-3-Clause
// A case's folder on disk, written whole or not at all: a reader sees the old files, or the new ones, or no folder, but
// never some of each, whenever the power fails. Used by one thread per folder.
#pragma once

#include <filesystem>
#include <vector>

#include "report/case_files.hpp"

namespace flowlock {

// Where a case stands until it is complete: "cases/.ID.part".
std::filesystem::path part_of_case(const std::filesystem::path& cases, const std::string& id);

// Writes cases/ID. The files are written and synced beside it; then that folder takes its name, or changes places with
// the one that is there (renameat2 with RENAME_EXCHANGE), whose other files go over to the new one. On a file system that
// cannot do this (NFS, FAT), each file is replaced whole, the manifest last, so that it fits only when all are there. Throws
// std::runtime_error "PATH: reason"; what stood there before is then untouched.
void write_case_folder(const std::filesystem::path& cases, const std::string& id,
                       const std::vector<CaseFile>& files);

// Removes what a killed writer left of a case that was not complete. False: it is no such folder.
bool remove_case_part(const std::filesystem::path& part);

}  // namespace flowlock
