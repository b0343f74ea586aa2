/* libre's allocations join the row of memory.h: its own switch for failing
 * ones is there only in builds that Debian does not ship, so malloc() of this
 * program looks who asks. Not where a sanitizer has its own malloc(). */
#ifndef TW_TESTS_OOM_LIBRE_H
#define TW_TESTS_OOM_LIBRE_H

#include <stdbool.h>

/* Behind memory_install(). False: libre's memory never fails here. */
bool oom_libre_install(void);

#endif
