"""Words of reports over calls and documents: a part of the catalogue."""

REPORT_WORDS = {
    "breakdown": ("Calls by {by}, {month}", "Звонки по {by}, {month}"),
    "breakdown_none": ("No calls in this time.",
                       "За это время нет звонков."),
    "breakdown_footer": (
        "Calls by their beginning, as they stand today: a call that was rated "
        "anew counts with its new price. Forwarded legs are no calls, and "
        "cost. Amounts are exact; rows add up to the total.",
        "Звонки по времени начала, как они записаны сегодня: пересчитанный "
        "звонок учтён по новой цене. Переадресованные части не звонки, но "
        "стоят денег. Суммы точные; строки складываются в итог."),
    "by_trunk": ("trunk", "транкам"),
    "by_prefix": ("prefix", "первым цифрам"),
    "by_month": ("month", "месяцам"),
    "by_day": ("day", "дням"),
    "by_weekday": ("weekday", "дням недели"),
    "by_hour": ("hour", "часам"),
    "by_duration": ("duration", "длительности"),
    "by_status": ("result", "исходу"),
    "trunk": ("Trunk", "Транк"),
    "prefix": ("Prefix", "Первые цифры"),
    "month": ("Month", "Месяц"),
    "source": ("Source", "Источник"),
    "day": ("Day", "День"),
    "weekday": ("Weekday", "День недели"),
    "hour": ("Hour", "Час"),
    "duration": ("Duration", "Длительность"),
    "status": ("Result", "Исход"),
    "status_none": ("(none)", "(нет)"),
    "status_answered": ("answered", "отвечен"),
    "status_no_answer": ("no answer", "без ответа"),
    "status_busy": ("busy", "занято"),
    "status_failed": ("failed", "сбой"),
    "status_cancelled": ("given up", "отменён звонившим"),
    "duration_none": ("not answered", "без ответа"),
    "duration_0": ("under 10 s", "до 10 с"),
    "duration_10": ("10 to 30 s", "от 10 до 30 с"),
    "duration_30": ("30 to 60 s", "от 30 до 60 с"),
    "duration_60": ("1 to 3 min", "от 1 до 3 мин"),
    "duration_180": ("3 to 10 min", "от 3 до 10 мин"),
    "duration_600": ("10 to 30 min", "от 10 до 30 мин"),
    "duration_1800": ("30 to 60 min", "от 30 до 60 мин"),
    "duration_3600": ("1 h and more", "от 1 часа"),
    "by_campaign": ("campaign", "кампаниям"),
    "campaign": ("Campaign", "Кампания"),
    "campaigns": ("Campaigns", "Кампании"),
    "days": ("Days", "Дни"),
    "calls_title": ("Inbound calls by {by}, {month}",
                    "Входящие звонки по {by}, {month}"),
    "calls_window": ("Unreturned: missed, and not spoken with in {hours} h "
                     "after it",
                     "Без ответа: пропущено и за {hours} ч после этого не "
                     "поговорили"),
    "calls_footer": (
        "A forwarded call is one call. Callers are distinct numbers, first "
        "time: whose first call in this store it was; the total counts each "
        "caller once. Cost: rent, fees and charges as they are priced, with "
        "VAT or without; a number's rent is shared by its campaigns by days.",
        "Переадресованный звонок считается один раз. Звонившие: разные "
        "номера; впервые: чей это первый звонок во всём хранилище; в итоге "
        "каждый звонивший один раз. Стоимость: аренда, разовые платежи и "
        "начисления по их ценам, с НДС или без; аренда номера делится между "
        "его кампаниями по дням."),
    "calls_offered": ("Offered", "Поступило"),
    "calls_answered": ("Answered", "Принято"),
    "calls_missed": ("Missed", "Пропущено"),
    "calls_unreturned": ("Unreturned", "Без ответа"),
    "calls_hidden": ("Hidden", "Скрытых"),
    "calls_callers": ("Callers", "Звонивших"),
    "calls_first_time": ("First time", "Впервые"),
    "calls_repeat": ("Again", "Повторно"),
    "calls_mean_wait": ("Wait, s", "Ожидание, с"),
    "calls_minutes": ("Talk, min", "Разговор, мин"),
    "calls_rent": ("Rent", "Аренда"),
    "calls_charges": ("Charges", "Начисления"),
    "calls_cost": ("Cost", "Стоимость"),
    "calls_per_answered": ("Per answered", "За принятый"),
    "calls_per_first": ("Per new one", "За нового"),
    "calls_total": ("Total", "Итого"),
    "calls_hours": ("Offered calls by hour, each in its department's zone",
                    "Поступившие звонки по часам, в поясе своего отдела"),
    "calls_other_currency": (
        "{count} charges in other currencies are in no cost here",
        "Начислений в других валютах, которых нет в стоимости: {count}"),
    "differences": ("Sources' own costs beside our rating, {month}",
                    "Стоимость по источникам и по нашему расчёту, {month}"),
    "differences_none": ("No source says a cost in this time.",
                         "За это время источники стоимости не называют."),
    "differences_differing": ("Differing", "Расходятся"),
    "differences_unstated": ("Ours only", "Только у нас"),
    "differences_total": ("Total", "Итого"),
    "differences_rated": ("Our rating", "Наш расчёт"),
    "differences_stated": ("Source says", "По источнику"),
    "differences_difference": ("Difference", "Разница"),
    "differences_only_stated": ("Source, no price here",
                                "Источник, у нас нет цены"),
    "differences_only_rated": ("Ours, source silent",
                               "У нас, источник молчит"),
    "differences_footer_cost": (
        "Difference: what the source says less our rating, as the tariff "
        "writes its prices. Nothing of the source's is booked.",
        "Разница: стоимость источника минус наш расчёт, по ценам тарифа. "
        "Стоимость источника в учёт не идёт."),
    "differences_footer_net": (
        "Difference: what the source says less our rating without VAT. "
        "Nothing of the source's is booked.",
        "Разница: стоимость источника минус наш расчёт без НДС. Стоимость "
        "источника в учёт не идёт."),
    "differences_footer_gross": (
        "Difference: what the source says less our rating with VAT. Nothing "
        "of the source's is booked.",
        "Разница: стоимость источника минус наш расчёт с НДС. Стоимость "
        "источника в учёт не идёт."),
    "invoiced_title": ("Expenses by the carriers' documents, {month}",
                       "Расходы по документам операторов, {month}"),
    "invoiced_missing": ("No document yet, shown by our rating: {payees}",
                         "Документа ещё нет, показан наш расчёт: {payees}"),
    "invoiced_footer": (
        "A document is spread in proportion to our rating, net and VAT each "
        "to the kopeck, so that rows add up to it. "
        "Difference: the document less our rating with VAT.",
        "Документ распределён пропорционально нашему расчёту, сумма без НДС "
        "и НДС отдельно до копейки: строки складываются в документ. "
        "Разница: документ минус наш расчёт с НДС."),
    "invoiced_invoiced": ("By document", "По документу"),
    "invoiced_payee": ("Carrier", "Оператор"),
    "invoiced_documents": ("Document", "Документ"),
    "invoiced_rated": ("Our rating", "Наш расчёт"),
    "invoiced_total": ("Total", "Итого"),
    "not_invoiced": ("no document yet: by our rating",
                     "документа ещё нет: по нашему расчёту"),
}
