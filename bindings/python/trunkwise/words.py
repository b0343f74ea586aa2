"""One catalogue for all that people read, in Russian and English.

Machine output (JSON keys, CSV of ``--json``) is never translated.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from unicodedata import category

from .plan_words import PLAN_WORDS
from .preview_words import PREVIEW_WORDS
from .report_words import REPORT_WORDS
from .route_words import ROUTE_WORDS

LANGUAGES = ("en", "ru")

_WORDS = {
    "expenses": ("Expenses by {by}{per}, {month}",
                 "Расходы по {by}{per}, {month}"),
    "from_to": ("{first} to {last}", "{first} – {last}"),
    "per_day": (" per day", ", по дням"),
    "per_week": (" per week", ", по неделям"),
    "per_month": (" per month", ", по месяцам"),
    "period": ("Period", "Период"),
    "by_period": ("period", "периодам"),
    "by_direction": ("direction", "видам звонков"),
    "by_contract": ("contract", "договорам"),
    "direction": ("Direction", "Вид звонков"),
    "contract": ("Contract", "Договор"),
    "direction_outbound": ("outbound", "исходящие"),
    "direction_inbound": ("inbound", "входящие"),
    "direction_forward": ("forwarded", "переадресация"),
    "direction_internal": ("internal", "внутренние"),
    "direction_none": ("(not calls)", "(не звонки)"),
    "whole_month": ("{month} as a whole", "{month} в целом"),
    "week": ("{week} ({first} to {last})", "неделя {week} ({first}–{last})"),
    "subtotal": ("Subtotal", "Подытог"),
    "previous": ("Before", "До этого"),
    "month_before": ("Month before", "Месяцем раньше"),
    "difference": ("Difference", "Разница"),
    "percent": ("%", "%"),
    "budget": ("Budget", "Бюджет"),
    "budget_spent": ("Spent of it", "Из него израсходовано"),
    "budget_left": ("Left", "Осталось"),
    "budget_percent": ("% spent", "% расхода"),
    "largest": ("(the largest {count})", "(наибольшие: {count})"),
    "running_note": ("The month is not over, rents are those of all of it",
                     "Месяц не закончился, аренда показана за весь месяц"),
    "accrued_note": (
        "Accrued of the rents of {month} is {money}, through {day}",
        "Из аренды за {month} начислено {money}, по {day}"),
    "made_note": ("Made {day}", "Составлено {day}"),
    "by_department": ("department", "отделам"),
    "by_city": ("city", "городам"),
    "by_carrier": ("carrier", "операторам"),
    "by_number": ("number", "номерам"),
    "by_destination": ("destination", "направлениям"),
    "department": ("Department", "Отдел"),
    "city": ("City", "Город"),
    "carrier": ("Carrier", "Оператор"),
    "number": ("Number", "Номер"),
    "destination": ("Destination", "Направление"),
    "calls": ("Calls", "Звонки"),
    "answered": ("Answered", "Отвечено"),
    "missed": ("Missed", "Пропущено"),
    "minutes": ("Minutes", "Минуты"),
    "rent": ("Number rent", "Аренда номеров"),
    "call_cost": ("Call cost", "Звонки, сумма"),
    "forwarded_cost": ("Forwarded", "Переадресация"),
    "corrections": ("Corrections", "Исправления"),
    "cost": ("Total", "Итого"),
    "net": ("Without VAT", "Без НДС"),
    "vat": ("VAT", "НДС"),
    "gross": ("With VAT", "С НДС"),
    "currency": ("Currency", "Валюта"),
    "grand_total": ("Grand total", "Всего"),
    "unallocated": ("(unallocated)", "(не распределено)"),
    "none": ("(none)", "(нет)"),
    "unrated_note": (
        "{count} calls have no price and are in no sum; "
        "see: trunkwise unrated list STORE",
        "Звонков без цены: {count}, они не входят в суммы; "
        "смотрите: trunkwise unrated list STORE"),
    "unrated": ("Unrated", "Без цены"),
    "unrated_row": ("of these, without a price", "из них без цены"),
    "zone_note": ("Months in zone {zone}", "Месяцы по времени {zone}"),
    "no_calls": ("No calls and no rents in this time.",
                 "За это время нет звонков и аренды."),
    "share": ("What each {by} cost", "Суммы по {by}"),
    "generated": (
        "Amounts are exact and stand as tariffs and contracts state them, with "
        "VAT or without; rows add up to the total. Missed: inbound calls "
        "that nobody answered; outbound calls may go unanswered too.",
        "Суммы точные, как в тарифах и договорах, с НДС или без; строки "
        "складываются в итог. Пропущено: входящие, на которые никто не "
        "ответил; исходящие тоже бывают без ответа."),
    "budget_none": ("no budgets; declare [[budget]] in the deployment",
                    "бюджетов нет; опишите [[budget]] в файле развёртывания"),
    "budget_head_name": ("Budget", "Бюджет"),
    "budget_head_period": ("Period", "Период"),
    "budget_head_spent": ("Spent", "Потрачено"),
    "budget_head_reserved": ("Reserved", "В резерве"),
    "budget_head_leased": ("Leased", "Выдано"),
    "budget_head_left": ("Left", "Осталось"),
    "budget_head_soft": ("Soft", "Порог"),
    "budget_head_hard": ("Hard", "Предел"),
    "budget_head_projected": ("Projected", "К концу"),
    "budget_head_state": ("State", "Состояние"),
    "budget_ok": ("ok", "в норме"),
    "budget_soft": ("over soft", "выше порога"),
    "budget_hard": ("used up", "исчерпан"),
    "authorize_ok": (
        "{number}: may be made, {most} s at most, {price} a minute, "
        "{expected} expected",
        "{number}: звонить можно, не дольше {most} с, {price} за минуту, "
        "ожидается {expected}"),
    "authorize_shown": ("  shows {number}", "  показывает {number}"),
    "authorize_emergency": ("{number}: emergency, always allowed",
                            "{number}: экстренный, разрешён всегда"),
    "authorize_refused": ("{number}: refused: {reason}",
                          "{number}: отказано: {reason}"),
    "authorize_busy": ("{number}: not now: {reason}",
                       "{number}: не сейчас: {reason}"),
    "authorize_no_price": ("{number}: no price: {reason}",
                           "{number}: нет цены: {reason}"),
    "authorize_conflict": ("{number}: cannot be judged: {reason}",
                           "{number}: нельзя оценить: {reason}"),
    "authorize_range": ("{number}: cannot be judged: {reason}",
                        "{number}: нельзя оценить: {reason}"),
    "authorize_budget": (
        "{name}: spent {spent}, reserved {reserved}, limit {hard}, {state}",
        "{name}: потрачено {spent}, в резерве {reserved}, предел {hard}, "
        "{state}"),
    "total_head": ("{tariff}, {month}, zone {zone}",
                   "{tariff}, {month}, время {zone}"),
    "total_calls": ("charges", "начислений"),
    "total_attempts": ("of these, unanswered attempts",
                       "из них попытки без ответа"),
    "total_paid": ("paid talk", "оплаченные разговоры"),
    "total_minutes": ("{minutes} min", "{minutes} мин"),
    "total_sum_of_rounded": ("rounded charges added",
                             "сумма округлённых начислений"),
    "total_rounded_sum": ("exact charges added, rounded once",
                          "сумма точных, округлённая один раз"),
    "total_difference": ("difference", "разница"),
    "total_meant": ("(the contract's)", "(по договору)"),
    "total_tier": ("tier reached", "достигнутая ступень"),
    "total_tier_from": ("{percent} % from {minutes} min on",
                        "{percent} % после {minutes} мин"),
    "total_tier_difference": ("the tier makes it", "ступень меняет сумму на"),
    "total_commitment": ("commitment", "обязательный минимум"),
    "total_shortfall": ("missing to it", "не хватает до него"),
    "total_total": ("total", "итого"),
    "total_converted": ("calls, converted", "звонки, в пересчёте"),
    "total_bundle": (
        "{bundle} from {date}: {used} of {of} min used, {left} left",
        "{bundle} с {date}: использовано {used} из {of} мин, осталось "
        "{left}"),
    "new": ("new", "новое"),
    "changed": ("changed", "изменено"),
    "ended": ("ended", "закрыто"),
    "renamed": ("renamed", "переименовано"),
    "no_change": ("Nothing differs: the store already says so.",
                  "Изменений нет: в хранилище всё уже так."),
    "applied": ("Applied: {count} changes, valid from {at}.",
                "Применено изменений: {count}, действуют с {at}."),
    "would_apply": ("Dry run: {count} changes, nothing was written.",
                    "Проверка: изменений {count}, ничего не записано."),
    "warning": ("warning", "предупреждение"),
    "counts": (
        "{rows_read} rows read: {rows_stored} stored, {rows_rejected} "
        "rejected, {duplicates} duplicates, {conflicts} conflicts, "
        "{rows_held} held",
        "Прочитано строк: {rows_read}; записано {rows_stored}, отклонено "
        "{rows_rejected}, повторов {duplicates}, конфликтов {conflicts}, "
        "задержано {rows_held}"),
    "would_pass": ("stored means: would pass; nothing was written",
                   "«записано» значит «прошло бы»; ничего не записано"),
    "nothing_in_force": (
        "Nothing in force was changed; mend the rows above and try again.",
        "Действующее не изменено; исправьте строки выше и повторите."),
    "reject": ("line {line}, {column}: {reason}",
               "строка {line}, {column}: {reason}"),
    "reject_nth": ("line {line}, column {column}: {reason}",
                   "строка {line}, столбец {column}: {reason}"),
    "reject_row": ("line {line}: {reason}", "строка {line}: {reason}"),
    "valid_from_hint": (
        "This is the store's first directory. Calls before {at} will find no "
        "department, number or rent in it. If earlier calls are to be "
        "imported, start anew with: trunkwise apply {file} STORE --at "
        "{example}",
        "Это первый справочник хранилища. Для звонков раньше {at} в нём нет "
        "ни отделов, ни номеров, ни аренды. Чтобы загрузить и более ранние "
        "звонки, начните заново: trunkwise apply {file} STORE --at "
        "{example}"),
    "kept_hint": (
        "Calls that are in the store keep their department and price. "
        "trunkwise cdr rerate STORE --month YYYY-MM finds owners and "
        "directions that were not known; what has a department keeps it "
        "until import undo STORE BATCH and another import of its file.",
        "Уже загруженные звонки сохраняют отдел и цену. Владельцев и "
        "направления, которых не знали, находит trunkwise cdr rerate STORE "
        "--month ГГГГ-ММ; у кого отдел есть, тот сохраняет его до import "
        "undo STORE ПАКЕТ и новой загрузки файла."),
    "suggest_undeclared": (
        "{calls} calls name department {name!r}, which nobody declared: "
        "declare it in the deployment, or name it in the department column.",
        "Звонков с отделом {name!r}, которого нет в справочнике: {calls}. "
        "Объявите его в файле развёртывания или впишите в столбец "
        "department."),
    "suggest_unknown": (
        "{calls} calls name neither extension, account code, number nor "
        "trunk; no row can give them a department.",
        "Звонков без внутреннего номера, кода, номера и транка: {calls}; "
        "ни одна строка не даст им отдела."),
    "suggest_long": (
        "{calls} calls name {name!r}, which is longer than the 95 bytes of a "
        "match: name a department in their rows.",
        "Звонков с {name!r}, что длиннее 95 байтов совпадения: {calls}. "
        "Назовите отдел в их строках."),
    "no_price": ("no price", "нет цены"),
    "refused": ("not served", "не обслуживается"),
    "tariff_diff": (
        "prices: {new} new, {increase} up, {decrease} down, {ended} ended, "
        "{unchanged} unchanged",
        "цены: новых {new}, выше {increase}, ниже {decrease}, закрыто "
        "{ended}, без изменений {unchanged}"),
    "tariff_stated": (
        "{tariff}: its calls cost what records of source {source} state",
        "{tariff}: звонки стоят столько, сколько называют записи источника "
        "{source}"),
    "stated_rerate": (
        "Calls that are stored stay as they are; to charge them too: "
        "trunkwise cdr rerate STORE --month YYYY-MM --reason TEXT.",
        "Сохранённые звонки не меняются; чтобы начислить и их: trunkwise cdr "
        "rerate STORE --month ГГГГ-ММ --reason ТЕКСТ."),
    "stated_nothing": ("Nothing changes: it is in force already.",
                       "Ничего не меняется: это уже действует."),
    "tariff_rules": ("rules of {tariff}: {rules}",
                     "правила {tariff}: {rules}"),
    "price_new": ("new", "новая"),
    "price_increase": ("increase", "повышение"),
    "price_decrease": ("decrease", "снижение"),
    "price_ended": ("ended", "закрыта"),
    "price_unchanged": ("unchanged", "прежняя"),
    "price_none": ("none", "нет"),
    "price_lost": ("{calls} calls without a price",
                   "звонков без цены: {calls}"),
    "notice_kept": ("{days} days of notice", "за {days} дн."),
    "notice_breached": ("{days} days of notice: BREACHED",
                        "за {days} дн.: СРОК НАРУШЕН"),
    "notice_unknown": (
        "No contract of this carrier that is in force says notice_days: "
        "notice is not judged. Give --notice-days to judge it.",
        "Ни в одном действующем договоре с оператором нет notice_days: срок "
        "уведомления не проверен. Укажите --notice-days."),
    "notice_count": (
        "Notice asked for: {days} days ({contract}). Breached: {count}.",
        "Срок уведомления: {days} дн. ({contract}). Нарушений: {count}."),
    "stake_first": (
        "This is the first version: there are no prices to compare with.",
        "Это первая версия: сравнивать не с чем."),
    "stake_month": (
        "Calls of {month} ({zone}) by both: {calls}, {old} -> {new}, "
        "{difference}. Bundles and tiers are left out.",
        "Звонки за {month} ({zone}) по обеим: {calls}, {old} -> {new}, "
        "{difference}. Пакеты и пороги не учтены."),
    "stake_lost": (
        "{calls} calls ({cost} before) would have no price; they are in no "
        "sum above.",
        "Звонков без новой цены: {calls} (раньше {cost}); в суммы выше не "
        "входят."),
    "stake_gained": (
        "{calls} calls had no price before and would cost {cost}; they are "
        "in no sum above.",
        "Звонков, у которых цены не было: {calls}, стоили бы {cost}; в суммы "
        "выше не входят."),
    "stake_unknown": (
        "{calls} calls could not be counted: their number was erased.",
        "Не посчитано звонков: {calls}, их номер удалён."),
    "version_in_force": ("in force", "действует"),
    "version_past": ("past", "прошлая"),
    "version_future": ("future", "будущая"),
    "version_stated": ("as {source} states", "по записям {source}"),
    "version_withdrawn": ("withdrawn", "отозвана"),
    "version_always": ("always", "всегда"),
    "versions_none": ("No price sheet was imported yet.",
                      "Прайсов ещё не загружали."),
    "version_undone": (
        "Version {version} of {tariff} is withdrawn. Calls that it had priced "
        "keep their charge; to price them anew: trunkwise import undo STORE "
        "BATCH, then import the file again.",
        "Версия {version} тарифа {tariff} отозвана. Звонки, оценённые по ней, "
        "сохраняют начисление; чтобы оценить их заново: trunkwise import undo "
        "STORE ПАКЕТ, затем загрузите файл снова."),
    "version_back": ("Version {version} is in force.",
                     "Действует версия {version}."),
    "version_none_left": (
        "The carrier has no tariff in force now: its calls will be stored "
        "without a price and listed by trunkwise unrated list.",
        "У оператора теперь нет действующего тарифа: его звонки сохраняются "
        "без цены и видны в trunkwise unrated list."),
    "sheet": ("sheet {path} for tariff {tariff}",
              "прайс {path} для тарифа {tariff}"),
    "suggest_none": ("Every call has a department.",
                     "У каждого звонка есть отдел."),
    "suggest_head": (
        "Who these belong to is not known yet. Fill in department and city, "
        "then: trunkwise directory import STORE FILE",
        "Кому они принадлежат, пока неизвестно. Впишите отдел и город, "
        "затем: trunkwise directory import STORE FILE"),
    "unrated_none": ("Every billable call has a price.",
                     "У каждого платного звонка есть цена."),
    "numbering_in_force": (
        "{in_force} ranges in force; {codes} codes were read and replaced "
        "{replaced} older ranges, {without_region} ranges name no region.",
        "Действует диапазонов: {in_force}; прочитано кодов: {codes}, "
        "заменено прежних диапазонов: {replaced}, без региона: "
        "{without_region}."),
    "rejects_none": ("No row waits", "Отложенных строк нет"),
    "invoice_entered": ("Document {invoice} is entered",
                        "Документ {invoice} введён"),
    "invoice_withdrawn": ("Document {invoice} is withdrawn",
                          "Документ {invoice} отозван"),
    "invoices_none": ("There are no documents", "Документов нет"),
    "withdrawn": ("withdrawn", "отозван"),
    "join_waits": (
        "Ambiguous ones wait. Say which are one call: cdr join ... "
        "--accept FIRST SECOND; or which has no twin: --alone SOURCE ID",
        "Неоднозначные ждут решения. Укажите, какие записи об одном звонке: "
        "cdr join ... --accept ПЕРВАЯ ВТОРАЯ; или у какой записи пары нет: "
        "--alone ИСТОЧНИК ЗАПИСЬ"),
    "joined": (
        "{joined} calls told by both; only {first}: {only_first}, only "
        "{second}: {only_second}; ambiguous: {ambiguous_first} and "
        "{ambiguous_second}; clocks differ by {offset} s",
        "В обоих источниках звонков: {joined}; только {first}: {only_first}, "
        "только {second}: {only_second}; неоднозначных: {ambiguous_first} и "
        "{ambiguous_second}; часы расходятся на {offset} с"),
    "rerated": (
        "{calls} calls: {changed} changed (the direction of {turned}), "
        "{same} the same, {kept} left because of bundles, tiers or exchange, {erased} with an erased "
        "number",
        "Звонков: {calls}; изменилось {changed} (направление у {turned}), "
        "прежних {same}, оставлено "
        "из-за пакетов, ступеней или курса {kept}, со стёртым номером "
        "{erased}"),
    "period_closed": ("{month} is closed, {postings} postings made",
                      "{month} закрыт, проводок сделано: {postings}"),
    "periods_closed": (
        "{first} to {month} are closed, {postings} postings made",
        "{first} – {month} закрыты, проводок сделано: {postings}"),
    "period_sealed": ("{days} days of closed months sealed",
                      "Опечатано дней закрытых месяцев: {days}"),
    "periods_none": ("No month is closed", "Закрытых месяцев нет"),
    "privacy_done": (
        "{numbers} numbers erased from {calls} calls, {records} records put "
        "aside cut; totals and charges stay",
        "Стёрто номеров: {numbers}, из звонков: {calls}; обрезано отложенных "
        "записей: {records}; суммы и начисления прежние"),
    "privacy_would": (
        "{numbers} numbers of {calls} calls and {records} records put aside "
        "would go; nothing was erased",
        "Было бы стёрто номеров: {numbers}, из звонков: {calls}, отложенных "
        "записей: {records}; ничего не стёрто"),
    "secret_key_made": (
        "{file}: a new key; keep a copy where the store's backups are not",
        "{file}: новый ключ; храните копию не там, где резервные копии "
        "хранилища"),
    "secret_open": (
        "{name} can be read by others (mode {mode}); run chmod 600 on it",
        "{name} могут прочитать другие (права {mode}); выполните для него "
        "chmod 600"),
    "secret_open_refused": (
        "{name} can be read by others (mode {mode}); run chmod 600 on it, "
        "the gateway refuses it so",
        "{name} могут прочитать другие (права {mode}); выполните для него "
        "chmod 600, шлюз его таким не возьмёт"),
    "secret_ask": ("Password of trunk {trunk}: ", "Пароль транка {trunk}: "),
    "secret_sealed": ("The password of trunk {trunk} is sealed in the store",
                      "Пароль транка {trunk} запечатан в хранилище"),
    "secret_removed": ("The password of trunk {trunk} is removed",
                       "Пароль транка {trunk} удалён"),
    "secrets_rotated": (
        "Passwords sealed by the new key: {count}; the old one opens none of "
        "them now",
        "Запечатано новым ключом паролей: {count}; старый больше не "
        "открывает ни одного"),
    "secrets_none": ("No password is sealed in the store",
                     "В хранилище нет запечатанных паролей"),
    "spool_waiting": ("waiting", "ждёт"),
    "spool_damaged": ("damaged", "повреждено"),
    "spool_aside": ("put aside", "отложено"),
    "spool_bytes": ("{bytes} bytes at {offset}",
                    "{bytes} байт с позиции {offset}"),
    "spool_sum": ("{waiting} records wait for the store, {damaged} pieces "
                  "are damaged",
                  "Ждут хранилища записей: {waiting}, повреждённых кусков: "
                  "{damaged}"),
    "spool_empty": ("Nothing waits", "Ничего не ждёт"),
    "spool_tried": ("{name}: stored {stored}, duplicates {duplicates}, "
                    "conflicts {conflicts}, rejected {rejected}, closed "
                    "{closed}, damaged {damaged}, still waiting {spooled}",
                    "{name}: сохранено {stored}, повторов {duplicates}, "
                    "противоречий {conflicts}, отклонено {rejected}, закрыто "
                    "{closed}, повреждено {damaged}, ещё ждут {spooled}"),
    "spool_owned": ("{name}: its recorder runs and does this by itself",
                    "{name}: его программа работает и делает это сама"),
    "call_open": ("under way", "идёт"),
    "call_closed": ("closed as it stood", "закрыт как есть"),
    "call_open_none": ("No call is under way", "Разговоров сейчас нет"),
    "calls_erased": ("(erased)", "(стёрт)"),
    "missed_none": ("Nobody waits for a call back",
                    "Никто не ждёт обратного звонка"),
    "privacy_none": ("Nothing was erased so far", "Ничего ещё не стиралось"),
    "numbering_none": (
        "The store has no numbering yet: trunkwise numbering import STORE "
        "FILE",
        "В хранилище ещё нет нумерации: trunkwise numbering import STORE "
        "FILE"),
    "place_unknown": ("{digits}: stands in no range",
                      "{digits}: нет ни в одном диапазоне"),
    "place_no_region": ("the range names no region",
                        "регион в диапазоне не указан"),
    "relation_same_city": ("same city", "один город"),
    "relation_same_region": ("same region, not the same city",
                             "один регион, но не один город"),
    "relation_other": ("different regions", "разные регионы"),
    "relation_unknown": ("relation not known", "соотношение неизвестно"),
    "call_from": ("From {place}", "Откуда: {place}"),
    "call_to": ("To {place}", "Куда: {place}"),
    "call_relation": ("Regions: {relation}", "Регионы: {relation}"),
    "imports_none": ("No imports yet.", "Импортов ещё не было."),
    "undone": ("Batch {batch} is undone: its charges are reversed.",
               "Пакет {batch} отменён: его начисления сторнированы."),
    "accrued": ("{count} postings for {month}.",
                "Проводок за {month}: {count}."),
    "accrued_through": (
        "{month} is accrued through {day}: rents, fees and recurring items "
        "of {money}.",
        "{month}: начислено по {day}, аренды, разовых и повторяющихся "
        "платежей на {money}."),
    "accrued_nothing": (
        "No day of {month} is over yet.",
        "Ни один день {month} ещё не закончился."),
    "holds": ("holds", "верно"),
    "broken": ("BROKEN", "НАРУШЕНО"),
    "verified": ("All {count} invariants hold.",
                 "Все проверки ({count}) пройдены."),
    "not_verified": ("{count} invariants are broken.",
                     "Нарушено проверок: {count}."),
    "backup_made": ("Backup: {file}, {bytes} bytes, every page checked.",
                    "Копия: {file}, байт: {bytes}, все страницы проверены."),
    "restored": ("{store} is what {file} holds now; next: trunkwise verify "
                 "{store}",
                 "{store} теперь как в {file}; далее: trunkwise verify "
                 "{store}"),
    "restored_kept": ("What stood there is kept: {kept}",
                      "Прежний файл сохранён: {kept}"),
    "store_whole": ("{store} is whole.", "{store}: повреждений нет."),
    "store_damaged": (
        "{store} is damaged: put a backup back (trunkwise store restore), "
        "or save what can be read (sqlite3 {store} .recover)",
        "{store} повреждён: верните копию (trunkwise store restore) или "
        "спасите то, что читается (sqlite3 {store} .recover)"),
    "store_schema": ("Schema", "Версия схемы"),
    "store_file_bytes": ("File, bytes", "Файл, байт"),
    "store_free_bytes": ("  unused", "  из них свободно"),
    "store_wal_bytes": ("Log, bytes", "Журнал, байт"),
    "written": ("Written: {path}", "Записано: {path}"),
    "exported": ("Written: {file}, {rates} rows in {bytes} bytes, SHA-256 "
                 "{sha256}",
                 "Записано: {file}, строк {rates}, байт {bytes}, SHA-256 "
                 "{sha256}"),
    "seconds": ("seconds", "секунд"),
    "money": ("money", "сумма"),
    "reason": ("Reason", "Причина"),
    "detail": ("Detail", "Подробно"),
    "carrier_line": ("Carrier {carrier}: {result}",
                     "Оператор {carrier}: {result}"),
    "trunk_registered": (
        "{target} took the registration for {expires_s} s.",
        "{target} принял регистрацию на {expires_s} с."),
    "trunk_foreign": (
        "Something else is registered with this account too, and calls ring "
        "there as well: an old box, or somebody who knows the password.",
        "С этой учётной записью зарегистрировано ещё что-то, и звонки идут и "
        "туда: старое устройство или кто-то, кто знает пароль."),
    "trunk_flows": (
        "Calls come by {there} of {flows} flows.",
        "Звонки идут по {there} из {flows} потоков."),
    "trunk_flow_lacks": (
        "Flow {flow}: {state}{why}.",
        "Поток {flow}: {state}{why}."),
    "trunk_state_idle": ("idle", "выключен"),
    "trunk_state_resolving": ("resolving", "спрашивает DNS"),
    "trunk_state_registering": ("registering", "регистрируется"),
    "trunk_state_registered": ("registered", "зарегистрирован"),
    "trunk_state_backoff": ("backoff", "ждёт новой попытки"),
    "trunk_state_refused": ("refused", "отказано"),
    "trunk_state_fatal": ("fatal", "отказано насовсем"),
    "trunk_state_unregistering": ("unregistering", "снимает регистрацию"),
    "trunk_state_disabled": ("disabled", "остановлен"),
    "trunk_no_outbound": (
        "The registrar keeps no flows apart (RFC 5626), so one registration "
        "is all there is: take flows out, or ask the carrier.",
        "Регистратор не различает потоки (RFC 5626), поэтому регистрация "
        "одна: уберите flows или спросите оператора."),
    "trunk_back": (
        "The check took it back.",
        "После проверки она снята."),
    "trunk_password": (
        "The carrier refuses this user or password: compare user "
        "({user}), auth_user ({auth_user}) and the password with what the "
        "carrier gave you.",
        "Оператор не принимает логин или пароль: сверьте user ({user}), "
        "auth_user ({auth_user}) и пароль с данными оператора."),
    "trunk_gin": (
        "The carrier does not do one registration for all numbers (RFC 6140): "
        "take gin = true out, or ask the carrier to switch it on.",
        "Оператор не поддерживает одну регистрацию на все номера (RFC 6140): "
        "уберите gin = true или попросите оператора её включить."),
    "trunk_no_password": (
        "The carrier asks for a password and this trunk has none: add "
        "password_file, password_env or credential; or, where it is sealed "
        "in a store (secret set), give --store and --key.",
        "Оператор требует пароль, а у транка его нет: добавьте "
        "password_file, password_env или credential; если он запечатан в "
        "хранилище (secret set), укажите --store и --key."),
    "trunk_realm": (
        "The carrier asks for another realm than \"{realm}\", so the "
        "password was not used: correct realm, or leave it out to take the "
        "one that the carrier names.",
        "Оператор называет другой realm, не \"{realm}\", поэтому пароль не "
        "использован: исправьте realm или уберите его, тогда берётся тот, "
        "что назовёт оператор."),
    "trunk_digest": (
        "The carrier offers no way of authentication that is served here "
        "(Digest with MD5, SHA-256 or SHA-512-256 and qop=auth): ask it to "
        "switch one on.",
        "Оператор не предлагает поддерживаемой проверки пароля (Digest с "
        "MD5, SHA-256 или SHA-512-256 и qop=auth): попросите включить её."),
    "trunk_ha1_lacks": (
        "The hashes given for this trunk do not cover what the carrier "
        "offers, see the challenge below: add the hash for one of these "
        "algorithms, or give the password instead.",
        "Хэши этого транка не покрывают того, что предлагает оператор, см. "
        "запрос пароля ниже: добавьте хэш для одного из этих алгоритмов или "
        "укажите вместо них пароль."),
    "trunk_digest_weak": (
        "The carrier offers only digests weaker than digest_min = "
        "\"{digest_min}\" of this trunk, so the password was not used: ask "
        "it for a better one, or lower digest_min if that is acceptable.",
        "Оператор предлагает только дайджесты слабее, чем digest_min = "
        "\"{digest_min}\" этого транка, поэтому пароль не использован: "
        "попросите лучший или, если это допустимо, понизьте digest_min."),
    "trunk_forbidden": (
        "The carrier forbids this registration: the password is wrong, the "
        "account is blocked or unpaid, or it allows other addresses than "
        "this machine's; check the password, then ask the carrier.",
        "Оператор запретил регистрацию: неверный пароль, учётная запись "
        "заблокирована или не оплачена, либо разрешены другие адреса, не "
        "этой машины; проверьте пароль, затем спросите оператора."),
    "trunk_unknown": (
        "The carrier knows no user \"{user}\" in this domain: check user, "
        "domain and whether registrar is the right server.",
        "Оператор не знает пользователя \"{user}\" в этом домене: "
        "проверьте user, domain и тот ли сервер указан в registrar."),
    "trunk_brief": (
        "The carrier wants longer registrations than {asked_s} s, and the "
        "span that it names is none, too long, or was not accepted: raise "
        "expires_s (86400 at the most); if that is refused too, ask the "
        "carrier.",
        "Оператору нужен срок регистрации больше {asked_s} с, но названный "
        "им срок отсутствует, слишком велик или не принят им самим: "
        "увеличьте expires_s (не больше 86400); если и это не принято, "
        "спросите оператора."),
    "trunk_stale": (
        "The carrier's server calls each of its challenges stale at once, so "
        "that user and password were never judged: the file is not the "
        "cause; call the carrier.",
        "Сервер оператора сразу объявляет каждый свой запрос пароля "
        "устаревшим, логин и пароль он не проверял: причина не в файле; "
        "звоните оператору."),
    "trunk_challenges": (
        "The carrier's server asks for the password in more ways than are "
        "read ({reason}), so that user and password were never judged: the "
        "file is not the cause; call the carrier.",
        "Сервер оператора запрашивает пароль слишком многими способами "
        "({reason}), логин и пароль он не проверял: причина не в файле; "
        "звоните оператору."),
    "trunk_no_time": (
        "The carrier answered {code} but granted no time at all: ask it "
        "whether this user may register.",
        "Оператор ответил {code}, но срока не дал: спросите, может ли этот "
        "пользователь регистрироваться."),
    "trunk_silence": (
        "Nothing answers at {target}: check address, port and transport, "
        "and that firewalls let SIP through both ways.",
        "{target} не отвечает: проверьте адрес, порт и транспорт и "
        "пропускают ли межсетевые экраны SIP в обе стороны."),
    "trunk_silence_tls": (
        "Nothing comes from {target}, not even a certificate: check address "
        "and port, that firewalls let TCP through, and whether the carrier "
        "offers TLS on this port.",
        "{target} молчит, не прислан даже сертификат: проверьте адрес и "
        "порт, пропускают ли межсетевые экраны TCP и даёт ли оператор TLS "
        "на этом порту."),
    "trunk_silence_in_tls": (
        "The TLS connection to {target} stands, but no SIP answer comes over "
        "it: check port and transport with the carrier, and whether it lets "
        "this address in.",
        "Соединение TLS с {target} установлено, но ответа SIP по нему нет: "
        "уточните у оператора порт и транспорт и пускает ли он этот адрес."),
    "trunk_turn": (
        "Nothing was sent to {target} yet: the limit of requests a second "
        "left no time for it within {seconds} s; use a larger --seconds.",
        "На {target} ещё ничего не отправлено: при этом пределе запросов в "
        "секунду до него не дошла очередь за {seconds} с; увеличьте "
        "--seconds."),
    "trunk_malformed": (
        "{target} answers, but not with valid SIP ({reason}): check address "
        "and port; if they are right, send the carrier what --trace writes.",
        "{target} отвечает, но это не правильный SIP ({reason}): проверьте "
        "адрес и порт; если они верны, отправьте оператору то, что запишет "
        "--trace."),
    "trunk_unsent": (
        "Nothing could be sent to {target} ({reason}): check network and "
        "routes of this machine.",
        "На {target} ничего не удалось отправить ({reason}): проверьте сеть "
        "и маршруты этой машины."),
    "trunk_server": (
        "The carrier's server is in trouble or overloaded ({reason}): the "
        "file is not the cause; if it lasts, call the carrier.",
        "Сервер оператора неисправен или перегружен ({reason}): причина не в "
        "файле; если не пройдёт, звоните оператору."),
    "trunk_no_registrar": (
        "{target} does not take registrations ({reason}): check that "
        "registrar is the address the carrier gave for them.",
        "{target} не принимает регистрации ({reason}): проверьте, тот ли "
        "адрес оператор дал для registrar."),
    "trunk_elsewhere": (
        "The carrier points to another address ({reason}); a password goes "
        "to the configured one only: write the new address into registrar.",
        "Оператор направляет на другой адрес ({reason}), а пароль "
        "отправляется только на указанный: впишите новый адрес в "
        "registrar."),
    "trunk_other": (
        "The carrier answered \"{reason}\": ask it what that means for "
        "registrations of {user}.",
        "Оператор ответил \"{reason}\": спросите, что это значит для "
        "регистрации {user}."),
    "trunk_unfinished": (
        "{target} answers ({reason}), but there was no verdict within "
        "{seconds} s: give more time by --seconds.",
        "{target} отвечает ({reason}), но за {seconds} с решения нет: дайте "
        "больше времени через --seconds."),
    "trunk_sips": (
        "sips: promises TLS on the whole way to the callee, which nobody "
        "can: write sip: with ;transport=tls.",
        "sips: обещает TLS на всём пути до абонента, чего никто не может: "
        "напишите sip: и ;transport=tls."),
    "trunk_cert_name": (
        "Another server answers at {target} ({reason}): nothing was sent to "
        "it. Write the name that the carrier gave you into registrar; if it "
        "stands there, ask the carrier.",
        "По адресу {target} отвечает другой сервер ({reason}): ему ничего "
        "не отправлено. Впишите в registrar имя, которое дал оператор; если "
        "там оно и стоит, спросите оператора."),
    "trunk_cert_expired": (
        "The carrier let its certificate run out ({reason}): nothing was "
        "sent. Call the carrier, and look at this machine's date.",
        "У оператора закончился срок сертификата ({reason}): ничего не "
        "отправлено. Звоните оператору и проверьте дату этой машины."),
    "trunk_cert_revoked": (
        "The carrier's certificate was taken back ({reason}): whoever shows "
        "it may be somebody else. Nothing was sent; call the carrier.",
        "Сертификат оператора отозван ({reason}): кто его показывает, может "
        "быть кем угодно. Ничего не отправлено; звоните оператору."),
    "trunk_crl": (
        "Whether the carrier's certificate was taken back is not known "
        "({reason}): nothing was sent. Get the lists in force from their "
        "issuers and put them into crl_file, or leave it out.",
        "Неизвестно, не отозван ли сертификат оператора ({reason}): ничего "
        "не отправлено. Возьмите у центров действующие списки и положите в "
        "crl_file или уберите его."),
    "trunk_cert_early": (
        "By this machine's clock the carrier's certificate is not valid yet "
        "({reason}): set the clock right.",
        "По часам этой машины сертификат оператора ещё не действует "
        "({reason}): выставьте часы."),
    "trunk_cert_ca": (
        "Nobody that this machine trusts has signed the carrier's "
        "certificate ({reason}): get the carrier's CA from the carrier and "
        "name it as ca_file.",
        "Сертификат оператора не подписан никем, кому доверяет эта машина "
        "({reason}): возьмите у оператора сертификат его центра и укажите "
        "в ca_file."),
    "trunk_cert_ours": (
        "The carrier wants a certificate of ours ({reason}): name the one "
        "it gave you as cert_file, with its key as key_file.",
        "Оператору нужен наш сертификат ({reason}): укажите выданный им в "
        "cert_file, а ключ к нему в key_file."),
    "trunk_cert": (
        "There is no safe way to {target} ({reason}): nothing was sent. Ask "
        "the carrier.",
        "Безопасного пути к {target} нет ({reason}): ничего не отправлено. "
        "Спросите оператора."),
    "trunk_tls_old": (
        "The carrier's server is too old to be safe ({reason}): ask for "
        "another one.",
        "Сервер оператора слишком старый ({reason}): попросите другой."),
    "trunk_tls_plain": (
        "What answers at {target} is no TLS ({reason}): nothing was sent. "
        "Check the port, and whether the carrier offers TLS at all.",
        "По адресу {target} отвечает не TLS ({reason}): ничего не "
        "отправлено. Проверьте порт и даёт ли оператор TLS."),
    "trunk_cert_staple": (
        "{target} does not prove that its certificate is not revoked "
        "({reason}).",
        "{target} не доказывает, что сертификат не отозван ({reason})."),
    "trunk_tls_there": (
        "{target} is a port of TLS, and was spoken to by TCP: write "
        ";transport=tls behind registrar.",
        "{target}: порт для TLS, а обращение шло по TCP: допишите "
        ";transport=tls к registrar."),
    "trunk_not_sip": (
        "Something answers at {target}, but not a SIP server ({reason}): "
        "check address, port and transport with the carrier.",
        "По адресу {target} отвечает не SIP-сервер ({reason}): уточните у "
        "оператора адрес, порт и транспорт."),
    "trunk_hangs_up": (
        "{target} takes the connection and closes it without an answer "
        "({reason}): ask the carrier whether it lets this address in, and "
        "check port and transport.",
        "{target} принимает соединение и закрывает его без ответа "
        "({reason}): спросите оператора, пускает ли он этот адрес, и "
        "проверьте порт и транспорт."),
    "trunk_tls_none": (
        "No connection to {target} ({reason}): check address and port, and "
        "that firewalls let TCP through.",
        "Нет соединения с {target} ({reason}): проверьте адрес и порт и "
        "пропускают ли межсетевые экраны TCP."),
    "trunk_unverified": (
        "NOBODY CHECKED WHO IT IS (verify = false): whoever is on the way "
        "can read and change these calls.",
        "НИКТО НЕ ПРОВЕРИЛ, КТО ЭТО (verify = false): любой на пути может "
        "слушать и менять эти вызовы."),
    "trunk_dns": (
        "DNS does not answer ({reason}): check this machine's resolver, or "
        "write the registrar's IP address until it does.",
        "DNS не отвечает ({reason}): проверьте, какие серверы имён "
        "спрашивает эта машина, или впишите пока IP-адрес в registrar."),
    "trunk_name": (
        "DNS has no such server ({reason}): check how the carrier spells "
        "{registrar}, and with which transport.",
        "В DNS нет такого сервера ({reason}): проверьте, как оператор пишет "
        "{registrar} и с каким транспортом."),
    "trunk_unsupported": (
        "This registrar is not served: {reason}.",
        "Такой registrar не поддерживается: {reason}."),
    "trunk_next": (
        "By itself it would try again in {next_try_s} s.",
        "Сама по себе следующая попытка была бы через {next_try_s} с."),
    "trunk_static": (
        "A static trunk: nothing is registered, calls go to {target}.",
        "Статический транк: регистрации нет, вызовы идут на {target}."),
    "trunk_alive": (
        "It answers OPTIONS with {code} in {rtt_ms} ms.",
        "На OPTIONS отвечает {code} за {rtt_ms} мс."),
    "trunk_dead": (
        "But it fails the check by OPTIONS ({reason}): three such in a row "
        "take the trunk out of routing. Ask the carrier whether it answers "
        "OPTIONS; if not, leave qualify_s out, and if its answer means that "
        "it lives, list it in qualify_alive.",
        "Но проверку OPTIONS он не проходит ({reason}): после трёх таких "
        "подряд транк исключат из маршрутов. Узнайте у оператора, отвечает "
        "ли он на OPTIONS: если нет, уберите qualify_s, а если такой ответ "
        "означает, что он жив, добавьте его в qualify_alive."),
    "trunk_unasked": (
        "The time was too short to ask it by OPTIONS: use a larger --seconds.",
        "Спросить его через OPTIONS не хватило времени: увеличьте "
        "--seconds."),
    "trunk_step_dns": ("DNS", "DNS"),
    "trunk_step_transport": ("transport", "транспорт"),
    "trunk_step_tls": ("TLS", "TLS"),
    "trunk_step_challenge": ("challenge", "запрос пароля"),
    "trunk_step_answer": ("answer", "ответ"),
    "trunk_passed": ("passed", "пройдено"),
    "trunk_failed": ("failed", "отказ"),
    "trunk_untold": ("unknown", "неизвестно"),
    "trunk_interrupted": (
        "interrupted: not every trunk was checked. Registrations were taken "
        "back, but for those named above.",
        "прервано: проверены не все транки. Регистрации сняты, кроме "
        "названных выше."),
    "trunk_left": (
        "could not be un-registered; the registration ends by itself.",
        "снять регистрацию не удалось; она закончится сама."),
    "company_zone": (
        "The store has no company yet: months are counted in {zone}.",
        "В хранилище нет компании: месяцы считаются по {zone}."),
}

_WORDS.update(REPORT_WORDS)
_WORDS.update(ROUTE_WORDS)
_WORDS.update(PREVIEW_WORDS)
_WORDS.update(PLAN_WORDS)

_MONTHS = {
    "ru": ("январь", "февраль", "март", "апрель", "май", "июнь", "июль",
           "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
    "en": ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December"),
}


_DAYS = {"ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
         "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def say(lang: str, key: str, **values: object) -> str:
    """A sentence or heading; unknown keys are our bug."""
    text = _WORDS[key][LANGUAGES.index(lang)]
    return text.format(**values) if values else text


def month_name(lang: str, month: str) -> str:
    """"2026-10" in words."""
    year, number = month.split("-")
    return f"{_MONTHS[lang][int(number) - 1]} {year}"


def day_name(lang: str, day: str) -> str:
    """"2026-10-05" as people write it."""
    return ".".join(reversed(day.split("-"))) if lang == "ru" else day


def weekday_name(lang: str, weekday: int) -> str:
    """1 is Monday."""
    return _DAYS[lang][weekday - 1]


def period_name(lang: str, period: str, first: str, last: str,
                whole_month: bool) -> str:
    """A day, an ISO week or a month; ``whole_month``: what none of its days
    owns. A week says which days of it are meant."""
    if "W" in period:
        year, week = period.split("-W")
        if lang == "ru":
            return say(lang, "week", week=f"{int(week)}/{year}",
                       first=day_name(lang, first)[:5],
                       last=day_name(lang, last)[:5])
        return say(lang, "week", week=period, first=first[5:], last=last[5:])
    if period.count("-") == 2:
        weekday = dt.date.fromisoformat(period).weekday()
        return f"{day_name(lang, period)} {_DAYS[lang][weekday]}"
    if period.count("-") != 1:
        return period
    month = month_name(lang, period)
    return say(lang, "whole_month", month=month) if whole_month else month


# marks that turn the reading direction of what follows them
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
                   "\u2066\u2067\u2068\u2069\ufeff")


def plain(text: str) -> str:
    """Text that cannot steer a terminal: controls become \\x1b and such."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c.encode("unicode_escape").decode() if c in _TURNS
        or category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)


def amount(lang: str, value: Decimal, decimals: int = 2) -> str:
    """Digits in groups, none lost: 1 234,50 or 1,234.50."""
    exponent = value.normalize().as_tuple().exponent
    places = max(decimals, -exponent)
    plain = f"{value:,.{places}f}"
    if lang == "ru":
        return plain.replace(",", "\u00a0").replace(".", ",")
    return plain
