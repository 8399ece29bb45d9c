#pragma once
#include <stddef.h>

// Flows of control that take turns on one thread, each with a stack of its own: what a simulated
// process is, which may be stopped in the middle of any call and gone on with later. Handing over is a
// switch of stacks, some hundred times cheaper than waking up another thread.
struct flow;

// The flow of the caller, on the stack of its thread.
struct flow *flow_of_caller(void);

// A new flow, which runs `body` when it is gone to first. What `body` returns is gone to then, and
// the flow is never gone to again. Null where there is no memory for its stack of so many bytes.
struct flow *flow_make(size_t stack, struct flow *(*body)(void *argument), void *argument);

// Goes on with another flow of this thread, and returns when somebody goes on with this one.
void flow_go(struct flow *from, struct flow *to);

// Frees a flow that has ended, that was never gone to, or that is the caller's.
void flow_free(struct flow *flow);
