/**
 * calendar-availability of the scheduling inbox, and its older twin of Apple's clients: one value under two names.
 * RFC 7953 section 7.2.4.
 */
import { defineProperty, type LiveProperty, text } from '../../dav/property.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { faultsOf } from '../../formats/icalendar/rules.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { withZoneDefinitions, zoneDefinitionsIn } from '../../formats/icalendar/zone-definitions.ts';
import { textOf, type XmlElement } from '../../formats/xml/element.ts';
import type { XmlName } from '../../formats/xml/name.ts';
import { AVAILABILITY_NAMES, availabilityIn, TIME_ZONES, validCalendarData } from '../caldav/index.ts';
import { scheduleInbox } from '../scheduling/index.ts';

/** @throws PreconditionViolated valid-calendar-data unless it holds exactly one VAVAILABILITY, and time zones */
function accept(value: XmlElement): string {
  const data = textOf(value);
  const object = readOr(
    () => readCalendar(data.trim()),
    ({ line, reason }) => {
      throw validCalendarData(`the calendar-availability, line ${line}: ${reason}`);
    },
  );
  const others = object.components.filter(({ name }) => name !== 'VTIMEZONE');
  if (others.length !== 1 || others[0]?.name !== 'VAVAILABILITY') {
    throw validCalendarData('a calendar-availability holds exactly one VAVAILABILITY, and nothing else but time zones');
  }
  const [fault] = faultsOf(object);
  if (fault !== undefined) throw validCalendarData(`the calendar-availability, line ${fault.line}: ${fault.reason}`);
  return data;
}

/** As it was set, but for the VTIMEZONEs where a client says which. RFC 7809 section 3.1.3. */
function withZonesAsked(value: string, header: string | undefined): string {
  const wanted = zoneDefinitionsIn(header);
  if (wanted === undefined) return value;
  const stored = readCalendar(value.trim());
  const changed = withZoneDefinitions(stored, wanted);
  return changed === stored ? value : writeComponent(changed);
}

function calendarAvailability(name: XmlName, twin: XmlName, spec: LiveProperty['spec']): LiveProperty {
  return defineProperty({
    name,
    spec,
    on: [scheduleInbox],
    inAllprop: false,
    read({ collection }, { headers }) {
      const value = availabilityIn(collection);
      return value === undefined ? undefined : text(withZonesAsked(value, headers?.[TIME_ZONES.toLowerCase()]));
    },
    accept,
    supersedes: [twin],
  });
}

const [STANDARD, APPLE] = AVAILABILITY_NAMES;

/** Both of them. */
export const properties: readonly LiveProperty[] = [
  calendarAvailability(STANDARD, APPLE, 'RFC 7953 section 7.2.4'),
  calendarAvailability(APPLE, STANDARD, "behaviour: Apple's clients keep the hours of a user so"),
];
