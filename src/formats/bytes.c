/**
 * @file src/formats/bytes.c  A file's bytes, as often as they are wanted
 *
 * See bytes.h. A file that grows while it is read is taken as long as it was
 * when it was read first; one that changes otherwise is refused.
 */
#include <string.h>
#include "bytes.h"

tw_status tw__pass_open(struct tw__pass *pass, struct tw__bytes *bytes,
			tw_error *err)
{
	*pass = (struct tw__pass){ .bytes = bytes };
	if (bytes->data || !bytes->read)
		return TW_OK;
	pass->digest = tw__digest_new();
	return pass->digest ? TW_OK : tw__fail_oom(err);
}

void tw__pass_close(struct tw__pass *pass)
{
	tw__digest_free(pass->digest);
	pass->digest = NULL;
}

/* A reader's word of what failed; which status it takes for that must not
 * look like a row's. */
static tw_status reader_failed(tw_status status, const tw_error *why,
			       tw_error *err)
{
	if (status != TW_ENOMEM && status != TW_ECANCELLED)
		status = TW_EIO;
	return tw__fail(err, status, "%s", *why->message ? why->message :
			"the file cannot be read");
}

static tw_status ask(void *out, size_t *got, struct tw__pass *pass,
		     tw_error *err)
{
	struct tw__bytes *bytes = pass->bytes;
	const size_t wanted = *got;
	size_t done = 0;

	while (done < wanted) {
		tw_error why = TW_ERROR_INIT;
		size_t n = wanted - done;
		tw_status status = bytes->read((char *)out + done, &n,
			pass->at + done, bytes->arg, &why);

		if (status)
			return reader_failed(status, &why, err);
		if (n > wanted - done)
			return tw__fail(err, TW_EIO, "the reader says that "
					"it gave more than it was asked for");
		if (!n)
			break;
		done += n;
	}
	*got = done;
	return TW_OK;
}

static tw_status end(struct tw__pass *pass, tw_error *err)
{
	struct tw__bytes *bytes = pass->bytes;
	uint8_t sha256[32];

	pass->is_over = true;
	tw__digest_end(sha256, pass->digest);
	if (bytes->are_known && (pass->at != bytes->size ||
	    memcmp(sha256, bytes->sha256, sizeof(sha256)) != 0))
		return tw__fail(err, TW_EIO, "the file has changed while it "
				"was read; import it again");
	bytes->are_known = true;
	bytes->size = pass->at;
	memcpy(bytes->sha256, sha256, sizeof(sha256));
	return TW_OK;
}

static tw_status read_on(void *out, size_t *size, struct tw__pass *pass,
			 tw_error *err)
{
	const struct tw__bytes *bytes = pass->bytes;
	size_t wanted = *size;
	tw_status status;

	if (bytes->are_known && wanted > bytes->size - pass->at)
		*size = (size_t)(bytes->size - pass->at);
	status = ask(out, size, pass, err);
	if (status)
		return status;
	tw__digest_add(pass->digest, out, *size);
	pass->at += *size;
	return *size < wanted ? end(pass, err) : TW_OK;
}

tw_status tw__pass_read(void *out, size_t *size, struct tw__pass *pass,
			tw_error *err)
{
	const struct tw__bytes *bytes = pass->bytes;

	if (pass->is_over)
		*size = 0;
	else if (pass->digest)
		return read_on(out, size, pass, err);
	else if (*size > bytes->size - pass->at)
		*size = (size_t)(bytes->size - pass->at);
	if (*size)
		memcpy(out, (const char *)bytes->data + pass->at, *size);
	pass->at += *size;
	return TW_OK;
}
