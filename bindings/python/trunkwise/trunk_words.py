"""What the library says of a registration, in Russian: the sentences that
``trunk check`` shows in brackets. What a peer said is no sentence of ours and
stays as it came. It decides no cause; that is ``trunk_check``'s.
"""

from __future__ import annotations

# English, Russian; holes are filled in their order
TRUNK_REASONS = {
    "flow {} of {}: {}": "поток {} из {}: {}",
    "verified": "проверен",
    "unverified": "не проверен",
    "malformed: {}": "не SIP: {}",
    "waits for its turn: so many requests a second and no more":
        "ждёт своей очереди: число запросов в секунду ограничено",
    "no target of its own is left: all are other flows' of this trunk":
        "свободного адреса нет: все заняты другими потоками этого транка",
    "the registrar keeps no flows apart (RFC 5626): one registration and no "
    "more":
        "регистратор не различает потоки (RFC 5626): регистрация одна",
    "439: the proxy on this way keeps no flows":
        "439: прокси на этом пути не держит потоки",
    "439: the proxy before the registrar keeps no flows; registers once more "
    "without":
        "439: прокси перед регистратором не держит потоки; регистрируется "
        "без них",
    "420: the registrar or a proxy before it does not support GIN (RFC "
    "6140), one registration for all numbers; leave gin out":
        "420: регистратор или прокси перед ним не поддерживает GIN (RFC "
        "6140), одну регистрацию на все номера; уберите gin",
    "{} without a Contact for all numbers: the registrar ignores GIN (RFC "
    "6140); leave gin out":
        "{} без Contact для всех номеров: регистратор не замечает GIN (RFC "
        "6140); уберите gin",
    "{} again after an answer: user or password is wrong":
        "{} снова после ответа: неверен логин или пароль",
    "{}: every nonce is called stale at once":
        "{}: каждый nonce сразу объявлен устаревшим",
    "{}: the registrar asks to wait before an answer":
        "{}: регистратор просит подождать с ответом",
    "{}: the digest algorithms that are offered are not among those of ha1; "
    "add their hashes":
        "{}: предложенных алгоритмов нет среди ha1; добавьте их хэши",
    "{}: the peer asks for another realm than \"{}\"; the password is not "
    "for it":
        "{}: назван другой realm, не \"{}\"; пароль не для него",
    "registrar answered {} but granted 0 seconds":
        "регистратор ответил {}, но дал 0 секунд",
    "no final answer within {} s": "нет окончательного ответа за {} с",
    "no final answer within {} s but {} that break the rules of SIP or are "
    "too long; look at them with a trace":
        "за {} с нет окончательного ответа, а {} не по правилам SIP или "
        "слишком длинные; посмотрите на них в трассировке",
    "attempt came to no end within {} s":
        "попытка не закончилась за {} с",
    "no way to the target": "нет пути к адресу",
    "request could not be sent": "запрос не удалось отправить",
    "the certificate was revoked on {} by \"{}\"; ask the carrier":
        "сертификат отозван {} центром \"{}\"; спросите оператора",
    "the revocation list of \"{}\" ended on {}; put a newer one into "
    "crl_file":
        "список отзыва \"{}\" закончился {}; положите новый в crl_file",
    "the revocation list of \"{}\" is valid from {} on; is this machine's "
    "clock right?":
        "список отзыва \"{}\" действует с {}; верны ли часы этой машины?",
    "crl_file has no revocation list of \"{}\"; add it":
        "в crl_file нет списка отзыва \"{}\"; добавьте его",
    "the certificate expired on {}; the carrier must renew it":
        "срок сертификата истёк {}; оператор должен его обновить",
    "the certificate is valid from {} on; is this machine's clock right?":
        "сертификат действует с {}; верны ли часы этой машины?",
    "the certificate is signed by itself; if it is the carrier's, give it "
    "as ca_file":
        "сертификат подписан сам собой; если он оператора, укажите его в "
        "ca_file",
    "the certificate is signed by an unknown CA, \"{}\"; give that CA as "
    "ca_file":
        "сертификат подписан неизвестным центром \"{}\"; укажите этот центр "
        "в ca_file",
    "the certificate is for {}, not for {}; is the registrar's name right?":
        "сертификат выдан для {}, а не для {}; верно ли имя в registrar?",
    "the registrar wants a certificate of ours; give cert_file and key_file":
        "регистратор требует наш сертификат; укажите cert_file и key_file",
    "the registrar does not speak TLS on this port; that of TLS is 5061 as "
    "a rule":
        "на этом порту регистратор не говорит по TLS; обычно TLS на 5061",
    "no TLS connection: refused, or closed before it stood":
        "нет соединения TLS: отказано или закрыто до установления",
    "the connection was closed": "соединение закрыто",
    "what answers there is not SIP": "там отвечает не SIP",
    "what answers there is not SIP: \"{}\"": "там отвечает не SIP: \"{}\"",
    "what answers there speaks TLS; write ;transport=tls":
        "там говорят по TLS; допишите ;transport=tls",
    "it hangs up without an answer": "закрывает соединение без ответа",
    "it hangs up when it is sent SIP":
        "закрывает соединение, получив SIP",
    "it hangs up on every connection":
        "сразу закрывает каждое соединение",
    "its SRV record says that no SIP is served there":
        "по записи SRV, SIP там не обслуживается",
    "there is no address of that name in DNS": "такого имени нет в DNS",
    "no answer": "нет ответа",
    "no answer in time": "нет ответа вовремя",
    "the answer was cut": "ответ обрезан",
    "there is no server in /etc/resolv.conf":
        "в /etc/resolv.conf нет серверов",
    "no socket to ask DNS by: {}": "нет сокета для вопросов к DNS: {}",
    # OPTIONS
    "OPTIONS: {} % of the last {} lost, smoothed round trip {} ms":
        "OPTIONS: из последних потеряно {} % ({}), ответ за {} мс",
    "OPTIONS: {}, {} of {} good answers to return":
        "OPTIONS: {}, хороших ответов для возврата {} из {}",
    "OPTIONS: 503, out of service for {} s as he says":
        "OPTIONS: 503, сам говорит, что не работает ещё {} с",
    "OPTIONS: {}, {} times in a row": "OPTIONS: {}, {} раз подряд",
    "OPTIONS: {} {}, {} times in a row": "OPTIONS: {} {}, {} раз подряд",
    "OPTIONS: no answer from {}; registers elsewhere":
        "OPTIONS: нет ответа от {}; регистрируется в другом месте",
    "could not be sent": "не удалось отправить",
    "no answer within {} ms": "нет ответа за {} мс",
    # answers and the binding
    "no memory": "нет памяти",
    "no memory for a request": "нет памяти на запрос",
    "the NAT changed our address more than {} times within an hour: Contact "
    "stays as it is":
        "NAT сменил наш адрес больше {} раз за час: Contact остаётся прежним",
    "{} {}; calls ring at {} other Contact{} of this account too":
        "{} {}; вызовы этой учётной записи звонят ещё по {} адресам{}",
    "423 with a Min-Expires that is missing, absurd or not above what was "
    "asked":
        "423 без Min-Expires, с нелепым или не больше запрошенного",
    "{}; registers again": "{}; регистрируется снова",
    "the connection is gone": "соединения больше нет",
    "static: nothing to register": "статический: регистрации нет",
    "not un-registered: the registrar asked to wait; the binding ends by "
    "itself in {} s":
        "регистрация не снята: регистратор просит подождать; она закончится "
        "сама через {} с",
    "{}, but our Contact is still in its list":
        "{}, но наш Contact всё ещё в списке",
    "binding ran out before it was renewed":
        "регистрация истекла раньше продления",
    "forgotten without a word to the registrar":
        "забыт, регистратору ничего не сказано",
    "more than {} challenges": "больше {} запросов пароля",
    "challenge without a scheme": "запрос пароля без схемы",
    "malformed challenge": "запрос пароля записан неверно",
    "challenge parameter too long or badly quoted":
        "параметр запроса пароля слишком длинный или с неверными кавычками",
    "only schemes other than Digest are offered; a password is never sent "
    "by Basic":
        "предложены не Digest, а другие схемы; по Basic пароль не "
        "отправляется",
    "challenge header is missing": "нет заголовка запроса пароля",
    "only digests weaker than digest_min are offered; lower digest_min if "
    "that is acceptable":
        "предложены только алгоритмы слабее digest_min; снизьте digest_min, "
        "если это допустимо",
    "only qop=auth-int is offered; qop=auth is served":
        "предложен только qop=auth-int; поддерживается qop=auth",
    "the digest algorithms that are offered are not among those of ha1; add "
    "their hashes":
        "предложенных алгоритмов нет среди ha1; добавьте их хэши",
    "no digest algorithm among MD5, SHA-256, SHA-512-256 is offered":
        "не предложен ни один из MD5, SHA-256, SHA-512-256",
    "the peer asks for another realm than \"{}\"; the password is not for "
    "it":
        "назван другой realm, не \"{}\"; пароль не для него",
    # connections
    "TCP connection: {}": "соединение TCP: {}",
    # as the system says
    "Connection refused": "соединение отклонено",
    "Connection reset by peer": "соединение сброшено другой стороной",
    "Connection timed out": "соединение не установлено вовремя",
    "No route to host": "нет пути к узлу",
    "Network is unreachable": "сеть недоступна",
    "Broken pipe": "соединение закрыто другой стороной",
    "the revocation list of \"{}\" is refused: {}":
        "список отзыва \"{}\" не принят: {}",
    "the certificate": "сертификат",
    "a CA's certificate": "сертификат центра",
    "the certificate wants its CA's word stapled to it (OCSP), and none "
    "came; the carrier must mend it":
        "сертификату нужно приложенное слово его центра (OCSP), а его нет; "
        "оператор должен это исправить",
    "no word of its CA came with the certificate (OCSP stapling); ask the "
    "carrier, or leave must_staple out":
        "с сертификатом не пришло слово его центра (OCSP stapling); спросите "
        "оператора или уберите must_staple",
    "the word of its CA that came with the certificate (OCSP stapling) is "
    "{}; ask the carrier":
        "слово центра, пришедшее с сертификатом (OCSP stapling): {}; "
        "спросите оператора",
    "malformed": "записано неверно",
    "out of date": "устарело",
    "not valid yet": "ещё не действует",
    "not signed by its CA": "не подписано этим центром",
    "about another certificate": "о другом сертификате",
    "of a CA that does not know it": "центр не знает сертификата",
    "of a CA that cannot tell now": "центр сейчас не может ответить",
    "{} expired on {}; the carrier must renew it":
        "{}: срок истёк {}; оператор должен его обновить",
    "{} is valid from {} on; is this machine's clock right?":
        "{} действует с {}; верны ли часы этой машины?",
    "the certificate is refused: {}": "сертификат не принят: {}",
    "the registrar refused the handshake ({}); does it want a certificate of "
    "ours, cert_file and key_file?":
        "регистратор прервал рукопожатие ({}); не нужен ли ему наш "
        "сертификат, cert_file и key_file?",
    "the registrar refused our certificate ({}); is cert_file the one that "
    "the carrier knows?":
        "регистратор не принял наш сертификат ({}); тот ли это cert_file, "
        "что знает оператор?",
    "the registrar speaks no TLS 1.2 or later with ciphers that are safe; "
    "the carrier must upgrade":
        "у регистратора нет TLS 1.2 или новее с надёжными шифрами; оператор "
        "должен обновиться",
    "the registrar speaks no TLS 1.2 or later; the carrier must upgrade":
        "у регистратора нет TLS 1.2 или новее; оператор должен обновиться",
    "the registrar does not go by the name that it was asked for; is the "
    "registrar's name right?":
        "регистратор не знает имени, по которому спрошен; верно ли имя в "
        "registrar?",
    "the registrar broke off TLS: {}": "регистратор прервал TLS: {}",
    "TLS failed: {}": "сбой TLS: {}",
    "closed after the registrar had asked for a certificate of ours; is "
    "cert_file missing, or not the one it knows?":
        "закрыто после запроса нашего сертификата; нет ли пропуска "
        "cert_file, тот ли он?",
    "STUN: no answer any more": "STUN: ответов больше нет",
    "STUN is not served there": "STUN там не обслуживается",
    "STUN: we are seen at {} port {}, not at {} port {} any more":
        "STUN: нас видят как {} порт {}, а не {} порт {}",
}
