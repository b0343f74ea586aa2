/**
 * @file src/base/logs.h  Logarithms without floating point
 */
#ifndef TW_SRC_LOGS_H
#define TW_SRC_LOGS_H

#include "base.h"

#define TW_LOG_BITS 32           /* behind the point */

/* 2^32 log2(x) for x > 0, to 3 parts in a million of 1. */
int64_t tw__log2(uint64_t x);
/* 2^32 / 2^(x / 2^32) for x >= 0: 2^32 at most, and 0 far out. */
uint64_t tw__exp2_minus(uint64_t x);

#endif
