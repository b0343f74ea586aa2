/* What fuzzers found, once more, in builds without libFuzzer:
 * replay_<what> FILE_OR_DIRECTORY... hands each file to the fuzz target. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void die(const char *path)
{
	perror(path);
	exit(1);
}

static size_t replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	/* exactly as large, for who watches over the ends */
	uint8_t *data = malloc(size ? size : 1);

	if (!file || !data || fread(data, 1, size, file) != size)
		die(path);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static size_t replay(const char *path)
{
	struct dirent *entry;
	struct stat st;
	size_t count = 0;
	DIR *directory;

	if (stat(path, &st))
		die(path);
	if (!S_ISDIR(st.st_mode))
		return replay_file(path, (size_t)st.st_size);
	directory = opendir(path);
	if (!directory)
		die(path);
	while ((entry = readdir(directory))) {
		char name[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		count += replay(name);
	}
	closedir(directory);
	return count;
}

int main(int argc, char **argv)
{
	size_t count = 0;

	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	printf("%zu inputs\n", count);
	return count ? 0 : 1;
}
