"""What ``apply`` says of a deployment, in Russian: its problems and warnings.
Keys, words of the file and names stay as they are written there. It decides
nothing; a test holds it against the library's sentences, all of them.
"""

from __future__ import annotations

# English, Russian; holes are filled in their order, and may hold a sentence
# of these themselves
DEPLOYMENT_REASONS = {
    # tables and keys
    "there is no table '{}'; use one of {}":
        "нет таблицы '{}'; есть {}",
    "is a table; write {}{}{} and its keys below it":
        "таблица; напишите {}{}{} и под ней её ключи",
    "there is one {}; write [{}] instead of [[{}]]":
        "{} бывает одна; напишите [{}] вместо [[{}]]",
    "there may be many; write [[{}{}{}]], not [{}{}{}]":
        "таких бывает много; напишите [[{}{}{}]], а не [{}{}{}]",
    "{}[{}] before it is empty; fill it in or leave it out":
        "перед ней {}[{}] пуста; заполните её или уберите",
    "is a table without a key; fill or remove it":
        "таблица без ключей; заполните её или уберите",
    "more than {} rows; split the deployment":
        "больше {} строк; разделите описание",
    "a deployment holds no secrets; put it into a file and write "
    "password_file = \"...\", or use password_env or credential":
        "в описании не бывает секретов; положите его в файл и напишите "
        "password_file = \"...\" или укажите password_env или credential",
    ", put it into a file and write password_file = \"...\", or use "
    "password_env or credential":
        ", положите его в файл и напишите password_file = \"...\" или "
        "укажите password_env или credential",
    "percentages from so many minutes on are [[tariff.tier]] now; a band has "
    "name and hours":
        "проценты от числа минут теперь в [[tariff.tier]]; у band есть name "
        "и hours",
    "{} has no key '{}'; use one of {}":
        "у {} нет ключа '{}'; есть {}",
    "{} is an empty list, which might be read as all or as none; leave the "
    "key out, or write {}":
        "{}: пустой список можно понять как «все» и как «никто»; уберите "
        "ключ или напишите {}",
    "what is meant into it": "в него то, что имеется в виду",
    "{} is a list; write {} = [\"...\"]":
        "{}: список; напишите {} = [\"...\"]",
    "{} is one value; write it without [ ]":
        "{}: одно значение; напишите его без [ ]",
    "this item is set twice; leave one out":
        "этот элемент задан дважды; уберите один",
    "items come one after the other from [0], at most {} of them":
        "элементы идут подряд от [0], не больше {}",
    "{} is set twice; leave one out": "{} задан дважды; уберите один",
    "this is not a key of a deployment; see docs/deployment.md":
        "такого ключа в описании нет; см. docs/deployment.md",
    "holds a NUL byte; remove it": "содержит нулевой байт; уберите его",
    # files beside it, as the system says
    "cannot read {}: {}": "не прочитать {}: {}",
    "No such file or directory": "такого файла нет",
    "Permission denied": "нет доступа",
    "Is a directory": "это каталог",
    "Not a directory": "это не каталог",
    "is larger than {} MiB; split it": "больше {} МиБ; разделите его",
    # what stands in the store
    "both '{}' and '{}' are in force; end one of them first":
        "действуют и '{}', и '{}'; сначала закройте одну",
    "two rows were '{}'; only one can go on as it":
        "две строки были '{}'; продолжить её может только одна",
    "{} '{}' would end, but the imported {} '{}' belongs to it; keep it in "
    "the deployment":
        "{} '{}' закрылся бы, но ему принадлежит импортированный {} '{}'; "
        "оставьте его в описании",
    "no {} '{}' is in force, and '{}' would end; write who was renamed, or "
    "leave `was` out":
        "{} '{}' не действует, а '{}' закрылся бы; напишите, кто "
        "переименован, или уберите `was`",
    "no {} '{}' is in force: '{}' is new and has no history":
        "{} '{}' не действует: '{}' новый, истории у него нет",
    "{} '{}' has a change at {}, which is not before {}; history is not "
    "rewritten, choose a later --at":
        "у {} '{}' есть изменение от {}, это не раньше {}; историю не "
        "переписывают, выберите --at позже",
    "lies in a closed month; the first open one is {}":
        "попадает в закрытый месяц; первый открытый: {}",
    # rows and references
    "{} is required; add {}": "нужен ключ {}; добавьте {}",
    "[company] is missing; add it with name, zone and currency":
        "нет [company]; добавьте её с name, zone и currency",
    "number {} stands at {} already and has one owner; share its costs by "
    "an [[allocation]]":
        "номер {} уже стоит в {}, владелец у него один; делите его расходы "
        "через [[allocation]]",
    "{} '{}' stands at {} already; choose another name or leave one out":
        "{} '{}' уже стоит в {}; выберите другое имя или уберите одну из "
        "строк",
    "'{}' is still the name of {}; remove `was` or that row":
        "'{}' всё ещё имя {}; уберите `was` или ту строку",
    "there is no {} '{}' in this deployment; {}":
        "в описании нет {} '{}'; {}",
    "did you mean '{}'?": "может быть, '{}'?",
    "declared are {}": "описаны {}",
    "none is declared": "не описано ни одного",
    "declare it": "опишите его",
    "more than {} problems; mend the first ones and try again":
        "больше {} ошибок; исправьте первые и повторите",
    # hours and days
    " in schedule ": " в расписании ",
    "a schedule without hours never opens; write hours = [\"mon-fri "
    "09:00-18:00\"]":
        "расписание без часов не открывается никогда; напишите hours = "
        "[\"mon-fri 09:00-18:00\"]",
    "last ({}) is before date ({}); it is the last day that differs":
        "last ({}) раньше date ({}); это последний особый день",
    "that is {} days in a row; a holiday has {} at most":
        "это {} дней подряд; в празднике их не больше {}",
    "{} has days of this one with the same right{}{}; leave one out, or "
    "write several hours as a list":
        "у {} есть те же дни с тем же правом{}{}; уберите одно или запишите "
        "несколько часов списком",
    "'{}' are no hours; write them like \"10:00-15:00\", midnight as end is "
    "24:00":
        "'{}' не часы; напишите как \"10:00-15:00\", полночь в конце: 24:00",
    "'{}' are no hours; write days and times like \"mon-fri 09:00-19:00\" "
    "or \"sat 10:00-16:00\"":
        "'{}' не часы; напишите дни и время как \"mon-fri 09:00-19:00\" или "
        "\"sat 10:00-16:00\"",
    # the way out
    "'{}' is the landline of another site: help would be sent there; name a "
    "line of this site":
        "'{}': городская линия другого места, помощь поехала бы туда; "
        "назовите линию этого",
    "there is no landline or trunk '{}'; landlines: {}":
        "нет городской линии или транка '{}'; линии: {}",
    "no way out for emergency calls (112); give a landline of this site a "
    "uri, or name trunks in emergency":
        "экстренным вызовам (112) не выйти; задайте городской линии этого "
        "места uri или назовите транки в emergency",
    "no number has this site: over a trunk an emergency call would show a "
    "number of another place, or none; give a [[number]] this site":
        "ни у одного номера нет этого места: через транк экстренный вызов "
        "показал бы чужой номер или никакой; укажите это место у [[number]]",
    "a place has 1 to 127 bytes; write a region or city as the numbering "
    "names it":
        "в названии места от 1 до 127 байт; напишите регион или город, как "
        "в плане нумерации",
    "'{}' is no beginning of a number; write 1 to 15 digits, the country's "
    "code first, like \"7843\"":
        "'{}' не начало номера; напишите от 1 до 15 цифр с кодом страны, "
        "например \"7843\"",
    "no contract permits it, and contracts names some; leave one out":
        "ни один договор этого не разрешает, а contracts называет договоры; "
        "уберите что-то одно",
    "lets calls go that never = true forbids; write \"block\" or leave one "
    "out":
        "пропускает вызовы, которые never = true запрещает; напишите "
        "\"block\" или уберите что-то одно",
    "no numbering is in force, so nobody can tell whether '{}' is a place; "
    "import one, or it is about no call":
        "план нумерации не загружен, и неизвестно, есть ли место '{}'; "
        "загрузите его, иначе правило не относится ни к одному вызову",
    # pools and plans
    "{} is for policy {}, this pool's is {}; leave it out":
        "{} нужен политике {}, а у этой группы {}; уберите его",
    "this pool has no [[pool.member]]: calls to it ring nobody":
        "в этой группе нет [[pool.member]]: её вызовы никому не звонят",
    "'{}' is a member of this pool already; leave one out":
        "'{}' уже в этой группе; уберите одного",
    "ring or preferred": "ring или preferred",
    "queue or callback": "queue или callback",
    "ring, queue, preferred or callback":
        "ring, queue, preferred или callback",
    "nothing says what this step does; add ring, queue, preferred, "
    "callback, plan, voicemail or reject":
        "не сказано, что делает этот шаг; добавьте ring, queue, preferred, "
        "callback, plan, voicemail или reject",
    "voicemail = false does nothing; leave it out":
        "voicemail = false ничего не делает; уберите его",
    "{} is for steps with {}, not with {}; leave it out":
        "{} бывает у шагов с {}, а не с {}; уберите его",
    "the step before is for '{}' too, so it would be its own overflow; make "
    "that step longer, or name another pool":
        "предыдущий шаг тоже для '{}', группа переливалась бы сама в себя; "
        "удлините тот шаг или назовите другую группу",
    "this plan only goes on with others, in a circle: its calls ring nobody "
    "and end at once; add a step that rings, queues, takes a message or "
    "rejects":
        "этот план только передаёт другим, по кругу: вызовы никому не звонят "
        "и сразу кончаются; добавьте шаг, который звонит, ставит в очередь, "
        "принимает сообщение или отказывает",
    "a plan without steps would refuse every call; add a [[plan.step]]":
        "план без шагов отказал бы каждому вызову; добавьте [[plan.step]]",
    "no call comes to this step: the one before keeps or ends them all; "
    "move it up or leave it out":
        "до этого шага вызовы не доходят: предыдущий держит или завершает "
        "все; поднимите его или уберите",
    "no call comes to this step: the one before goes on with plan '{}', "
    "which never comes back; move it up or leave it out":
        "до этого шага вызовы не доходят: предыдущий передаёт плану '{}', "
        "откуда не возвращаются; поднимите его или уберите",
    "a plan cannot go on with itself: no call enters a plan twice; name "
    "another one":
        "план не может передать самому себе: дважды в план не входят; "
        "назовите другой",
    "'{}' needs a schedule; add one to the plan or to this step":
        "'{}' нужно расписание; добавьте его плану или этому шагу",
    # routing
    "{} prefixes; {} at most have a quality of their own":
        "префиксов {}; своё качество бывает не больше чем у {}",
    "{} stands there twice; leave one out":
        "{} стоит там дважды; уберите один",
    "tier {} has its policy already; leave one out":
        "у яруса {} политика уже есть; уберите одну",
    "no trunk is of tier {}, so nothing goes by this policy":
        "на ярусе {} нет транков, эта политика ничего не решает",
    "{} {} has its class already; leave one out":
        "у {} {} класс уже есть; уберите один",
    "a cause (q850) may say nothing, a code has to: write user, number, "
    "carrier, congestion or auth":
        "причина (q850) может ничего не значить, код обязан: напишите user, "
        "number, carrier, congestion или auth",
    # costs, numbers, shares
    "{} and {} exclude each other; leave one out":
        "{} и {} исключают друг друга; уберите одно",
    "neither {} nor {} is given; add one":
        "нет ни {}, ни {}; добавьте одно",
    "to ({}) is not after from ({}); it is the first day that no longer "
    "counts":
        "to ({}) не позже from ({}); это первый день, который уже не "
        "считается",
    "'{}' is the name of a phone already, and pools know both by name; "
    "choose another":
        "'{}' уже имя телефона, а группы знают обоих по имени; выберите "
        "другое",
    "nothing says how to reach this phone; add uri, number or extension":
        "не сказано, как дозвониться до этого телефона; добавьте uri, number "
        "или extension",
    "no department owns this: its costs will be listed as unallocated; add "
    "department or an [[allocation]]":
        "ни один отдел этим не владеет: расходы будут нераспределёнными; "
        "добавьте department или [[allocation]]",
    "{} is not a number of 3 to 15 digits; write it with its country code":
        "{} не номер от 3 до 15 цифр; напишите его с кодом страны",
    "{} begins with 0, and no country code does; write it as +, country code "
    "and the rest":
        "{} начинается с 0, а таких кодов страны нет; напишите его как +, код "
        "страны и остальное",
    "each [[recurring.seat]] says whose it is; leave department out here":
        "каждое [[recurring.seat]] говорит, чьё оно; уберите здесь "
        "department",
    "there is an [[allocation]] of it, too; seats or shares, not both":
        "есть и [[allocation]] на это; места или доли, но не оба",
    "this department has seats of it already; add the two up":
        "у этого отдела места уже есть; сложите оба числа",
    "this department has a share already; add the two up":
        "у этого отдела доля уже есть; сложите обе",
    "shares add up to {}, not to 100; correct the percents":
        "сумма долей {}, а не 100; исправьте проценты",
    "'{}' is no prefix; write 1 to 15 digits of the called number, like "
    "\"7843\"":
        "'{}' не префикс; напишите от 1 до 15 цифр набранного номера, "
        "например \"7843\"",
    "this budget limits nothing; give it soft, hard or max_price":
        "этот бюджет ничего не ограничивает; задайте soft, hard или "
        "max_price",
    "soft lies above hard, so nobody would hear of it; lower it":
        "soft выше hard, и о нём никто не узнает; снизьте его",
    "overlaps '{}' in part, so it is open whose the common part is; cut one "
    "of them":
        "частично пересекается с '{}', и неясно, чья общая часть; сузьте "
        "одну из них",
    # skills
    "the skill '{}{}': its {}": "умение '{}{}': {}",
    "'{}' would be the {}th skill of this company; {} at most: give several "
    "people the same one":
        "'{}' было бы {}-м умением компании, а их не больше {}; дайте "
        "нескольким людям одно и то же",
    "nobody has the skill '{}'; give it to a [[person]], [[phone]] or "
    "[[landline]], or leave it out":
        "умения '{}' нет ни у кого; дайте его [[person]], [[phone]] или "
        "[[landline]] или уберите",
    "nobody in pool '{}' has all of them: in step {} of plan '{}' these "
    "calls ring nobody; add any_skills = true there, or somebody who has "
    "them":
        "в группе '{}' ни у кого нет их всех: на шаге {} плана '{}' эти "
        "вызовы никому не звонят; добавьте туда any_skills = true или того, "
        "у кого они есть",
    # trunks
    "{} is for TLS, which this trunk does not speak; write ;transport=tls "
    "behind the registrar":
        "{} нужен для TLS, а этот транк работает без него; допишите "
        ";transport=tls к registrar",
    "key_file, key_env and key_credential exclude each other; give one":
        "key_file, key_env и key_credential исключают друг друга; оставьте "
        "одно",
    "cert_file and its key (key_file, key_env or key_credential) belong "
    "together; give both or none":
        "cert_file и его ключ (key_file, key_env или key_credential) бывают "
        "только вместе; укажите оба или ни одного",
    "nothing is verified where verify = false; leave one out":
        "при verify = false ничего не проверяется; уберите что-то одно",
    "nobody checks whom this trunk speaks to: who is on the way can read "
    "and change its calls; give ca_file instead":
        "никто не проверяет, с кем говорит этот транк: любой на пути может "
        "слушать и менять его вызовы; лучше укажите ca_file",
    "a Contact for all numbers (gin) has no user; leave one of them out":
        "у Contact для всех номеров (gin) нет имени; уберите что-то одно",
    "a static trunk registers nowhere; leave gin or static out":
        "статический транк нигде не регистрируется; уберите gin или static",
    "is told beside flows or gin only; give both or none":
        "бывает только вместе с flows или gin; укажите оба или ни одного",
    "is no UUID; write one like "
    "\"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"":
        "не UUID; напишите как "
        "\"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"",
    "a trunk with {} has no flows; leave one of them out":
        "у транка с {} нет потоков; уберите что-то одно",
    "of a static trunk is the IP address that calls go to; write it in "
    "place of the name":
        "у статического транка это IP-адрес, куда идут вызовы; напишите его "
        "вместо имени",
    "is of no use to a static trunk, which registers nowhere; leave it or "
    "static out":
        "бесполезен статическому транку, который нигде не регистрируется; "
        "уберите его или static",
    "is missing; {} holds the hash of a password for one realm, so write "
    "which":
        "нет; в {} хэш пароля для одного realm, напишите, какого",
    # addresses of trunks
    "has no host": "нет узла",
    "{} is not within 1..65535": "{} не в пределах 1..65535",
    "is not a host name or address": "не имя узла и не адрес",
    "parameter \"{}\" is not served; write transport=udp, tcp or tls":
        "параметр \"{}\" не поддерживается; напишите transport=udp, tcp или "
        "tls",
    "host is not a name or address": "узел: не имя и не адрес",
    "is missing or too long or has bytes that a header must not carry; "
    "write \"sip:host:port\"":
        "нет, слишком длинно или с байтами, которых не бывает в заголовке; "
        "напишите \"sip:host:port\"",
    "cannot stand beside outbound_proxy, which is where all requests go; "
    "give the proxy's name several SRV records":
        "не бывает вместе с outbound_proxy, куда идут все запросы; дайте "
        "имени прокси несколько записей SRV",
    "goes without TLS, while the registrar is asked for by TLS; write "
    ";transport=tls behind it too":
        "идёт без TLS, а к регистратору нужно идти по TLS; допишите "
        ";transport=tls и к нему",
    "sips: is not served; write sip: with ;transport=tls":
        "sips: не поддерживается; напишите sip: с ;transport=tls",
    "is not \"sip:host[:port][;transport=...]\"; the user goes into its own "
    "option":
        "не \"sip:host[:port][;transport=...]\"; для имени есть свой ключ",
    "host or port is malformed; write \"sip:host:port\", an IPv6 address in "
    "brackets":
        "узел или порт записаны неверно; напишите \"sip:host:port\", адрес "
        "IPv6 в скобках",
    "\"{}\" is no final SIP code; write codes like 404 or classes like 2xx, "
    "blanks between":
        "\"{}\" не окончательный код SIP; напишите коды как 404 или классы "
        "как 2xx через пробел",
    "is empty, so nothing would count as alive; leave it out for the usual "
    "codes":
        "пусто, живым не считался бы никто; уберите, чтобы остались обычные "
        "коды",
    "\"{}\" is no IP address or prefix with zeros behind it; write "
    "192.0.2.10 or 192.0.2.0/24, no names":
        "\"{}\" не IP-адрес и не префикс с нулями за ним; напишите "
        "192.0.2.10 или 192.0.2.0/24, без имён",
    "has more than {} addresses; write prefixes":
        "больше {} адресов; напишите префиксы",
    # matches of call records
    "range {}-{} has ends of different length; write two ranges":
        "у диапазона {}-{} концы разной длины; напишите два",
    "range {}-{} does not rise; write the lower end first":
        "диапазон {}-{} не растёт; сначала меньший конец",
    "'{}' is not a kind of match; write extension, accountcode, number or "
    "trunk":
        "'{}' не вид совпадения; напишите extension, accountcode, number или "
        "trunk",
    "a match has 1 to {} bytes; write what the call record shows":
        "в match от 1 до {} байт; напишите то, что видно в записи о вызове",
    # values
    "{} is {} here; write {}": "{}: здесь это {}; напишите {}",
    "a whole number without quotes": "целое число без кавычек",
    "money as a text, \"450.00\"": "деньги текстом, \"450.00\"",
    "a decimal, \"2.5\"": "десятичное число, \"2.5\"",
    "true or false without quotes": "true или false без кавычек",
    "a date without quotes, 2026-10-05": "дату без кавычек, 2026-10-05",
    "a text in quotes": "текст в кавычках",
    "a text": "текст",
    "a whole number": "целое число",
    "a decimal": "десятичное число",
    "true or false": "true или false",
    "a date": "дата",
    "an empty list": "пустой список",
    "{} is empty and required; write one":
        "{}: пусто, а нужно; напишите",
    "{} is empty; leave the key out instead":
        "{}: пусто; лучше уберите ключ",
    "{} has {} bytes, more than {}; make it shorter":
        "{}: {} байт, больше {}; сократите",
    "{} is not valid UTF-8; save the file as UTF-8":
        "{}: не UTF-8; сохраните файл в UTF-8",
    "{} holds a control character (byte 0x{}, such as a line break); remove "
    "it":
        "{}: управляющий знак (байт 0x{}, например перевод строки); уберите "
        "его",
    "{} holds a password, and a deployment holds no secrets; take it out of "
    "the address{}":
        "{}: в нём пароль, а в описании не бывает секретов; уберите его из "
        "адреса{}",
    "{} is no name of an environment variable; write its name (letters, "
    "digits and _), never the secret itself":
        "{}: не имя переменной окружения; напишите имя (буквы, цифры и _), "
        "но не сам секрет",
    "{} goes into a SIP header; remove quotes, backslashes and < >":
        "{} попадает в заголовок SIP; уберите кавычки, обратные косые и < >",
    "{} is not a SIP address; write one like "
    "\"sip:host:5060;transport=udp\"":
        "{}: не адрес SIP; напишите как \"sip:host:5060;transport=udp\"",
    "{} leaves its directory; write a plain file name instead":
        "{} выходит из своей папки; напишите просто имя файла",
    "{} is '{}'; write one of: {}": "{}: '{}'; бывает {}",
    "{} is '{}'; write one of: {}, or own:NAME for one of the host's own":
        "{}: '{}'; бывает {} или own:ИМЯ для своей политики хоста",
    "{} is '{}'; the name of a policy of the host's own has 1 to 63 bytes, "
    "without blanks around":
        "{}: '{}'; в имени своей политики хоста от 1 до 63 байт, без "
        "пробелов по краям",
    "{} is '{}', but {} is not the host's own; write {} = \"{}\"":
        "{}: '{}', но {} не своя политика хоста; напишите {} = \"{}\"",
    "{} is neither true nor false; write one":
        "{}: не true и не false; напишите одно из них",
    "{} is '{}', not a whole number; write digits only":
        "{}: '{}' не целое число; напишите только цифры",
    "{} is not a number: {}": "{}: не число: {}",
    "{} is below zero; write 0 or more":
        "{}: меньше нуля; напишите 0 или больше",
    "{} is out of range; write {} to {}":
        "{}: вне пределов; напишите от {} до {}",
    "{} is a date with a time here; write the date alone, 2026-10-05":
        "{}: здесь дата со временем; напишите только дату, 2026-10-05",
    "name begins or ends with a blank; remove it":
        "имя начинается или кончается пробелом; уберите его",
    "there is no time zone '{}'; write an IANA name such as "
    "\"Europe/Moscow\"":
        "нет часового пояса '{}'; напишите имя IANA, например "
        "\"Europe/Moscow\"",
    "there is no currency '{}'; write an ISO 4217 code such as \"RUB\"":
        "нет валюты '{}'; напишите код ISO 4217, например \"RUB\"",
    "'{}' is not a calling code; write 1 to 3 digits such as \"7\"":
        "'{}' не телефонный код страны; напишите от 1 до 3 цифр, например "
        "\"7\"",
    # figures and telephone numbers
    "'{}' is not a decimal; write digits with a point and at most nine "
    "decimals, such as 1.25":
        "'{}' не десятичное число; напишите цифры с точкой, не больше девяти "
        "знаков после неё, например 1.25",
    "'{}' is beyond +-9223372036.854775807":
        "'{}' больше +-9223372036.854775807",
    "'{}' has more than {} digits": "в '{}' больше {} цифр",
    "'{}' is not a telephone number; write digits with an optional leading "
    "+":
        "'{}' не телефонный номер; напишите цифры, можно с + впереди",
    "'{}' has no digits; write a telephone number":
        "в '{}' нет цифр; напишите телефонный номер",
    "'{}{}' is not an international number: 1 to 15 digits, the country "
    "code first":
        "'{}{}' не международный номер: от 1 до 15 цифр, сначала код страны",
    # tariffs
    "{}... is too long; shorten it": "{}... слишком длинно; сократите",
    "a band's name has at most {} bytes":
        "в имени band не больше {} байт",
    "no such {}; write one of {}": "нет такого {}; бывает {}",
    "decimals of a charge are 0 to 9":
        "знаков после точки в сумме от 0 до 9",
    "a percentage is 0 to 100 with at most four decimals; write \"20\" for "
    "20 %":
        "процент: от 0 до 100, не больше четырёх знаков после точки; "
        "напишите \"20\" для 20 %",
    "a currency is three capital letters such as RUB":
        "валюта: три заглавные буквы, например RUB",
    "a zone is an IANA name such as Europe/Moscow":
        "пояс: имя IANA, например Europe/Moscow",
    "an amount is 0 or more; write \"1.50\"":
        "сумма: 0 или больше; напишите \"1.50\"",
    "these are whole seconds, 0 to {}": "это целые секунды, от 0 до {}",
    "a currency of ISO 4217 such as RUB is wanted":
        "нужна валюта ISO 4217, например RUB",
    "minimum, maximum, attempt fee and commitment are 0 or more":
        "наименьшая и наибольшая сумма, плата за попытку и обязательство: 0 "
        "или больше",
    "is less than minimum_charge; change one of them":
        "меньше minimum_charge; измените что-то одно",
    "minimum_s, free_below_s and included_s are 0 to {}":
        "minimum_s, free_below_s и included_s: от 0 до {}",
    "is the tariff's own currency; leave it out":
        "собственная валюта тарифа; уберите её",
    "a percentage is 0 to 100 with at most four decimals":
        "процент: от 0 до 100, не больше четырёх знаков после точки",
    "the tariff needs a currency such as RUB":
        "тарифу нужна валюта, например RUB",
    "the tariff needs a zone such as Europe/Moscow":
        "тарифу нужен пояс, например Europe/Moscow",
    "\"{}\" are no hours; write \"mon-fri 08:00-20:00\", \"sat,sun,holiday "
    "00:00-24:00\" or \"daily 00:00-24:00\"":
        "\"{}\" не часы; напишите \"mon-fri 08:00-20:00\", "
        "\"sat,sun,holiday 00:00-24:00\" или \"daily 00:00-24:00\"",
    "a band has up to {} hours": "в band не больше {} отрезков часов",
    "\"{}\" is no day; write \"2026-01-01\" for a holiday or \"2026-02-28 "
    "mon\" for a day that counts as a Monday":
        "\"{}\" не день; напишите \"2026-01-01\" для праздника или "
        "\"2026-02-28 mon\" для дня, который считается понедельником",
    "a band has a name of 1 to 31 bytes, without quotes and control "
    "characters":
        "в имени band от 1 до 31 байта, без кавычек и управляющих знаков",
    "a percentage has at most four decimals; round it to them":
        "в проценте не больше четырёх знаков после точки; округлите до них",
    "a percentage is 0 to 1000": "процент: от 0 до 1000",
    "a band has 1 to 16 hours": "в band от 1 до 16 отрезков часов",
    "hours name days and two different times":
        "в часах названы дни и два разных времени",
    "another band has this name; choose a different one":
        "это имя уже у другого band; выберите другое",
    "a tariff has up to {} bands": "в тарифе не больше {} band",
    "{}-{}-{} stands there twice; delete one":
        "{}-{}-{} стоит там дважды; уберите одно",
    "a tariff has up to {} tiers": "в тарифе не больше {} ступеней",
    "tiers begin after the first minute and after one another; put them in "
    "rising order":
        "ступени начинаются после первой минуты и одна за другой; запишите "
        "их по возрастанию",
    "a name has at most 127 bytes": "в имени не больше 127 байт",
    "is the source of call records, as --source of cdr import names it: at "
    "most {} bytes, without quotes and control characters":
        "источник записей о звонках, как его называет --source у cdr import: "
        "не больше {} байт, без кавычек и управляющих знаков",
    "a source has at most {} bytes": "в имени источника не больше {} байт",
    "of what is stated all digits count; leave decimals out, in C it is 9":
        "из названной стоимости важны все знаки; уберите decimals, в C это 9",
    "what is stated is the charge; leave out minimum_s, free_below_s, "
    "included_s, minimum_charge, maximum_charge, attempt_fee, fee_on_zero and "
    "round_each":
        "начисляется то, что названо; уберите minimum_s, free_below_s, "
        "included_s, minimum_charge, maximum_charge, attempt_fee, fee_on_zero "
        "и round_each",
    "what is stated is the charge; leave out prices, bands and tiers":
        "начисляется то, что названо; уберите цены, band и ступени",
    "beside stated_by there are no prices; leave {} out":
        "рядом с stated_by цен нет; уберите {}",
    "the calls of '{}' cost what records state, and no bundle changes that; "
    "leave the bundle out":
        "звонки по '{}' стоят столько, сколько называют записи, и пакет этого "
        "не меняет; уберите пакет",
    "no band covers {} at {}:{}; add these hours to one, bands must cover "
    "the whole week":
        "ни один band не покрывает {} {}:{}; добавьте эти часы к одному, "
        "вместе они покрывают всю неделю",
    "band \"{}\" never serves: earlier bands take all its hours; list it "
    "before them or delete it":
        "band \"{}\" никогда не действует: его часы заняты предыдущими; "
        "поставьте его перед ними или уберите",
}
