#include <hiredis/hiredis.h>
#include <malloc.h>
