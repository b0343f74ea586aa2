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
}
