#pragma once
#include <stddef.h>

// glibc declares these two behind _GNU_SOURCE only, which Swift's Glibc module does not see. The
// names are ours, so that they stand beside glibc's own declarations where those are visible.
int cores_get_affinity(int thread, size_t bytes, unsigned long *mask) __asm__("sched_getaffinity");
int cores_set_affinity(int thread, size_t bytes, const unsigned long *mask)
    __asm__("sched_setaffinity");
