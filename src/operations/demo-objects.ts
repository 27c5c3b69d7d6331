/**
 * What lies in the demo account: the calendars, the yearly birthday with its alarm, and one card. Real data is not tidy: the event has a
 * LAST-MODIFIED without the Z that RFC 5545 section 3.8.7.3 asks for, the card the PREF=1 of version 4.0 in version 3.0.
 */

/** A calendar of the demo account. */
export interface DemoCalendar {
  /** Its path segment. */
  readonly name: string;
  readonly displayName: string;
}

/** In the order in which they are made. */
export const DEMO_CALENDARS: readonly DemoCalendar[] = [
  { name: '02f29dd9516f1f0c415527e0a60cb3f7', displayName: 'Birthdays' },
  { name: '0f9263536b9fc61ada745644735bfd8f', displayName: 'Work' },
  { name: 'edfab414adccd8b67f7727e3ae03b85b', displayName: 'Important Dates' },
  { name: 'default', displayName: 'Family' },
];

/** An object and the collection in which it lies. */
export interface DemoObject {
  readonly segment: 'calendars' | 'addressbooks';
  readonly collection: string;
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
}

function lines(...all: readonly string[]): string {
  return `${all.join('\r\n')}\r\n`;
}

/** The birthday and the card. */
export const DEMO_OBJECTS: readonly DemoObject[] = [
  {
    segment: 'calendars',
    collection: '02f29dd9516f1f0c415527e0a60cb3f7',
    name: '33992bd8-d3fe-4b07-baaf-c43d0042fae8.ics',
    contentType: 'text/calendar; charset=utf-8',
    text: lines(
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Davit//Demo//EN',
      'BEGIN:VEVENT',
      'UID:33992bd8-d3fe-4b07-baaf-c43d0042fae8',
      'DTSTART;VALUE=DATE:20200506',
      'DTEND;VALUE=DATE:20200507',
      'CREATED:20190124T104704Z',
      'DTSTAMP:20190128T234044Z',
      'LAST-MODIFIED;X-VOBJ-FLOATINGTIME-ALLOWED=TRUE:20200503T203005',
      'RRULE:FREQ=YEARLY;INTERVAL=1;WKST=MO',
      'SEQUENCE:30',
      'STATUS:CONFIRMED',
      'SUMMARY:Father has his birthday',
      'TRANSP:OPAQUE',
      'BEGIN:VALARM',
      'ACKNOWLEDGED:20190128T234044Z',
      'ACTION:DISPLAY',
      'DESCRIPTION:A birthday tomorrow',
      'TRIGGER:-P1D',
      'END:VALARM',
      'END:VEVENT',
      'END:VCALENDAR',
    ),
  },
  {
    segment: 'addressbooks',
    collection: 'default',
    name: '49e6be92-e235-4372-91cd-145673caed4f.vcf',
    contentType: 'text/vcard; charset=utf-8',
    text: lines(
      'BEGIN:VCARD',
      'VERSION:3.0',
      'PRODID:-//Davit//Demo//EN',
      'UID:36baeaba-08df-466b-8f10-84a9b3570613',
      'ORG:Example Corp.;;',
      'EMAIL;TYPE=OTHER;PREF=1:tilda.brook@example.com',
      'N:Brook;Tilda;;;',
      'FN:Tilda Brook',
      'END:VCARD',
    ),
  },
];
