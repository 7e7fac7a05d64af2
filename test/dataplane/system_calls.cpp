// SPDX-License-Identifier: BSD-3-Clause
// Counting a thread's system calls. A seccomp filter turns each of them into a SIGSYS; its handler counts the
// call and then makes it, from the one instruction that the filter lets through. So the thread works as before,
// and whether a call counts is decided by a plain variable, which no filter could read.
#include <array>
#include <cstddef>
#include <cstdint>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "witness_thread.hpp"

#if defined(__x86_64__)

// Like the C library's syscall(), but the kernel's answer is not turned into errno, and the address after its
// instruction has a name: that is what the kernel tells the filter.
asm(R"(
    .pushsection .text
    .type make_system_call, @function
    .globl make_system_call, after_system_call
    .hidden make_system_call, after_system_call
make_system_call:
    mov %rdi, %rax
    mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    mov %r8, %r10
    mov %r9, %r8
    mov 8(%rsp), %r9
    syscall
after_system_call:
    ret
    .size make_system_call, . - make_system_call
    .popsection
)");
extern "C" long make_system_call(long number, long a, long b, long c, long d, long e, long f) noexcept;
extern "C" const char after_system_call;

namespace flowlock::test {
namespace {

// A change of the signal mask is undone when the handler returns. That is as well: with SIGSYS blocked the next
// call would end the process.
void count_and_make_call(int, siginfo_t* info, void* context) {
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    if (witness_thread.watched && witness_thread.seen.system_calls++ == 0)
        witness_thread.seen.first_system_call = info->si_syscall;
    registers[REG_RAX] =
        make_system_call(info->si_syscall, registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                         registers[REG_R10], registers[REG_R8], registers[REG_R9]);
}

// On a stack of its own: a thread that ends gives the rest of its stack back, and a handler there would give
// back what it stands on.
bool install_handler() noexcept {
    alignas(16) static thread_local std::array<std::byte, 65'536> room;
    stack_t stack{};
    stack.ss_sp = room.data();
    stack.ss_size = room.size();
    if (sigaltstack(&stack, nullptr) != 0) return false;
    struct sigaction action {};
    action.sa_sigaction = count_and_make_call;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    return sigaction(SIGSYS, &action, nullptr) == 0;
}

sock_filter load(std::size_t offset) noexcept {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

sock_filter skip_unless(std::uint64_t value, std::uint8_t statements) noexcept {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(value), 0, statements);
}

sock_filter answer(std::uint32_t action) noexcept {
    return BPF_STMT(BPF_RET | BPF_K, action);
}

// For the calling thread only. The handler's own end is a system call as well, so that one is always allowed.
bool install_filter() noexcept {
    constexpr std::size_t caller = offsetof(seccomp_data, instruction_pointer);
    const auto allowed = reinterpret_cast<std::uintptr_t>(&after_system_call);
    std::array statements{load(offsetof(seccomp_data, nr)),
                          skip_unless(SYS_rt_sigreturn, 1),
                          answer(SECCOMP_RET_ALLOW),
                          load(caller),
                          skip_unless(allowed & 0xffffffff, 3),
                          load(caller + 4),
                          skip_unless(allowed >> 32, 1),
                          answer(SECCOMP_RET_ALLOW),
                          answer(SECCOMP_RET_TRAP)};
    const sock_fprog program{statements.size(), statements.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

bool count_system_calls() noexcept {
    return install_handler() && install_filter();
}

}  // namespace flowlock::test

#else

namespace flowlock::test {

bool count_system_calls() noexcept {
    return false;
}

}  // namespace flowlock::test

#endif
