"""What the caldav library of Python finds and does: reads from standard input what to do and where, as JSON, and writes what came of it."""

import json
import sys
from datetime import datetime, timezone
from urllib.parse import unquote

import caldav
from caldav.elements import dav
from caldav.lib import error
from caldav.objects import CalendarObjectResource, Event, Journal, Todo

KINDS = {"VEVENT": Event, "VTODO": Todo, "VJOURNAL": Journal}

asked = json.load(sys.stdin)
client = caldav.DAVClient(
    url=asked["origin"],
    username=asked["address"],
    password=asked["password"],
    ssl_verify_cert=asked["certificate"],
)
principal = client.principal()


def refuse(*_):
    raise AssertionError("the service did not expand")


# It would expand by itself what the service has left as it was.
CalendarObjectResource.expand_rrule = refuse


def calendar_named(name):
    [found] = [one for one in principal.calendars() if one.url.path.endswith(f"/{name}/")]
    return found


def instant(text):
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def name_of(thing):
    return thing.url.path.rstrip("/").rsplit("/", 1)[1]


def names(things):
    return sorted(name_of(one) for one in things)


def summaries(found):
    return [str(one.icalendar_component["SUMMARY"]) for one in found]


def instances(found, kind):
    """When they are, a to-do without a start when it is due; those without dates are left out."""
    parts = [part for one in found for part in one.icalendar_instance.walk(kind)]
    dated = [(part.get("DTSTART") or part.get("DUE"), part["SUMMARY"]) for part in parts]
    return sorted(f"{at.to_ical().decode()} {summary}" for at, summary in dated if at)


def discover():
    return {
        "principal": unquote(principal.url.path),
        "addresses": sorted(principal.calendar_user_address_set()),
        "calendars": sorted(
            [unquote(one.url.path), one.get_display_name(), sorted(one.get_supported_components())] for one in principal.calendars()
        ),
    }


def search(calendar, kind, start, end):
    """In both ways: the objects as they are, and the instances as the service expands them."""
    within = {"comp_class": KINDS[kind], "start": instant(start), "end": instant(end)}
    whole = calendar.search(expand=False, **within)
    expanded = calendar.search(expand=True, **within)
    return {"objects": {name_of(one): one.data for one in whole}, "instances": instances(expanded, kind)}


def date_search(calendar, start, end):
    """The older call, and one that is open at its end."""
    return {
        "objects": names(calendar.date_search(instant(start), instant(end), expand=False)),
        "expanded": names(calendar.date_search(instant(start), instant(end), expand=True)),
        "open": names(calendar.date_search(instant(start), expand=False)),
    }


def listing(calendar):
    return {
        "events": names(calendar.events()),
        "todos": summaries(calendar.todos()),
        "allTodos": names(calendar.todos(include_completed=True)),
        "journals": names(calendar.journals()),
        "byUid": name_of(calendar.object_by_uid("moved@example.com")),
        "bySummary": [names(calendar.search(comp_class=Event, summary=text)) for text in ("üße 🎉 an", "grüße")],
    }


def edit(calendar, text):
    """A life of an event, with what each step came to."""
    made = calendar.save_event(text)
    steps = {"made": name_of(made)}
    loaded = calendar.event_by_url(made.url)
    before = loaded.get_properties([dav.GetEtag()])[dav.GetEtag.tag]
    loaded.icalendar_component["SUMMARY"] = "Später 🕰"
    loaded.save()
    after = calendar.event_by_url(made.url).get_properties([dav.GetEtag()])[dav.GetEtag.tag]
    steps["etagChanged"] = before != after
    steps["summary"] = str(calendar.event_by_url(made.url).icalendar_component["SUMMARY"])
    for step, etag in (("stale", before), ("fresh", after)):
        headers = {"Content-Type": "text/calendar", "If-Match": etag}
        steps[step] = client.put(made.url, text, headers).status
    try:
        calendar.save_event(text, no_overwrite=True)
    except error.ConsistencyError:
        steps["overwrite"] = "refused"
    made.delete()
    try:
        calendar.event_by_url(made.url)
    except error.NotFoundError:
        steps["deleted"] = "not found"
    return steps


def complete(calendar, uid):
    """Does a to-do."""
    calendar.todo_by_uid(uid).complete()
    return {"todos": summaries(calendar.todos())}


def free_busy(calendar, start, end):
    found = calendar.freebusy_request(instant(start), instant(end))
    return {"lines": found.data.splitlines()}


def sync(calendar, text):
    """One of each change by another client, and then the difference."""
    mine = calendar.objects(load_objects=True)
    first = names(mine)
    idle = mine.sync()
    theirs = calendar_named(name_of(calendar))
    made = theirs.save_event(text)
    changed = theirs.event_by_uid("rdate@example.com")
    changed.icalendar_component["SUMMARY"] = "Changed"
    changed.save()
    theirs.todo_by_uid("someday@example.com").delete()
    updated, deleted = mine.sync()
    answer = {"first": first, "idle": [names(one) for one in idle]}
    answer |= {"updated": names(updated), "deleted": names(deleted), "now": names(mine)}
    answer["summary"] = summaries(one for one in mine if name_of(one) == "rdate.ics")
    made.delete()
    updated, deleted = mine.sync()
    return {**answer, "later": [names(updated), names(deleted)]}


DO = {
    "discover": discover,
    "search": search,
    "dateSearch": date_search,
    "listing": listing,
    "edit": edit,
    "complete": complete,
    "freeBusy": free_busy,
    "sync": sync,
}

given = dict(asked["given"])
if "calendar" in given:
    given["calendar"] = calendar_named(given["calendar"])
json.dump(DO[asked["do"]](**given), sys.stdout)
