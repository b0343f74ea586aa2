/**
 * @file src/base/crc.h  A checksum against damage, not against people
 */
#ifndef TW_SRC_CRC_H
#define TW_SRC_CRC_H

#include "base.h"

/* CRC-32C (Castagnoli): finds every burst of up to 32 bits and, in records of
 * our size, every five flipped ones, where zlib's polynomial finds four. Begin
 * with 0; give the result back to go on. */
uint32_t tw__crc32c(uint32_t crc, const void *data, size_t size);

#endif
