"""Words of ``call preview``, and days and durations as people say them."""

from __future__ import annotations

import datetime as dt

PREVIEW_WORDS = {
    "preview_head": ("{number}, {at} ({zone}): plan {plan}",
                     "{number}, {at} ({zone}): план «{plan}»"),
    "preview_then": ("And from {at} on ({zone}):",
                     "А начиная с {at} ({zone}):"),
    "preview_busy": ("Taken as busy: {names}", "Считаем занятыми: {names}"),
    "preview_open_until": ("{schedule}: open until {at}",
                           "График «{schedule}»: открыто до {at}"),
    "preview_closed_until": ("{schedule}: closed until {at}",
                             "График «{schedule}»: закрыто до {at}"),
    "preview_open": ("{schedule}: open, without an end in sight",
                     "График «{schedule}»: открыто, конца не видно"),
    "preview_closed": ("{schedule}: closed, and it does not open again",
                       "График «{schedule}»: закрыто и больше не откроется"),
    "preview_skills": ("Its calls need: {skills}",
                       "Звонкам нужны навыки: {skills}"),
    "preview_priority": (
        "Priority {priority}: in line they come before others who waited up "
        "to {time} longer",
        "Приоритет {priority}: в очереди они идут перед теми, кто ждёт до "
        "{time} дольше"),
    "preview_any_skills": ("(also those who lack what the call needs)",
                           "(и те, у кого нужных навыков нет)"),
    "preview_announced": ("(the caller is told his place every {time})",
                          "(каждые {time} звонящему говорят его место)"),
    "preview_unannounced": (
        "(the caller is not told his place: this host plays nothing)",
        "(место звонящему не говорят: здесь нечем)"),
    "preview_at_once": ("at once", "сразу"),
    "preview_after": ("after {time}", "через {time}"),
    "preview_one": ("{step}. {start}, rings for {time}:",
                    "{step}. {start}, звонит {time}:"),
    "preview_all": ("{step}. {start}, all ring for {time}:",
                    "{step}. {start}, звонят все вместе, {time}:"),
    "preview_turns": ("{step}. {start}, in turn, {time} in all{order}:",
                      "{step}. {start}, по очереди, всего {time}{order}:"),
    "preview_nobody": ("{step}. {start}, nobody is free to ring: on to the "
                       "next step",
                       "{step}. {start}, свободных нет: следующий шаг"),
    "preview_queue": (
        "{step}. {start}, waits in line, {time} at most; who is free rings:",
        "{step}. {start}, ждёт в очереди, не дольше {time}; звонят тем, кто "
        "свободен:"),
    "preview_queue_endless": (
        "{step}. {start}, waits in line without a limit; who is free rings:",
        "{step}. {start}, ждёт в очереди без ограничения; звонят тем, кто "
        "свободен:"),
    "preview_plan": ("{step}. {start}, goes on with plan {plan}:",
                     "{step}. {start}, дальше по плану «{plan}»:"),
    "preview_reserved": (
        "does not ring: {who}: stays free for the pool's own calls",
        "не звонит: {who}: остаётся для своих звонков группы"),
    "preview_unfit": ("does not ring: {who}: {reason}",
                      "не звонит: {who}: {reason}"),
    "preview_callback": (
        "{step}. {start}, the caller may hang up and is called back when "
        "somebody is free",
        "{step}. {start}, звонящий может положить трубку: ему перезвонят, "
        "когда кто-то освободится"),
    "preview_again": ("and so on", "и так далее"),
    "preview_linear": (" (always from the top)",
                       " (всегда с начала списка)"),
    "preview_round_robin": (" (the next one after the last)",
                            " (следующий после того, кому звонили)"),
    "preview_longest_idle": (" (who has been free longest first)",
                             " (первым тот, кто дольше всех свободен)"),
    "preview_sticky": (" (first who served this caller before)",
                       " (первым тот, кто уже говорил с этим звонящим)"),
    "preview_random": (" (in random order)", " (в случайном порядке)"),
    "preview_weighted": (" (by their shares)", " (по долям)"),
    "preview_weighted_random": (" (at random, by their shares)",
                                " (случайно, по долям)"),
    "preview_fewest_calls": (" (who took fewest calls first)",
                             " (первым тот, у кого меньше звонков)"),
    "preview_least_talk": (" (who talked least first)",
                           " (первым тот, кто меньше говорил)"),
    "preview_least_occupied": (" (who was least busy lately first)",
                               " (первым тот, кто меньше загружен)"),
    "preview_own": (" (by {name}, a policy of your softswitch; here in order)",
                    " (по «{name}», правилу вашего коммутатора; здесь по "
                    "порядку)"),
    "preview_ring_n": (" (a few at once)", " (по несколько сразу)"),
    "preview_progressive": (" (one more joins every so often)",
                            " (время от времени подключается ещё один)"),
    "preview_skipped_open": (
        "{step}. skipped: it is for closed hours ({schedule} is open)",
        "{step}. пропускается: этот шаг для нерабочего времени (график "
        "«{schedule}»: открыто)"),
    "preview_skipped_closed": (
        "{step}. skipped: it is for opening hours ({schedule} is closed)",
        "{step}. пропускается: этот шаг для рабочего времени (график "
        "«{schedule}»: закрыто)"),
    "preview_skipped_no_voicemail": (
        "{step}. skipped: there is no voicemail on this host",
        "{step}. пропускается: здесь нет голосовой почты"),
    "preview_skipped_unreachable": (
        "{step}. skipped: nobody of the pool can be reached",
        "{step}. пропускается: никто из группы не на связи"),
    "preview_skipped_unstaffed": (
        "{step}. skipped: nobody of the pool is at work",
        "{step}. пропускается: никто из группы не работает"),
    "preview_skipped_unready": (
        "{step}. skipped: nobody of the pool is free",
        "{step}. пропускается: никто из группы не свободен"),
    "preview_skipped_no_callback": (
        "{step}. skipped: this host does not call back",
        "{step}. пропускается: обратный звонок здесь не предусмотрен"),
    "preview_skipped_visited": (
        "{step}. skipped: the call was in that plan already",
        "{step}. пропускается: в том плане звонок уже был"),
    "preview_skipped_hops": (
        "{step}. skipped: the call was in too many plans",
        "{step}. пропускается: звонок прошёл слишком много планов"),
    "preview_skipped_nobody_preferred": (
        "{step}. skipped: only for callers whom somebody here knows",
        "{step}. пропускается: только для звонящих, которых здесь знают"),
    "preview_skipped": ("{step}. skipped: {reason}",
                        "{step}. пропускается: {reason}"),
    "preview_phone": ("phone {name}", "телефон {name}"),
    "preview_landline": ("landline {name}, {number}",
                         "городская линия {name}, {number}"),
    "preview_mobile": ("mobile {name}, {number}",
                       "мобильный {name}, {number}"),
    "preview_extension": (", ext. {extension}", ", доб. {extension}"),
    "preview_span": ("{first}-{last} s", "{first}–{last} с"),
    "preview_found_busy": ("{who}: busy when dialled",
                           "{who}: при наборе занято"),
    "preview_is_busy": ("does not ring: {who}: busy",
                        "не звонит: {who}: занято"),
    "preview_no_turn": ("does not ring: {who}: no time left for it",
                        "не звонит: {who}: до очереди не дошло"),
    "preview_rejected": (
        "{step}. {start}, the call is turned away: the caller hears {tone}",
        "{step}. {start}, звонок отклоняется: звонящий слышит {tone}"),
    "preview_voicemail": (
        "{step}. {start}, the caller is asked to leave a message",
        "{step}. {start}, звонящему предлагают оставить сообщение"),
    "preview_unanswered": (
        "{start} nobody has answered: the call ends, the caller hears {tone}",
        "{start} никто не ответил: звонок завершается, звонящий слышит "
        "{tone}"),
    "preview_nobody_at_all": (
        "Nobody can be rung: the call ends at once, the caller hears {tone}",
        "Звонить некому: звонок сразу завершается, звонящий слышит {tone}"),
    "preview_closed_end": (
        "No step is for this time: the call ends at once, the caller hears "
        "{tone}",
        "Ни один шаг не для этого времени: звонок сразу завершается, "
        "звонящий слышит {tone}"),
    "preview_waiting": ("After an hour the call still waits",
                        "И через час звонок всё ещё ждёт"),
    "preview_tone_480": ("\"not available\" (code 480)",
                         "«абонент недоступен» (код 480)"),
    "preview_tone_486": ("the busy tone (code 486)",
                         "короткие гудки «занято» (код 486)"),
    "preview_tone": ("code {code}", "отказ (код {code})"),
    "preview_until_closes": (
        "This stays so until {at}, when {schedule} closes.",
        "Так будет до {at}: тогда рабочее время по графику «{schedule}» "
        "закончится."),
    "preview_until_opens": (
        "This stays so until {at}, when {schedule} opens.",
        "Так будет до {at}: тогда рабочее время по графику «{schedule}» "
        "начнётся."),
    "preview_always": ("No schedule changes this.",
                       "От графиков это не зависит."),
}

