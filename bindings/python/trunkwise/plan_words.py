"""Words of planning: a part of the catalogue."""

PLAN_WORDS = {
    "plan_loss": ("{load} erlang on {servers} lines: {blocking} % of calls "
                  "find all of them busy",
                  "{load} эрланг, линий {servers}: все заняты для {blocking} % "
                  "звонков"),
    "plan_lines": ("{load} erlang, no more than {goal} % lost: {servers} "
                   "lines",
                   "{load} эрланг, теряется не больше {goal} %: нужно линий "
                   "{servers}"),
    "plan_queue": ("{load} erlang, {servers} people, calls of {hold} s{more}",
                   "{load} эрланг, сотрудников {servers}, звонок длится "
                   "{hold} с{more}"),
    "plan_patience": (", who waits gives up after {patience} s on average",
                      ", ждущие кладут трубку в среднем через {patience} с"),
    "plan_wait": ("  {wait} % of callers wait; over all calls {asa} s on "
                  "average, {line} in line",
                  "  Ждут {wait} % звонящих; в среднем по всем звонкам "
                  "{asa} с, в очереди {line}"),
    "plan_level": ("  {level} % of calls are answered within {within} s",
                   "  За {within} с отвечено {level} % звонков"),
    "plan_abandon": ("  {abandonment} % give up",
                     "  Не дождались {abandonment} %"),
    "plan_staff": ("{load} erlang, calls of {hold} s{more}, {goal}: "
                   "{servers} people",
                   "{load} эрланг, звонок длится {hold} с{more}, {goal}: "
                   "нужно сотрудников {servers}"),
    "plan_goal_level": ("{share} % answered within {within} s",
                        "за {within} с отвечать на {share} % звонков"),
    "plan_goal_abandon": ("no more than {share} % give up",
                          "не дождётся не больше {share} %"),
    "simulate_head": ("From {day} on, weeks: {weeks} ({zone}), played {seeds} "
                      "times; ± is a {percent} % interval",
                      "С {day}, недель {weeks} ({zone}), проиграно раз: "
                      "{seeds}; ± — доверительный интервал {percent} %"),
    "simulate_times": ("Talks {talk_s} s, patience {patience_s} s (0: for "
                       "ever), answers after {answer_s} s, of rings "
                       "{answer_share} answered; in time is {within_s} s, "
                       "short is {short_s} s",
                       "Разговор {talk_s} с, терпение {patience_s} с (0: без "
                       "конца), снимают через {answer_s} с, доля отвеченных "
                       "вызовов {answer_share}; вовремя — {within_s} с, "
                       "ошибочный — до {short_s} с"),
    "simulate_strange": ("{count} calls came to numbers that have no plan "
                         "here, and are left out",
                         "Звонков на номера без плана: {count}, они не "
                         "учтены"),
    "simulate_own": ("Policies of your softswitch ({names}) are not known "
                     "here: who is free rings in order",
                     "Правила вашего коммутатора ({names}) здесь не "
                     "известны: звонят свободным по порядку"),
    "simulate_plan": ("Plan", "План"),
    "simulate_offered": ("Calls", "Звонки"),
    "simulate_answered": ("Answered, %", "Отвечено, %"),
    "simulate_abandoned": ("Gave up, %", "Не дождались, %"),
    "simulate_lost": ("Lost, %", "Потеряно, %"),
    "simulate_tickets": ("Call back, %", "Перезвонить, %"),
    "simulate_waited": ("Stood in line, %", "Стояли в очереди, %"),
    "simulate_wait": ("Mean wait, s", "Ожидание, с"),
    "simulate_total": ("Total", "Всего"),
    "simulate_level": ("Service level", "Уровень обслуживания"),
    "simulate_pool": ("Pool", "Группа"),
    "simulate_staff": ("At work", "Работают"),
    "simulate_occupancy": ("Talk, %", "Говорят, %"),
    "simulate_occupancy_with_wrap_up": ("With wrap-up, %",
                                        "С паузами после, %"),
    "simulate_redials": ("Again, %", "Повторно, %"),
    "simulate_progress": ("played {done} of {seeds}",
                          "сыграно {done} из {seeds}"),
}
