/**
 * @file words.c  What the conductor says, in Russian and English
 */
#include "words.h"

static const char *const words[WORDS][2] = {
	[WORD_SCRIPT] = {
		"script: %u calls over %lli days, seed %llu\n",
		"сценарий: %u звонков за %lli дней, зерно %llu\n" },
	[WORD_TRUNK] = {
		"%s registered at %s by digest %s\n",
		"%s зарегистрирован у %s, дайджест %s\n" },
	[WORD_DAY] = {
		"  day %2lli: %u of %u calls done\n",
		"  день %2lli: %u из %u звонков\n" },
	[WORD_KINDS] = { "calls by kind:\n", "звонки по видам:\n" },
	[WORD_KIND] = { "  %4u  %s\n", "  %4u  %s\n" },
	[WORD_LEGS] = {
		"carriers saw %u legs, %u answered, %lli s of talk\n",
		"операторы видели %u плеч, отвечено %u, разговоров %lli с\n" },
	[WORD_REFRESHES] = {
		"%s: %llu registrations, %llu challenges, %llu stale nonces\n",
		"%s: %llu регистраций, %llu запросов пароля, "
		"%llu старых nonce\n" },
	[WORD_BILL] = {
		"%s would bill %s RUB without VAT, the ledger says the same\n",
		"%s выставит %s руб. без НДС, в учёте столько же\n" },
	[WORD_TIME] = {
		"%lli virtual days in %llu.%llu real seconds\n",
		"%lli виртуальных дней за %llu,%llu с\n" },
	[WORD_GOOD] = {
		"every call ended as its script says\n",
		"каждый звонок закончился так, как велит сценарий\n" },
	[WORD_BAD] = {
		"%u mismatches, see above\n",
		"расхождений: %u, см. выше\n" },
};

static const char *const russian_kinds[KINDS] = {
	[KIND_ANSWERED]       = "ответ на телефоне",
	[KIND_MOBILE]         = "ответ на мобильном",
	[KIND_ABANDONED]      = "звонящий не дождался",
	[KIND_LANDLINE]       = "перелив на городской телефон",
	[KIND_BUSY]           = "телефоны заняты, ответил городской",
	[KIND_NEIGHBOUR]      = "ответил соседний город",
	[KIND_NOBODY]         = "никто нигде не ответил",
	[KIND_CLOSED]         = "нерабочее время",
	[KIND_PAIR]           = "два звонка сразу",
	[KIND_OUT_CITY]       = "исходящий в свой город",
	[KIND_OUT_MOBILE]     = "исходящий на мобильный",
	[KIND_OUT_REGION]     = "исходящий в другой регион",
	[KIND_OUT_ABROAD]     = "исходящий за границу",
	[KIND_OUT_BUSY]       = "исходящий, занято",
	[KIND_OUT_SILENT]     = "исходящий, не ответили",
	[KIND_OUT_BLOCKED]    = "исходящий, направление закрыто",
	[KIND_OUT_UNPRICED]   = "исходящий, нет цены",
	[KIND_OUT_FAILOVER]   = "исходящий, первый оператор отказал",
	[KIND_EMERGENCY]      = "112 через городской телефон",
	[KIND_EMERGENCY_BUSY] = "112 через оператора",
};


const char *word(bool russian, enum word which)
{
	return words[which][russian];
}


const char *word_kind(bool russian, enum kind kind)
{
	return russian ? russian_kinds[kind] : script_kind_name(kind);
}
