"""Words of ``call route``: a part of the catalogue, and the library's reasons
for a candidate in Russian (see reasons.py)."""

ROUTE_WORDS = {
    "route_phone": ("phone", "телефон"),
    "route_department": ("department", "отдел"),
    "route_site": ("site", "площадка"),
    "route_from": (
        "From {kind} {name}: department {department}, site {site}",
        "Звонит {kind} {name}: отдел {department}, площадка {site}"),
    "route_ok": (
        "{number}, {at}, for {seconds} s, in this order:",
        "{number}, {at}, на {seconds} с, в таком порядке:"),
    "route_emergency": (
        "{number}, {at}: emergency, price and caps are not asked; in this "
        "order:",
        "{number}, {at}: экстренный, цена и пределы не важны; в таком "
        "порядке:"),
    "route_refused": ("{number}, {at}: does not go out: {reason}",
                      "{number}, {at}: не состоится: {reason}"),
    "route_busy": ("{number}, {at}: not now: {reason}",
                   "{number}, {at}: не сейчас: {reason}"),
    "route_no_price": ("{number}, {at}: no price: {reason}",
                       "{number}, {at}: нет цены: {reason}"),
    "route_conflict": ("{number}, {at}: cannot be judged: {reason}",
                       "{number}, {at}: нельзя оценить: {reason}"),
    "route_caller": ("shows {number} ({whose})",
                     "показывает {number} ({whose})"),
    "route_no_caller": ("shows no number", "без номера"),
    "route_of_given": ("as told", "как задано"),
    "route_of_preferred": ("the one wanted", "желаемый"),
    "route_of_department": ("of the department", "отдела"),
    "route_of_site": ("of the site", "площадки"),
    "route_of_company": ("of the company", "компании"),
    "route_of_line": ("the line's own", "самой линии"),
    "route_rule": ("permission {permission}: {does}: {reason}",
                   "разрешение {permission}: {does}: {reason}"),
    "route_named": ("  it names {contracts}", "  в нём названы {contracts}"),
    "route_contract": ("{name} with {carrier}, {legal}",
                       "{name} с {carrier}, {legal}"),
    "route_legal_accepted": ("accepted by legal", "принят юристами"),
    "route_legal_refused": ("refused by legal", "отклонён юристами"),
    "route_legal_pending": ("not judged by legal", "не рассмотрен юристами"),
    "route_elsewhere": ("not asked for", "не нужно"),
    "route_unknown": ("not judged", "не проверено"),
    "route_held": ("held", "есть"),
    "route_block": ("blocked", "запрещено"),
    "route_avoid": ("avoided", "избегают"),
    "route_warn": ("warning", "предупреждение"),
    "route_ways": ("Ways that are left, each with the cost of this call:",
                   "Остаются пути, у каждого цена этого звонка:"),
    "route_no_way": ("No way is left.", "Путей не остаётся."),
    "route_way_carrier": ("over {via} of {carrier}, shown as {number}",
                          "через {via} ({carrier}), под номером {number}"),
    "route_way_number": (
        "over {via} of {carrier}, if it showed {number}",
        "через {via} ({carrier}), если показать {number}"),
    "route_way_landline": (
        "by hand from the line {via} of {carrier}, {number}",
        "вручную с городской линии {via} ({carrier}), {number}"),
    "route_way_line": ("by hand from the line {via}, {number}",
                       "вручную с городской линии {via}, {number}"),
    "route_unpriced": ("cost not known", "цена неизвестна"),
    "route_bundle": ("{seconds} s from bundles", "{seconds} с из пакетов"),
    "route_tier": ("after {minutes} min of this month",
                   "после {minutes} мин этого месяца"),
    "route_going": ("By [routing]: {said}", "По [routing]: {said}"),
    "lost_place": (
        "warning: permission {permission}: {field}: {reason}",
        "предупреждение: разрешение {permission}: {field}: {reason}"),
    "route_range": ("{number}, {at}: cannot be judged: {reason}",
                    "{number}, {at}: нельзя оценить: {reason}"),
}

