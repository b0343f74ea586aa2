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
    "{} is blocked by the sheet: the carrier does not serve it":
        "{} закрыт в тарифе: оператор туда не звонит",
    "no {} price in force for {} at that time; import a sheet with its "
    "prefix":
        "нет действующей цены ({}) для {} в это время; загрузите тариф с "
        "этим префиксом",
    "no way out for emergency number {} is up; add the site's landline":
        "ни один выход для экстренного номера {} не работает; добавьте "
        "городскую линию площадки",
}
