#define _GNU_SOURCE
#include "flow.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

// The thread sanitizer follows flows only where it is told of them. It counts calls and returns by flow,
// so the telling is no function of its own: it would be called in one and return in the other.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZED 1
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
#define TELL_OF(flow) __tsan_switch_to_fiber((flow)->fiber, 0)
#endif
#endif
#ifndef SANITIZED
#define TELL_OF(flow) ((void)0)
#endif

struct flow {
    ucontext_t context;
    struct flow *(*body)(void *argument);
    void *argument;
    // Null on the stack of a thread.
    void *stack;
    size_t bytes;
    void *fiber;
};

// The pointer comes in two halves, since what makecontext passes on are ints.
static void run(unsigned high, unsigned low) {
    struct flow *flow = (struct flow *)((uintptr_t)high << 32 | (uintptr_t)low);
    struct flow *next = flow->body(flow->argument);
    TELL_OF(next);
    setcontext(&next->context);
    abort();
}

struct flow *flow_of_caller(void) {
    struct flow *flow = calloc(1, sizeof *flow);
#ifdef SANITIZED
    if (flow) flow->fiber = __tsan_get_current_fiber();
#endif
    return flow;
}

struct flow *flow_make(size_t stack, struct flow *(*body)(void *argument), void *argument) {
    struct flow *flow = calloc(1, sizeof *flow);
    if (!flow) return NULL;
    // One page below is no memory, so that a stack that overflows is noticed.
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    flow->bytes = stack + page;
    flow->stack = mmap(NULL, flow->bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (flow->stack == MAP_FAILED || mprotect(flow->stack, page, PROT_NONE) != 0 ||
        getcontext(&flow->context) != 0) {
        if (flow->stack != MAP_FAILED) munmap(flow->stack, flow->bytes);
        free(flow);
        return NULL;
    }
    flow->body = body;
    flow->argument = argument;
    flow->context.uc_stack.ss_sp = (char *)flow->stack + page;
    flow->context.uc_stack.ss_size = stack;
    uintptr_t own = (uintptr_t)flow;
    makecontext(&flow->context, (void (*)(void))run, 2, (unsigned)(own >> 32), (unsigned)own);
#ifdef SANITIZED
    flow->fiber = __tsan_create_fiber(0);
#endif
    return flow;
}

void flow_go(struct flow *from, struct flow *to) {
    TELL_OF(to);
    swapcontext(&from->context, &to->context);
}

void flow_free(struct flow *flow) {
    if (flow->stack) {
#ifdef SANITIZED
        __tsan_destroy_fiber(flow->fiber);
#endif
        munmap(flow->stack, flow->bytes);
    }
    free(flow);
}
