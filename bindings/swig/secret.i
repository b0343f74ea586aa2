/* Passwords of trunks, sealed in the store. Bytes come and go as bytes; what
 * held them on the way is wiped. */
tw_status tw_secret_remove(tw_store *store, const char *trunk,
			   tw_error *err);
tw_status tw_secret_list(tw_listing **out, tw_store *store, tw_error *err);

%inline %{
static int secret_key(unsigned char key[TW_SECRET_KEY_SIZE],
		      const void *data, size_t size)
{
	if (size != TW_SECRET_KEY_SIZE) {
		PyErr_Format(PyExc_ValueError, "a key is %d bytes, not %zu",
			     (int)TW_SECRET_KEY_SIZE, size);
		return 0;
	}
	memcpy(key, data, size);
	return 1;
}

static PyObject *secret_key_parse(const void *data, size_t size)
{
	unsigned char key[TW_SECRET_KEY_SIZE];
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_secret_key_parse(key, data, size, &e);

	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	return PyBytes_FromStringAndSize((const char *)key, sizeof key);
}

static PyObject *secret_set(tw_store *store, const char *trunk,
	const void *response, size_t response_size,
	const void *data, size_t size)
{
	unsigned char key[TW_SECRET_KEY_SIZE];
	tw_secret secret = TW_SECRET_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status;

	if (!secret_key(key, data, size))
		return NULL;
	/* one byte more is enough to be refused as too long */
	secret.length = (uint32_t)(response_size < TW_SECRET_SIZE_MAX ?
		response_size : TW_SECRET_SIZE_MAX + (response_size >
			TW_SECRET_SIZE_MAX));
	if (response_size <= TW_SECRET_SIZE_MAX)
		memcpy(secret.bytes, response, response_size);
	status = tw_secret_set(store, trunk, &secret, key, &e);
	tw_secret_wipe(&secret);
	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	Py_RETURN_NONE;
}

static PyObject *secret_get(tw_store *store, const char *trunk,
	const void *data, size_t size)
{
	unsigned char key[TW_SECRET_KEY_SIZE];
	tw_secret secret = TW_SECRET_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status;
	PyObject *found;

	if (!secret_key(key, data, size))
		return NULL;
	status = tw_secret_get(&secret, store, trunk, key, &e);
	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	found = PyBytes_FromStringAndSize((const char *)secret.bytes,
		(Py_ssize_t)secret.length);
	tw_secret_wipe(&secret);
	return found;
}

static PyObject *secret_rotate(tw_store *store,
	const void *response, size_t response_size,
	const void *data, size_t size)
{
	unsigned char from[TW_SECRET_KEY_SIZE], to[TW_SECRET_KEY_SIZE];
	tw_error e = TW_ERROR_INIT;
	uint64_t count = 0;
	tw_status status;

	if (!secret_key(from, response, response_size) ||
	    !secret_key(to, data, size))
		return NULL;
	status = tw_secret_rotate(&count, store, from, to, &e);
	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	return PyLong_FromUnsignedLongLong(count);
}
%}