ROUTE_REASONS = {
    "least cost for this call": "дешевле всех для этого звонка",
    "dearer than {}": "дороже, чем {}",
    "same cost, after {} by priority or place":
        "та же цена, после {} по приоритету или порядку",
    "skipped: the trunk is down": "пропущен: транк не работает",
    "skipped: {} of {} calls in progress":
        "пропущен: идут {} звонков из {}",
    "emergency: way out of the site": "экстренный: выход площадки",
    "emergency: way out of the site, down, try last":
        "экстренный: выход площадки, не работает, пробуют последним",
    "emergency: any carrier, price and cap not asked":
        "экстренный: любой оператор, цена и пределы не важны",
    "emergency: any carrier, down, try last":
        "экстренный: любой оператор, не работает, пробуют последним",
    "every trunk with a price for {} is down or at its cap":
        "все транки с ценой для {} не работают или заняты",
    "{} is blocked by every carrier that knows it":
        "{} не обслуживает ни один оператор, который его знает",
    "no carrier has a price for {}; add one to a tariff":
        "ни у одного оператора нет цены для {}; добавьте её в тариф",
    "there is no trunk that could carry {}; add one to the deployment":
        "нет ни одного транка, чтобы позвонить на {}; добавьте его в файл "
        "развёртывания",
    "{} is not permitted: permission {}: no contract with {} permits it":
        "{} не разрешён: разрешение {}: нет договора с {}, который это "
        "позволяет",
    "{} is not permitted: permission {}: legal refused contract {}":
        "{} не разрешён: разрешение {}: юристы отклонили договор {}",
    "{} is not permitted: permission {}: legal has not accepted contract {}":
        "{} не разрешён: разрешение {}: юристы не приняли договор {}",
    "{} is not permitted: permission {}: contract {} is not in force yet":
        "{} не разрешён: разрешение {}: договор {} ещё не действует",
    "{} is not permitted: permission {}: contract {} is over":
        "{} не разрешён: разрешение {}: договор {} закончился",
    "{} is not permitted: permission {}: no contract permits such calls":
        "{} не разрешён: разрешение {}: такие звонки не разрешает ни один "
        "договор",
    "{} is not permitted: no number of ours is approved at {}":
        "{} не разрешён: {} не согласовал ни одного нашего номера",
    "permission {}: no contract with {} permits it":
        "разрешение {}: нет договора с {}, который это позволяет",
    "permission {}: legal refused contract {}":
        "разрешение {}: юристы отклонили договор {}",
    "permission {}: legal has not accepted contract {}":
        "разрешение {}: юристы не приняли договор {}",
    "permission {}: contract {} is not in force yet":
        "разрешение {}: договор {} ещё не действует",
    "permission {}: contract {} is over":
        "разрешение {}: договор {} закончился",
    "permission {}: no contract permits such calls":
        "разрешение {}: такие звонки не разрешает ни один договор",
    "no contract permits such calls":
        "такие звонки не разрешает ни один договор",
    "no contract with {} permits it":
        "нет договора с {}, который это позволяет",
    "legal refused contract {}": "юристы отклонили договор {}",
    "legal has not accepted contract {}": "юристы не приняли договор {}",
    "contract {} is not in force yet": "договор {} ещё не действует",
    "contract {} is over": "договор {} закончился",
    "by contract {}": "по договору {}",
    "about other calls": "о других звонках",
    "about other calls: no range of the numbering names {}; did you mean {}?":
        "о других звонках: в нумерации нет места {}; может быть, {}?",
    "about other calls: no range of the numbering names {}; write a region "
    "or city as it does, or digits":
        "о других звонках: в нумерации нет места {}; напишите регион или "
        "город, как в ней, или цифры",
    "no range of the numbering names {}; did you mean {}?":
        "в нумерации нет места {}; может быть, {}?",
    "no range of the numbering names {}; write a region or city as it does, "
    "or digits":
        "в нумерации нет места {}; напишите регион или город, как в ней, или "
        "цифры",
    "it is not known where {} stands": "неизвестно, где находится {}",
    "no number is shown, so it is not known where the call comes from":
        "номер не показан, поэтому неизвестно, откуда звонок",
    "no number of ours is approved at {}":
        "{} не согласовал ни одного нашего номера",
    "to be avoided, after those that are permitted":
        "его избегают, после разрешённых",
    "{} is blocked by the sheet: the carrier does not serve it":
        "{} закрыт в тарифе: оператор туда не звонит",
    "no {} price in force for {} at that time; import a sheet with its "
    "prefix":
        "нет действующей цены ({}) для {} в это время; загрузите тариф с "
        "этим префиксом",
    "no price but what a record of {} states that the call cost":
        "цены нет, пока запись источника {} не назовёт стоимость звонка",
    "no way out for emergency number {} is up; add the site's landline":
        "ни один выход для экстренного номера {} не работает; добавьте "
        "городскую линию площадки",
    "priority {}": "приоритет {}",
    "priority {} too, after {} by cost or place":
        "тоже приоритет {}, после {} по цене или порядку",
    "priority {}, after {}": "приоритет {}, после {}",
    "longest code, {}": "самый длинный код, {}",
    "code as long, after {} by cost or place":
        "код такой же длины, после {} по цене или порядку",
    "shorter code {} than {} has": "код {} короче, чем у {}",
    "its turn by weight {}": "его очередь по весу {}",
    "weight {}, its turn is after {}": "вес {}, его очередь после {}",
    "weight 0: when nobody else can":
        "вес 0: когда больше никто не может",
    "least load: {} of {} calls, failures count too":
        "меньше всех занят: звонков {} из {}, отказы тоже считаются",
    "least load: {} calls, failures count too":
        "меньше всех занят: звонков {}, отказы тоже считаются",
    "least load: {} of {} calls": "меньше всех занят: звонков {} из {}",
    "least load: {} calls": "меньше всех занят: звонков {}",
    "{} of {} calls: it is the turn of {}":
        "звонков {} из {}: очередь {}",
    "{} calls: it is the turn of {}": "звонков {}: очередь {}",
    "{} of {} calls, failures count too, after {}":
        "звонков {} из {}, отказы тоже считаются, после {}",
    "{} calls, failures count too, after {}":
        "звонков {}, отказы тоже считаются, после {}",
    "{} of {} calls, after {}": "звонков {} из {}, после {}",
    "{} calls, after {}": "звонков {}, после {}",
    "one call in many to the least known: at least {} % good":
        "изредка звонок тому, о ком меньше всего известно: удачных не "
        "меньше {} %",
    "best quality: at least {} % good":
        "лучшее качество: удачных не меньше {} %",
    "least cost among the best: at least {} % good":
        "дешевле всех среди лучших: удачных не меньше {} %",
    "as good (at least {} %), dearer than {}":
        "не хуже (не меньше {} %), но дороже, чем {}",
    "at least {} % good, after {}": "удачных не меньше {} %, после {}",
    "suspect: {} % of its calls, this one after the others":
        "под подозрением: {} % его звонков, этот — после других",
    "slow start: {} % of its calls, this one after the others":
        "медленное возвращение: {} % его звонков, этот — после других",
    "skipped: switched off": "пропущен: выключен",
    "skipped: off, the carrier refuses our account":
        "пропущен: выключен, оператор не принимает нашу учётную запись",
    "skipped: draining, no new calls":
        "пропущен: освобождается, новых звонков нет",
    "skipped: down after failures, asked again in {} s":
        "пропущен: не работает после отказов, снова через {} с",
    "skipped: congested, left alone for {} s":
        "пропущен: перегружен, не трогаем {} с",
    "skipped: {} of {} calls of {} in progress":
        "пропущен: у оператора идут {} звонков из {} ({})",
    "skipped: {} is over the limit of {}":
        "пропущен: {} больше предела {}",
    "skipped: {} and {} % margin are over {}":
        "пропущен: {} и наценка {} % больше {}",
    "skipped: the customer has no price for this number":
        "пропущен: у клиента нет цены для этого номера",
    "every carrier is dearer than this call to {} may be":
        "все операторы дороже, чем может стоить звонок на {}",
}