SKIPPED_WORDS = ("open", "closed", "no_voicemail", "unreachable",
                 "unstaffed", "unready", "no_callback", "visited", "hops",
                 "nobody_preferred")

# What the engine says of members, in Russian.
PREVIEW_REASONS = {
    "policy {}: its choice": "по правилу «{}»",
    "policy {} failed": "правило «{}» не сработало",
    "ring all of tier {}": "звонят все уровня {}",
    "linear: first ready one, tier {}, order {}":
        "по списку: первый свободный, уровень {}, место {}",
    "round robin: its first turn": "по кругу: ему ещё не звонили",
    "round robin: next after order {}": "по кругу: следующий после места {}",
    "longest idle: not used yet": "дольше всех свободен: ещё не звонили",
    "longest idle: {} s": "дольше всех свободен: {} с",
    "came free while tier {} rings": "освободился, пока звонит уровень {}",
    "ready, but another one comes first": "свободен, но первый не он",
    "ready, but tier {} comes first": "свободен, но сначала уровень {}",
    "{} of {} lines in use": "занято линий: {} из {}",
    "wrap-up, {} s left": "пауза после разговора, ещё {} с",
    "was found busy, {} s left": "было занято, ещё {} с не звоним",
    "left alone a while, {} s left": "не отвечал, ещё {} с не звоним",
    "{} ready, {} kept for the pool's own calls":
        "свободных: {}, для своих звонков группы оставлено {}",
    "needs a key pressed, which this host cannot ask for":
        "нужно подтверждение клавишей, а спросить его здесь нечем",
    "the call prefers this one": "звонящий просил именно его",
    "paused: {}": "на паузе: {}",
    "not reachable": "недоступен",
    "paused": "на паузе",
    "rings or talks for this call": "звонит или говорит по этому звонку",
    "was tried in this step": "на этом шаге уже звонили",
    "joined after the step began": "добавлен после начала шага",
    "lacks a skill that the call needs": "не хватает навыка для звонка",
    "lacks {}": "не хватает навыков: {}",
    "answered this caller last": "отвечал этому звонящему в прошлый раз",
    "fewest calls: {}": "меньше всех звонков: {}",
    "fewest calls: {} and {} not answered":
        "меньше всех звонков: {}, без ответа {}",
    "least talk: {} s": "меньше всех говорил: {} с",
    "least occupied: {} %": "меньше всех занят: {} %",
    "sticky: by the caller's key": "закреплён за этим звонящим",
    "sticky: a caller without a key": "звонящий не известен",
    "random: one of {}": "случайно: один из {}",
    "weighted: {} of {}": "по весу: {} из {}",
    "weighted random: {} of {}": "случайно по весу: {} из {}",
    "rings {} at once of tier {}": "звонят сразу {}, уровень {}",
}

