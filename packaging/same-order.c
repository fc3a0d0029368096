/*
 * Gives scripts that run while a release is built the same random numbers each time; `packaging/release` preloads it.
 *
 * The tables of the parser of PromQL are made by such a script (promql-parser, by lrpar), which writes the conflicts of the
 * grammar in the order of a hash map, and Rust's hash maps are ordered by random numbers of the process: without this, the
 * program has one of six forms. Rust's library looks `getrandom` up by its name, so that it can be replaced.
 * All other processes, cargo and the compiler among them, get what they ask for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

ssize_t getrandom(void *buffer, size_t length, unsigned flags) {
    static const char script[] = "build-script";
    if (strncmp(program_invocation_short_name, script, sizeof script - 1) == 0) {
        memset(buffer, 0, length);
        return (ssize_t)length;
    }
    return syscall(SYS_getrandom, buffer, length, flags);
}
