/**
 * xCal, both ways. RFC 6321.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ContentError } from '../../../src/formats/icalendar/content-line.ts';
import { readJcal, writeJcal } from '../../../src/formats/icalendar/jcal.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { unescapeText } from '../../../src/formats/icalendar/values.ts';
import { writeComponent } from '../../../src/formats/icalendar/write.ts';
import { readXcal, writeXcal } from '../../../src/formats/icalendar/xcal.ts';
import { readXml } from '../../../src/formats/xml/read.ts';
import { bare, COMPONENT, PROPERTY, RAW, VALUES } from './calendar-trees.ts';

const NAMESPACE = 'urn:ietf:params:xml:ns:icalendar-2.0';

/** An event with those properties, in xCal. */
function document(properties: string): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?>\n<icalendar xmlns="${NAMESPACE}"><vcalendar><components>` +
    `<vevent><properties>${properties}</properties></vevent></components></vcalendar></icalendar>`
  );
}

/** The xCal of one line in an event. */
function xcalOfLine(line: string): string {
  const text = writeXcal(readCalendar(`BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n${line}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`));
  return text.slice(
    document('').indexOf('</properties>'),
    -document('').length + document('').indexOf('</properties>'),
  );
}

/** The lines that come of properties in xCal. */
function linesOf(properties: string): readonly string[] {
  return writeComponent(readXcal(document(properties)))
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .slice(2, -3);
}

/** Lines and what they are in xCal, by the section of RFC 6321. */
const EXAMPLES: readonly (readonly [section: string, line: string, xml: string])[] = [
  [
    '3.4.1.1',
    'CATEGORIES:Meetings,Work\\, hard',
    '<categories><text>Meetings</text><text>Work, hard</text></categories>',
  ],
  [
    '3.4.1.2',
    'GEO:37.386013;-122.082932',
    '<geo><latitude>37.386013</latitude><longitude>-122.082932</longitude></geo>',
  ],
  [
    '3.4.1.3',
    'REQUEST-STATUS:2.0;Success',
    '<request-status><code>2.0</code><description>Success</description></request-status>',
  ],
  [
    '3.4.1.3',
    'REQUEST-STATUS:3.7;Invalid\\; user;ATTENDEE:mailto:jsmith@example.com',
    '<request-status><code>3.7</code><description>Invalid; user</description>' +
      '<data>ATTENDEE:mailto:jsmith@example.com</data></request-status>',
  ],
  [
    '3.5',
    'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;DELEGATED-TO="mailto:a@example.org","mailto:b@example.org":mailto:c@example.org',
    '<attendee><parameters><partstat><text>NEEDS-ACTION</text></partstat><rsvp><boolean>true</boolean></rsvp><delegated-to>' +
      '<cal-address>mailto:a@example.org</cal-address><cal-address>mailto:b@example.org</cal-address></delegated-to>' +
      '</parameters><cal-address>mailto:c@example.org</cal-address></attendee>',
  ],
  [
    '3.6.1',
    'ATTACH;ENCODING=BASE64;VALUE=BINARY:SGVsbG8gV29ybGQh',
    '<attach><parameters><encoding><text>BASE64</text></encoding></parameters><binary>SGVsbG8gV29ybGQh</binary></attach>',
  ],
  ['3.6.2', 'X-NON-SMOKING;VALUE=BOOLEAN:TRUE', '<x-non-smoking><boolean>true</boolean></x-non-smoking>'],
  ['3.6.4', 'DTSTART;VALUE=DATE:20110517', '<dtstart><date>2011-05-17</date></dtstart>'],
  [
    '3.6.5',
    'DTSTART;TZID=Europe/Berlin:20110517T120000',
    '<dtstart><parameters><tzid><text>Europe/Berlin</text></tzid></parameters><date-time>2011-05-17T12:00:00</date-time></dtstart>',
  ],
  ['3.6.6', 'DURATION:P1D', '<duration><duration>P1D</duration></duration>'],
  ['3.6.7', 'X-GRADE;VALUE=FLOAT:0.5', '<x-grade><float>0.5</float></x-grade>'],
  ['3.6.8', 'PERCENT-COMPLETE:50', '<percent-complete><integer>50</integer></percent-complete>'],
  [
    '3.6.9',
    'RDATE;VALUE=PERIOD:20110517T120000/PT1H,20110518T120000Z/20110518T130000Z',
    '<rdate><period><start>2011-05-17T12:00:00</start><duration>PT1H</duration></period>' +
      '<period><start>2011-05-18T12:00:00Z</start><end>2011-05-18T13:00:00Z</end></period></rdate>',
  ],
  [
    '3.6.10',
    'RRULE:FREQ=YEARLY;COUNT=5;BYDAY=-1SU,2MO;BYMONTH=10',
    '<rrule><recur><freq>YEARLY</freq><count>5</count><byday>-1SU</byday><byday>2MO</byday><bymonth>10</bymonth></recur></rrule>',
  ],
  [
    '3.6.10',
    'RRULE:FREQ=DAILY;UNTIL=20131001T120000Z',
    '<rrule><recur><freq>DAILY</freq><until>2013-10-01T12:00:00Z</until></recur></rrule>',
  ],
  ['3.6.11', 'COMMENT:a < b\\, & c\\nagain', '<comment><text>a &lt; b, &amp; c\nagain</text></comment>'],
  ['3.6.12', 'X-TIME;VALUE=TIME:120000', '<x-time><time>12:00:00</time></x-time>'],
  ['3.6.13', 'URL:http://calendar.example.com', '<url><uri>http://calendar.example.com</uri></url>'],
  ['3.6.14', 'TZOFFSETFROM:-0500', '<tzoffsetfrom><utc-offset>-05:00</utc-offset></tzoffsetfrom>'],
  ['5', 'X-PROPERTY:20110512T120000Z', '<x-property><unknown>20110512T120000Z</unknown></x-property>'],
  [
    '5',
    'DTSTART;X-PARAM=PT30M:20110512T130000Z',
    '<dtstart><parameters><x-param><unknown>PT30M</unknown></x-param></parameters><date-time>2011-05-12T13:00:00Z</date-time></dtstart>',
  ],
  [
    '4.2',
    'XML:<x1:kml xmlns:x1="http://www.opengis.net/kml/2.2">\\n<x1:open x="1">a\\, b</x1:open></x1:kml>',
    '<x1:kml xmlns:x1="http://www.opengis.net/kml/2.2">\n<x1:open x="1">a, b</x1:open></x1:kml>',
  ],
  ['3.4', '1-ODD_NAME:a', '<_1-odd_name><unknown>a</unknown></_1-odd_name>'],
  ['3.4', '_ODD:a', '<__odd><unknown>a</unknown></__odd>'],
];

describe('RFC 6321 section 3: what stands in its examples, and beside them', () => {
  for (const [section, line, xml] of EXAMPLES) {
    test(`${section}: ${line}`, () => {
      assert.equal(xcalOfLine(line), xml);
      assert.deepEqual(linesOf(xml), [line]);
    });
  }
});

test('RFC 6321 section B.2: its second example is the calendar that it says it is', () => {
  const zone = '<parameters>\n<tzid><text>US/Eastern</text></tzid> </parameters>';
  const text = `<?xml version="1.0" encoding="utf-8" ?>
    <icalendar xmlns="${NAMESPACE}">
      <vcalendar>
        <properties>
          <prodid> <text>-//Example Inc.//Example Client//EN</text> </prodid>
          <version> <text>2.0</text> </version>
        </properties>
        <components>
          <vtimezone>
            <properties>
              <last-modified> <date-time>2004-01-10T03:28:45Z</date-time> </last-modified>
              <tzid>US/Eastern</tzid>
            </properties>
            <components>
              <daylight>
                <properties>
                  <rrule> <recur> <freq> YEARLY </freq> <byday>1SU</byday> <bymonth>4</bymonth> </recur> </rrule>
                  <tzoffsetto> <utc-offset> -04:00 </utc-offset> </tzoffsetto>
                </properties>
              </daylight>
            </components>
          </vtimezone>
          <vevent>
            <properties>
              <dtstart> ${zone} <date-time> 2006-01-02T12:00:00 </date-time> </dtstart>
              <rdate> ${zone} <period> <start>2006-01-02T15:00:00</start> <duration>PT2H</duration> </period> </rdate>
              <description> <text>at 12 pm for one hour, long.&#x0a;Please bring</text> </description>
            </properties>
          </vevent>
        </components>
      </vcalendar>
    </icalendar>`;
  const lines = writeComponent(readXcal(text)).split('\r\n');
  assert.deepEqual(lines, [
    'BEGIN:VCALENDAR',
    'PRODID:-//Example Inc.//Example Client//EN',
    'VERSION:2.0',
    'BEGIN:VTIMEZONE',
    'LAST-MODIFIED:20040110T032845Z',
    'TZID:US/Eastern',
    'BEGIN:DAYLIGHT',
    'RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4',
    'TZOFFSETTO:-0400',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'DTSTART;TZID=US/Eastern:20060102T120000',
    'RDATE;TZID=US/Eastern;VALUE=PERIOD:20060102T150000/PT2H',
    'DESCRIPTION:at 12 pm for one hour\\, long.\\nPlease bring',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
});

test('RFC 6321 section 3.1: base64 is undone where the value is none, and kept without white space where it is one', () => {
  assert.equal(xcalOfLine('COMMENT;ENCODING=BASE64:SGVsbG8='), '<comment><text>Hello</text></comment>');
  assert.deepEqual(linesOf('<attach><binary> SGVs\n bG8= </binary></attach>'), [
    'ATTACH;VALUE=BINARY;ENCODING=BASE64:SGVsbG8=',
  ]);
});

test('RFC 6321 section 4.1: what other namespaces say is kept among the properties, and nowhere else', () => {
  const other = '<o:a xmlns:o="http://example.com/ns" o:b="c"><o:d/></o:a>';
  const kept = 'XML:<x1:a xmlns:x1="http://example.com/ns" x1:b="c"><x1:d/></x1:a>';
  assert.deepEqual(linesOf(`<uid>${other}<text>u${other}</text></uid>${other}`), ['UID:u', kept]);
  assert.deepEqual(linesOf('<o:a xmlns:o="http://example.com/ns">\u007f</o:a>'), [
    `XML;VALUE=BINARY;ENCODING=BASE64:${Buffer.from('<x1:a xmlns:x1="http://example.com/ns">\u007f</x1:a>').toString('base64')}`,
  ]);
});

test('RFC 6321 section 4.2: an XML property that is no element of another namespace is a text', () => {
  for (const value of [
    'no element',
    '<a/>',
    `<a xmlns="${NAMESPACE}"/>`,
    '<o:a xmlns:o="http://example.com/ns"><b/></o:a>',
    '<!DOCTYPE a []><o:a xmlns:o="http://example.com/ns"/>',
  ]) {
    const xml = xcalOfLine(`XML:${value}`);
    assert.match(xml, /^<xml><text>/);
    assert.deepEqual(linesOf(xml), [`XML:${value}`]);
  }
});

test('what is written wrongly stays as it is', () => {
  const lines = [
    'DTSTART:tomorrow',
    'RRULE:daily',
    'RRULE:FREQ=DAILY;FREQ=WEEKLY',
    'RRULE:FREQ=DAILY;1=2',
    'PRIORITY:high',
    'GEO:north',
    'TZOFFSETTO:1',
    'FREEBUSY:busy',
    'X-A;VALUE=BOOLEAN:perhaps',
    'SUMMARY:',
    'ATTENDEE;RSVP=Perhaps:mailto:a@example.com',
  ];
  for (const line of lines) assert.deepEqual(linesOf(xcalOfLine(line)), [line]);
  // No name of an element.
  assert.deepEqual(linesOf(xcalOfLine('X-A;VALUE="a b":c')), ['X-A:c']);
});

test('RFC 6321 section 4: nothing is lost from iCalendar to xCal and back', () => {
  fc.assert(
    fc.property(
      fc.array(PROPERTY, { maxLength: 5 }),
      fc.array(COMPONENT, { maxLength: 3 }),
      (properties, components) => {
        const calendar = { name: 'VCALENDAR', properties, components, line: 0 };
        assert.deepEqual(bare(readXcal(writeXcal(calendar))), bare(calendar));
      },
    ),
    { numRuns: 200 },
  );
});

test('RFC 6321 section 4: xCal says what jCal says', () => {
  fc.assert(
    fc.property(fc.array(COMPONENT, { maxLength: 2 }), (components) => {
      const calendar = readCalendar(writeComponent({ name: 'VCALENDAR', properties: [], components, line: 0 }));
      assert.deepEqual(bare(readXcal(writeXcal(calendar))), bare(readJcal(writeJcal(calendar))));
    }),
    { numRuns: 100 },
  );
});

test('whatever stands in a value, it means the same afterwards', () => {
  fc.assert(
    fc.property(fc.constantFrom(...VALUES), RAW, ([name, type], value) => {
      const parameters = type === undefined ? [] : [{ name: 'VALUE', values: [type] }];
      const property = { name, parameters, value, line: 0 };
      const back = readXcal(writeXcal({ name: 'VCALENDAR', properties: [property], components: [], line: 0 }))
        .properties[0]!;
      if (/^(SUMMARY|CATEGORIES|REQUEST-STATUS|X-TEXT)$/.test(name))
        assert.equal(unescapeText(back.value), unescapeText(value));
      else if (/^\s*-?\d+\s*$/.test(value)) assert.equal(Number(back.value), Number(value));
      else if (name !== 'RRULE') assert.equal(back.value.trim(), value.trim());
    }),
    { numRuns: 300 },
  );
});

test('RFC 6321 section 6: what has no meaning in iCalendar is refused, and makes no line of its own', () => {
  const deep = `${'<components><x>'.repeat(20)}${'</x></components>'.repeat(20)}`;
  const whole = (inside: string, namespace = NAMESPACE) => `<icalendar xmlns="${namespace}">${inside}</icalendar>`;
  const refused = [
    '',
    'BEGIN:VCALENDAR',
    '<icalendar><vcalendar/></icalendar>',
    `<vcalendar xmlns="${NAMESPACE}"/>`,
    whole(''),
    whole('<vcalendar/>', 'urn:other'),
    whole('<vevent/>'),
    whole('<vcalendar/><vcalendar/>'),
    whole('text<vcalendar/>'),
    whole('<vcalendar><vevent/></vcalendar>'),
    whole('<vcalendar><components><é/></components></vcalendar>'),
    whole(`<vcalendar>${deep}</vcalendar>`),
    whole('<vcalendar>'),
    `<!DOCTYPE icalendar [<!ENTITY a "b">]>${whole('<vcalendar/>')}`,
    document('<summary/>'),
    document('<summary><parameters/></summary>'),
    document('<summary>a<text>b</text></summary>'),
    document('<summary><text>a<b/></text></summary>'),
    document('<summary xmlns=""><text>a</text></summary>'),
    document('<summary><text>a</text><uri>b</uri></summary>'),
    document('<summary><te.xt>a</te.xt></summary>'),
    document('<su.m.mary><text>a</text></su.m.mary>'),
    document('<begin><text>VALARM</text></begin>'),
    document('<summary><parameters><a.b><text>c</text></a.b></parameters><text>a</text></summary>'),
    document('<summary><parameters><cn>c</cn></parameters><text>a</text></summary>'),
    document('<url><uri>a</uri><uri>b</uri></url>'),
    document('<rrule><recur><freq>DAILY;COUNT=1</freq></recur></rrule>'),
    document('<rrule><recur><a.b>DAILY</a.b></recur></rrule>'),
    document('<rdate><period><start>2011-05-17T12:00:00</start></period></rdate>'),
    document('<rdate><period><end>a</end><start>b</start></period></rdate>'),
    document('<geo><latitude>1</latitude><altitude>2</altitude></geo>'),
  ];
  for (const text of refused) assert.throws(() => readXcal(text), ContentError, text.slice(0, 200));
  assert.throws(() => readXcal(new Uint8Array([0x3c, 0xff, 0x3e])), ContentError);
  assert.throws(() => readXcal(document('<uid><text>a</text></uid>'.repeat(50)), { properties: 10 }), ContentError);

  const odd = 'a&#13;\nEND:VEVENT\nX:"b"';
  for (const property of [
    `<summary><parameters><x-a><text>${odd}</text></x-a></parameters><text>${odd}</text></summary>`,
    `<x-a><unknown>${odd}</unknown></x-a>`,
    `<attach><uri>${odd}</uri></attach>`,
    `<geo><latitude>${odd}</latitude><longitude>${odd}</longitude></geo>`,
    `<dtstart><date-time>${odd}</date-time></dtstart>`,
    `<rrule><recur><freq>${odd}</freq></recur></rrule>`,
    `<o:a xmlns:o="http://example.com/ns" b="${odd.replaceAll('"', '&quot;')}">${odd}</o:a>`,
  ]) {
    const text = writeComponent(readXcal(document(property)));
    assert.equal(readCalendar(text).components[0]!.properties.length, 1, text);
  }
});

test('a rule of very many parts is read in one go', () => {
  const parts = '<x-a>1</x-a>'.repeat(150_000);
  const { properties } = readXcal(document(`<rrule><recur><freq>DAILY</freq>${parts}</recur></rrule>`)).components[0]!;
  assert.equal(properties[0]!.value.length, 'FREQ=DAILY;X-A='.length + 2 * 150_000 - 1);
});

test('RFC 6321 section 7.1: what is written is XML in the namespace of xCal, whatever the calendar holds', () => {
  fc.assert(
    fc.property(fc.array(COMPONENT, { maxLength: 2 }), (components) => {
      const root = readXml(writeXcal({ name: 'VCALENDAR', properties: [], components, line: 0 }));
      assert.equal(root.name, `{${NAMESPACE}}icalendar`);
    }),
    { numRuns: 50 },
  );
});