_DAYS = (("Mon", "понедельник", "понедельника"),
         ("Tue", "вторник", "вторника"), ("Wed", "среда", "среды"),
         ("Thu", "четверг", "четверга"), ("Fri", "пятница", "пятницы"),
         ("Sat", "суббота", "субботы"), ("Sun", "воскресенье", "воскресенья"))
_MONTHS = (("January", "января"), ("February", "февраля"),
           ("March", "марта"), ("April", "апреля"), ("May", "мая"),
           ("June", "июня"), ("July", "июля"), ("August", "августа"),
           ("September", "сентября"), ("October", "октября"),
           ("November", "ноября"), ("December", "декабря"))


def moment(lang: str, at: dt.datetime, *, after: bool = False) -> str:
    """"Thu 8 October 2026, 12:00"; ``after`` a preposition ("до", "с")
    Russian wants the genitive."""
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    clock = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    if lang == "ru":
        return f"{day[2 if after else 1]}, {at.day} {month[1]} {at.year} " \
            f"г., {clock}"
    return f"{day[0]} {at.day} {month[0]} {at.year}, {clock}"


def number(lang: str, seconds: float) -> str:
    text = f"{seconds:.1f}".removesuffix(".0")
    return text.replace(".", ",") if lang == "ru" else text


def duration(lang: str, seconds: float) -> str:
    """"1 min 25 s"."""
    minutes, rest = divmod(seconds, 60)
    minute, second = ("мин", "с") if lang == "ru" else ("min", "s")
    parts = [f"{minutes:.0f} {minute}"] if minutes else []
    if rest or not minutes:
        parts.append(f"{number(lang, rest)} {second}")
    return " ".join(parts)
