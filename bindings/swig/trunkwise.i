/* _trunkwise: libtrunkwise for the trunkwise package, which is the only one
 * to import it. Structs that C callers fill become plain arguments here, so
 * that no Python string has to outlive a call. */
%module(package="trunkwise", threads="1") raw
%nothread;

%begin %{
#define PY_SSIZE_T_CLEAN
#include <errno.h>
#include <stdio.h>
%}

%include "typemaps.i"

TW_HANDLE(tw_zone)
TW_HANDLE(tw_store)
TW_HANDLE(tw_deployment)
TW_HANDLE(tw_changes)
TW_HANDLE(tw_directory)
TW_HANDLE(tw_rejects)
TW_HANDLE(tw_import)
TW_HANDLE(tw_cdr_map)
TW_HANDLE(tw_sheet)
TW_HANDLE(tw_sheet_map)
TW_HANDLE(tw_deck)
TW_HANDLE(tw_router)
TW_HANDLE(tw_engine)
TW_HANDLE(tw_listing)
TW_HANDLE(tw_tariff_versions)
TW_HANDLE(tw_price_changes)
TW_HANDLE(tw_registration)

%include "results.i"
%include "calls.i"
%include "inbound.i"
%include "engine.i"
%include "policy.i"
%include "snapshot.i"
%include "records.i"
%include "rating.i"
%include "sheets.i"
%include "columns.i"
%include "versions.i"
%include "numbering.i"
%include "usage.i"
%include "budgets.i"
%include "routing.i"
%include "router.i"
%include "recorder.i"
%include "ledger.i"
%include "join.i"
%include "invoice.i"
%include "journal.i"
%include "privacy.i"
%include "secret.i"
%include "store.i"
%include "reports.i"
%include "traffic.i"
%include "breakdown.i"
%include "differences.i"
%include "planning.i"
%include "simulation.i"
