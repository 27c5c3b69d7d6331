/**
 * What a write into a calendar stores, or why it is refused. The bytes are stored as they came, but for jCal and xCal. RFC 4791 section 5.3.2.1.
 */
import type { Limits } from '../../dav/limits.ts';
import {
  type AcceptedWrite,
  foreignMediaType,
  type ProposedWrite,
  uidHolder,
  type WriteRule,
} from '../../dav/write-rule.ts';
import { parseMediaType } from '../../formats/http/headers.ts';
import { CALENDAR_TYPES, type CalendarFormat, calendarFormat } from '../../formats/icalendar/calendar-formats.ts';
import { type Component, propertiesOf } from '../../formats/icalendar/component.ts';
import { type ContentError, readOr } from '../../formats/icalendar/content-line.ts';
import { extentOf } from '../../formats/icalendar/extent.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { unknownScaleIn } from '../../formats/icalendar/recurrence-set.ts';
import { calendarSubject, faultsOf } from '../../formats/icalendar/rules.ts';
import { zoneResolver } from '../../formats/icalendar/timezones.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import type { ObjectIndex, ObjectTimes } from '../../store/records.ts';
import { acceptedAttachments, withAttachmentsAcross, withKnownAttachments } from './managed-attachments.ts';
import {
  maxAttendeesPerInstance,
  maxResourceSize,
  noUidConflict,
  supportedCalendarComponent,
  supportedCalendarData,
  supportedRscale,
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

/** The write rule of calendars. RFC 4791 section 5.3.2.1. */
export const acceptCalendarObject: WriteRule = {
  into: calendar,
  suffix: '.ics',
  maxSize: (limits) => limits.calendarObject,
  tooLarge: maxResourceSize,
  async accept(write, tx) {
    const { calendar: object, accepted } = readObject(write);
    const holder = await uidHolder(write, accepted.uid, tx);
    if (holder !== undefined) throw noUidConflict(holder.reason, holder.href);
    const attachments = await acceptedAttachments(object, write, tx);
    return attachments.length === 0 ? accepted : { ...accepted, index: { ...accepted.index, attachments } };
  },
  times: (data) =>
    readOr(
      () => timesOf(readCalendar(data)),
      () => undefined,
    ),
  across: withAttachmentsAcross,
  imported: withKnownAttachments,
};

/** @throws PreconditionViolated */
function readObject({ contentType, data: sent, limits, collection }: ProposedWrite): {
  readonly calendar: Component;
  readonly accepted: AcceptedWrite;
} {
  const media = foreignMediaType(CALENDAR_TYPES, contentType);
  if (media !== undefined) {
    throw supportedCalendarData(`a calendar holds text/calendar, not ${media}`);
  }
  requireSize(sent, limits);
  const format = calendarFormat(contentType === undefined ? undefined : parseMediaType(contentType)?.type);
  const converted = format && readOr(() => textOf(sent, format), refused);
  if (converted !== undefined) requireSize(converted, limits);
  const data = converted ?? sent;
  const object = readOr(() => readCalendar(data), refused);
  const [fault] = faultsOf(object);
  if (fault !== undefined) throw FAULTS[fault.rule](at(fault.line, fault.reason));
  const foreign = unknownScaleIn(object);
  if (foreign !== undefined) throw supportedRscale(at(foreign.line, `the calendar ${foreign.name} is not known here`));
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
  const accepted = { uid, index: indexOf(object, component) };
  return { calendar: object, accepted: converted === undefined ? accepted : { ...accepted, data: converted } };
}

function requireSize({ length }: Uint8Array, { calendarObject }: Limits): void {
  if (length <= calendarObject) return;
  throw maxResourceSize(`the object has ${length} octets; ${calendarObject} are possible`);
}

/** A calendar holds text/calendar: what comes otherwise is stored as that. RFC 7265 section 4. @throws ContentError */
function textOf(data: Uint8Array, format: CalendarFormat): Uint8Array {
  return new TextEncoder().encode(writeComponent(format.read(data)));
}

function refused({ line, reason }: ContentError): never {
  throw validCalendarData(at(line, reason));
}

function at(line: number, reason: string): string {
  return line > 0 ? `line ${line}: ${reason}` : reason;
}

/** What the storage index keeps of a calendar object. */
export function indexOf(object: Component, component: string): ObjectIndex {
  return { component, ...timesOf(object), texts: calendarTexts(object) };
}

function timesOf(object: Component): ObjectTimes {
  return extentOf(object, zoneResolver(object));
}
