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
}
