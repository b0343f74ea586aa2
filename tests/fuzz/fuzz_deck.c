/* Any bytes as a deck: what is taken answers every question from within. The
 * sum is put right first, else no more than the sum would be tried. */
#include "../unit/rating/image_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_random r;
	tw_deck *deck = NULL;
	void *image, *again = NULL;
	size_t again_size = 0;

	/* exactly so many bytes, aligned as malloc() does it */
	image = malloc(size ? size : 1);
	if (!image)
		return 0;
	if (size)
		memcpy(image, data, size);
	image_mend(image, size);
	if (!tw_deck_view(&deck, image, size, NULL, NULL, NULL)) {
		image_seed(&r, size);
		image_ask_all(deck, &r, 20);
		/* what was taken once is taken again */
		if (tw_deck_pack(&again, &again_size, deck, NULL))
			abort();
		tw_deck_free(deck);
		if (tw_deck_view(&deck, again, again_size, NULL, NULL, NULL))
			abort();
		tw_deck_free(deck);
		tw_free(again);
	}
	free(image);
	return 0;
}
