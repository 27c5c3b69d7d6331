/**
 * What a write into a calendar stores, or why it is refused. The bytes are stored as they came. RFC 4791 section 5.3.2.1.
 */
import {
  type AcceptedWrite,
  foreignMediaType,
  type ProposedWrite,
  uidHolder,
  type WriteRule,
} from '../../dav/write-rule.ts';
import { type Component, propertiesOf } from '../../formats/icalendar/component.ts';
import { ContentError } from '../../formats/icalendar/content-line.ts';
import { extentOf } from '../../formats/icalendar/extent.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { calendarSubject, faultsOf } from '../../formats/icalendar/rules.ts';
import { zoneResolver } from '../../formats/icalendar/timezones.ts';
import type { ObjectIndex } from '../../store/records.ts';
import {
  maxAttendeesPerInstance,
  maxResourceSize,
  noUidConflict,
  supportedCalendarComponent,
  supportedCalendarData,
  validCalendarData,
  validCalendarObjectResource,
} from './preconditions.ts';
import { calendarTexts } from './prefilter.ts';
import { componentsOf } from './properties.ts';
import { calendar } from './resource-types.ts';

const FAULTS = {
  'valid-calendar-data': validCalendarData,
  'valid-calendar-object-resource': validCalendarObjectResource,
  'supported-calendar-component': supportedCalendarComponent,
} as const;

const MEDIA_TYPES = ['text/calendar'];

/** The write rule of calendars. RFC 4791 section 5.3.2.1. */
export const acceptCalendarObject: WriteRule = {
  into: calendar,
  maxSize: (limits) => limits.calendarObject,
  async accept(write, tx) {
    const object = readObject(write);
    const holder = await uidHolder(write, object.uid, tx);
    if (holder !== undefined) throw noUidConflict(holder.reason, holder.href);
    return object;
  },
};

/** @throws PreconditionViolated */
function readObject({ contentType, data, limits, collection }: ProposedWrite): AcceptedWrite {
  const media = foreignMediaType(MEDIA_TYPES, contentType);
  if (media !== undefined) {
    throw supportedCalendarData(`a calendar holds text/calendar, not ${media}`);
  }
  if (data.length > limits.calendarObject) {
    throw maxResourceSize(`the object has ${data.length} octets; ${limits.calendarObject} are possible`);
  }
  const object = parsed(data);
  const [fault] = faultsOf(object);
  if (fault !== undefined) throw FAULTS[fault.rule](at(fault.line, fault.reason));
  const { component, uid } = calendarSubject(object);
  const components = componentsOf(collection);
  if (!components.includes(component)) {
    throw supportedCalendarComponent(`this calendar holds ${components.join(' and ')}, not ${component}`);
  }
  for (const one of object.components) {
    const attendees = propertiesOf(one, 'ATTENDEE').length;
    if (attendees > limits.attendees) {
      throw maxAttendeesPerInstance(at(one.line, `${attendees} attendees; ${limits.attendees} are possible`));
    }
  }
  return { uid, index: indexOf(object, component) };
}

function parsed(data: Uint8Array): Component {
  try {
    return readCalendar(data);
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    throw validCalendarData(at(error.line, error.reason));
  }
}

function at(line: number, reason: string): string {
  return line > 0 ? `line ${line}: ${reason}` : reason;
}

/** What the storage index keeps of a calendar object. */
export function indexOf(object: Component, component: string): ObjectIndex {
  return { component, ...extentOf(object, zoneResolver(object)), texts: calendarTexts(object) };
}
