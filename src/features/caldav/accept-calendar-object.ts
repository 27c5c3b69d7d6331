/**
 * What a write into a calendar stores, or why it is refused. The bytes are stored as they came, but for jCal. RFC 4791 section 5.3.2.1.
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
import { type Component, propertiesOf } from '../../formats/icalendar/component.ts';
import { ContentError } from '../../formats/icalendar/content-line.ts';
import { extentOf } from '../../formats/icalendar/extent.ts';
import { readJcal } from '../../formats/icalendar/jcal.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { unknownScaleIn } from '../../formats/icalendar/recurrence-set.ts';
import { calendarSubject, faultsOf } from '../../formats/icalendar/rules.ts';
import { zoneResolver } from '../../formats/icalendar/timezones.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import type { ObjectIndex } from '../../store/records.ts';
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
import { calendar, JCAL } from './resource-types.ts';

const FAULTS = {
  'valid-calendar-data': validCalendarData,
  'valid-calendar-object-resource': validCalendarObjectResource,
  'supported-calendar-component': supportedCalendarComponent,
} as const;

const MEDIA_TYPES = ['text/calendar', JCAL];

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
  across: withAttachmentsAcross,
  imported: withKnownAttachments,
};

/** @throws PreconditionViolated */
function readObject({ contentType, data: sent, limits, collection }: ProposedWrite): {
  readonly calendar: Component;
  readonly accepted: AcceptedWrite;
} {
  const media = foreignMediaType(MEDIA_TYPES, contentType);
  if (media !== undefined) {
    throw supportedCalendarData(`a calendar holds text/calendar, not ${media}`);
  }
  requireSize(sent, limits);
  const converted = isJcal(contentType) ? textOfJcal(sent) : undefined;
  if (converted !== undefined) requireSize(converted, limits);
  const data = converted ?? sent;
  const object = parsed(data);
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

function isJcal(contentType: string | undefined): boolean {
  return contentType !== undefined && parseMediaType(contentType)?.type === JCAL;
}

/** A calendar holds text/calendar: what comes as jCal is stored as that. RFC 7265 section 4. @throws PreconditionViolated */
function textOfJcal(data: Uint8Array): Uint8Array {
  try {
    return new TextEncoder().encode(writeComponent(readJcal(data)));
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    throw validCalendarData(error.reason);
  }
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
