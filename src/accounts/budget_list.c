/**
 * @file src/accounts/budget_list.c  How the budgets of a store stand
 *
 * Decides nothing: budgets opened for reading, each in the period that holds
 * an instant. Processes that hand out money go on meanwhile.
 */
#include <string.h>
#include "budget_keeper.h"

struct tw_budget_list {
	tw_budget_state *rows;
	size_t count, capacity, next;
};

static tw_status take(struct tw_budget_list *list, tw_budgets *budgets,
		      tw_time at, tw_error *err)
{
	tw_budget_state state = TW_BUDGET_STATE_INIT;
	tw_status status;

	while (!(status = tw_budgets_state(&state, budgets, list->count, at,
					   err))) {
		if (tw__grow((void **)&list->rows, &list->capacity,
			     list->count + 1, sizeof(*list->rows)))
			return tw__fail_oom(err);
		list->rows[list->count++] = state;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw_budget_list_new(tw_budget_list **out, tw_store *store,
			     tw_time at, tw_error *err)
{
	tw_budgets_options options = TW_BUDGETS_OPTIONS_INIT;
	struct tw_budget_list *list;
	tw_budgets *budgets;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "no store given");
	options.flags = TW_BUDGETS_WATCH;
	status = tw_budgets_open(&budgets, store, at, &options, err);
	if (status)
		return status;
	list = tw_calloc(1, sizeof(*list));
	status = list ? take(list, budgets, at, err) : tw__fail_oom(err);
	tw_budgets_free(budgets);
	if (status) {
		tw_budget_list_free(list);
		return status;
	}
	*out = list;
	return TW_OK;
}

tw_status tw_budget_list_next(tw_budget_state *out, tw_budget_list *list,
			      tw_error *err)
{
	tw_budget_state state;

	if (!out || !list || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no list, or no state with "
				"TW_BUDGET_STATE_INIT");
	if (list->next == list->count)
		return TW_ITER_END;
	state = list->rows[list->next++];
	state.size = out->size;
	memcpy(out, &state, out->size < sizeof(state) ? out->size :
	       sizeof(state));
	return TW_OK;
}

void tw_budget_list_free(tw_budget_list *list)
{
	if (!list)
		return;
	tw_free(list->rows);
	tw_free(list);
}
