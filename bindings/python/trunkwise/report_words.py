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
}
