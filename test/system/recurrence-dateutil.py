"""What python-dateutil makes of recurrence rules: reads lines of a start and a rule, writes a line of at most thirty instances for each,
or why there are none."""

import signal
import sys
from datetime import datetime
from itertools import islice

from dateutil.rrule import rrulestr


class Late(Exception):
    pass


def late(*_):
    raise Late


signal.signal(signal.SIGVTALRM, late)
for line in sys.stdin:
    start, rule = line.rstrip("\n").split(" ", 1)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.1)
    try:
        found = rrulestr(rule, dtstart=datetime.strptime(start, "%Y%m%dT%H%M%S"))
        answer = " ".join(one.strftime("%Y%m%dT%H%M%S") for one in islice(found, 30))
    except Late:
        answer = "none: it does not come to an end"
    except ValueError as error:
        answer = f"none: it refuses such rules ({error})"
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    print(answer)
