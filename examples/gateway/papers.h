/**
 * @file papers.h  Certificates and keys of trunks that go by TLS
 */
#ifndef EXAMPLES_PAPERS_H
#define EXAMPLES_PAPERS_H

#include "gw.h"

struct paper {
	void *bytes;               /* NULL: none */
	size_t size;
};

struct papers {
	struct paper ca, crl, cert, key;
};

/* Files of the trunk's row, relative to the directory of secrets. Wipe them
 * at once. */
tw_status papers_read(struct papers *papers, const struct gateway *gw,
		      const tw_directory *directory, tw_row row,
		      tw_error *err);
void papers_wipe(struct papers *papers);

#endif
