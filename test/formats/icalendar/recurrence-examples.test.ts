/** Every example of RFC 5545 section 3.8.5.3, through the whole way from text to instances, in the zone that it assumes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instancesOf } from '../../../src/formats/icalendar/instances.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import { utcZone, zoneResolver } from '../../../src/formats/icalendar/timezones.ts';
import { wallText } from './recurrence-rules.ts';

/** `199709:2-4,9` is 2, 3, 4 and 9 September 1997; at nine unless times follow after `@`. */
function expand(days: string): string[] {
  const texts: string[] = [];
  for (const token of days.trim().split(/\s+/)) {
    const [dates = '', times = '0900'] = token.split('@');
    const [month = '', list = ''] = dates.split(':');
    for (const entry of list.split(',')) {
      const [first, last = first] = entry.split('-').map(Number);
      for (let day = first!; day <= last!; day++) {
        for (const time of times.split(',')) texts.push(`${month}${String(day).padStart(2, '0')}T${time}00`);
      }
    }
  }
  return texts;
}

/** [what it is, DTSTART, rules that say the same, instances, whether there are more] */
type Example = readonly [string, string, readonly string[], string, 'and more'?];

const SECOND = '19970902T090000';
const CHRISTMAS_EVE = 'UNTIL=19971224T000000Z';

const EXAMPLES: readonly Example[] = [
  ['daily for 10 occurrences', SECOND, ['FREQ=DAILY;COUNT=10'], '199709:2-11'],
  [
    'daily until December 24, 1997',
    SECOND,
    [`FREQ=DAILY;${CHRISTMAS_EVE}`],
    '199709:2-30 199710:1-31 199711:1-30 199712:1-23',
  ],
  [
    'every other day, forever',
    SECOND,
    ['FREQ=DAILY;INTERVAL=2'],
    `199709:2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 199710:2,4,6,8,10,12,14,16,18,20,22,24,26,28,30
     199711:1,3,5,7,9,11,13,15,17,19,21,23,25,27,29 199712:1,3`,
    'and more',
  ],
  ['every 10 days, 5 occurrences', SECOND, ['FREQ=DAILY;INTERVAL=10;COUNT=5'], '199709:2,12,22 199710:2,12'],
  [
    'every day in January, for 3 years',
    '19980101T090000',
    [
      'FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA',
      'FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1',
    ],
    '199801:1-31 199901:1-31 200001:1-31',
  ],
  ['weekly for 10 occurrences', SECOND, ['FREQ=WEEKLY;COUNT=10'], '199709:2,9,16,23,30 199710:7,14,21,28 199711:4'],
  [
    'weekly until December 24, 1997',
    SECOND,
    [`FREQ=WEEKLY;${CHRISTMAS_EVE}`],
    '199709:2,9,16,23,30 199710:7,14,21,28 199711:4,11,18,25 199712:2,9,16,23',
  ],
  [
    'every other week, forever',
    SECOND,
    ['FREQ=WEEKLY;INTERVAL=2;WKST=SU'],
    '199709:2,16,30 199710:14,28 199711:11,25 199712:9,23 199801:6,20 199802:3,17',
    'and more',
  ],
  [
    'weekly on Tuesday and Thursday for five weeks',
    SECOND,
    ['FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH', 'FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH'],
    '199709:2,4,9,11,16,18,23,25,30 199710:2',
  ],
  [
    'every other week on Monday, Wednesday, and Friday until December 24, 1997',
    '19970901T090000',
    [`FREQ=WEEKLY;INTERVAL=2;${CHRISTMAS_EVE};WKST=SU;BYDAY=MO,WE,FR`],
    '199709:1,3,5,15,17,19,29 199710:1,3,13,15,17,27,29,31 199711:10,12,14,24,26,28 199712:8,10,12,22',
  ],
  [
    'every other week on Tuesday and Thursday, for 8 occurrences',
    SECOND,
    ['FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH'],
    '199709:2,4,16,18,30 199710:2,14,16',
  ],
  [
    'monthly on the first Friday for 10 occurrences',
    '19970905T090000',
    ['FREQ=MONTHLY;COUNT=10;BYDAY=1FR'],
    '199709:5 199710:3 199711:7 199712:5 199801:2 199802:6 199803:6 199804:3 199805:1 199806:5',
  ],
  [
    'monthly on the first Friday until December 24, 1997',
    '19970905T090000',
    [`FREQ=MONTHLY;${CHRISTMAS_EVE};BYDAY=1FR`],
    '199709:5 199710:3 199711:7 199712:5',
  ],
  [
    'every other month on the first and last Sunday of the month for 10 occurrences',
    '19970907T090000',
    ['FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU'],
    '199709:7,28 199711:2,30 199801:4,25 199803:1,29 199805:3,31',
  ],
  [
    'monthly on the second-to-last Monday of the month for 6 months',
    '19970922T090000',
    ['FREQ=MONTHLY;COUNT=6;BYDAY=-2MO'],
    '199709:22 199710:20 199711:17 199712:22 199801:19 199802:16',
  ],
  [
    'monthly on the third-to-the-last day of the month, forever',
    '19970928T090000',
    ['FREQ=MONTHLY;BYMONTHDAY=-3'],
    '199709:28 199710:29 199711:28 199712:29 199801:29 199802:26',
    'and more',
  ],
  [
    'monthly on the 2nd and 15th of the month for 10 occurrences',
    SECOND,
    ['FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15'],
    '199709:2,15 199710:2,15 199711:2,15 199712:2,15 199801:2,15',
  ],
  [
    'monthly on the first and last day of the month for 10 occurrences',
    '19970930T090000',
    ['FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1'],
    '199709:30 199710:1,31 199711:1,30 199712:1,31 199801:1,31 199802:1',
  ],
  [
    'every 18 months on the 10th thru 15th of the month for 10 occurrences',
    '19970910T090000',
    ['FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15'],
    '199709:10-15 199903:10-13',
  ],
  [
    'every Tuesday, every other month',
    SECOND,
    ['FREQ=MONTHLY;INTERVAL=2;BYDAY=TU'],
    '199709:2,9,16,23,30 199711:4,11,18,25 199801:6,13,20,27 199803:3,10,17,24,31',
    'and more',
  ],
  [
    'yearly in June and July for 10 occurrences',
    '19970610T090000',
    ['FREQ=YEARLY;COUNT=10;BYMONTH=6,7'],
    '199706:10 199707:10 199806:10 199807:10 199906:10 199907:10 200006:10 200007:10 200106:10 200107:10',
  ],
  [
    'every other year on January, February, and March for 10 occurrences',
    '19970310T090000',
    ['FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3'],
    '199703:10 199901:10 199902:10 199903:10 200101:10 200102:10 200103:10 200301:10 200302:10 200303:10',
  ],
  [
    'every third year on the 1st, 100th, and 200th day for 10 occurrences',
    '19970101T090000',
    ['FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200'],
    '199701:1 199704:10 199707:19 200001:1 200004:9 200007:18 200301:1 200304:10 200307:19 200601:1',
  ],
  [
    'every 20th Monday of the year, forever',
    '19970519T090000',
    ['FREQ=YEARLY;BYDAY=20MO'],
    '199705:19 199805:18 199905:17',
    'and more',
  ],
  [
    'Monday of week number 20, forever',
    '19970512T090000',
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO'],
    '199705:12 199805:11 199905:17',
    'and more',
  ],
  [
    'every Thursday in March, forever',
    '19970313T090000',
    ['FREQ=YEARLY;BYMONTH=3;BYDAY=TH'],
    '199703:13,20,27 199803:5,12,19,26 199903:4,11,18,25',
    'and more',
  ],
  [
    'every Thursday, but only during June, July, and August, forever',
    '19970605T090000',
    ['FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8'],
    `199706:5,12,19,26 199707:3,10,17,24,31 199708:7,14,21,28 199806:4,11,18,25 199807:2,9,16,23,30
     199808:6,13,20,27 199906:3,10,17,24 199907:1,8,15,22,29 199908:5,12,19,26`,
    'and more',
  ],
  [
    'every Friday the 13th, forever',
    SECOND,
    ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13\r\nEXDATE;TZID=America/New_York:19970902T090000'],
    '199802:13 199803:13 199811:13 199908:13 200010:13',
    'and more',
  ],
  [
    'the first Saturday that follows the first Sunday of the month, forever',
    '19970913T090000',
    ['FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13'],
    '199709:13 199710:11 199711:8 199712:13 199801:10 199802:7 199803:7 199804:11 199805:9 199806:13',
    'and more',
  ],
  [
    'every 4 years, the first Tuesday after a Monday in November, forever',
    '19961105T090000',
    ['FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8'],
    '199611:5 200011:7 200411:2',
    'and more',
  ],
  [
    'the third instance into the month of one of Tuesday, Wednesday, or Thursday, for the next 3 months',
    '19970904T090000',
    ['FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3'],
    '199709:4 199710:7 199711:6',
  ],
  [
    'the second-to-last weekday of the month',
    '19970929T090000',
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2'],
    '199709:29 199710:30 199711:27 199712:30 199801:29 199802:26 199803:30',
    'and more',
  ],
  [
    // Printed with UNTIL=19970902T170000Z, which is 13:00 in New York; its words and its instances mean 17:00 there.
    'every 3 hours from 9:00 AM to 5:00 PM on a specific day',
    SECOND,
    ['FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z'],
    '199709:2@0900,1200,1500',
  ],
  [
    'every 15 minutes for 6 occurrences',
    SECOND,
    ['FREQ=MINUTELY;INTERVAL=15;COUNT=6'],
    '199709:2@0900,0915,0930,0945,1000,1015',
  ],
  [
    'every hour and a half for 4 occurrences',
    SECOND,
    ['FREQ=MINUTELY;INTERVAL=90;COUNT=4'],
    '199709:2@0900,1030,1200,1330',
  ],
  [
    'every 20 minutes from 9:00 AM to 4:40 PM every day',
    SECOND,
    [
      'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40',
      'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16',
    ],
    `199709:2,3@${[9, 10, 11, 12, 13, 14, 15, 16].flatMap((hour) => ['00', '20', '40'].map((minute) => `${String(hour).padStart(2, '0')}${minute}`)).join(',')}`,
    'and more',
  ],
  [
    'the days generated with weeks that start on Monday',
    '19970805T090000',
    ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO'],
    '199708:5,10,19,24',
  ],
  [
    'the days generated with weeks that start on Sunday',
    '19970805T090000',
    ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU'],
    '199708:5,17,19,31',
  ],
  [
    'an invalid date is ignored',
    '20070115T090000',
    ['FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5'],
    '200701:15,30 200702:15 200703:15,30',
  ],
  [
    // RFC 5545 section 3.3.10, the example of evaluating multiple BYxxx rule parts.
    'every Sunday in January at half past eight and half past nine, every other year',
    '19970105T083000',
    ['FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU;BYHOUR=8,9;BYMINUTE=30'],
    '199701:5,12,19,26@0830,0930 199901:3,10@0830,0930',
    'and more',
  ],
];

describe('RFC 5545 section 3.8.5.3: the examples', () => {
  for (const [name, start, rules, days, more] of EXAMPLES) {
    for (const rule of rules) {
      test(`${name}: ${rule.split('\r')[0]}`, () => {
        const expected = expand(days);
        const calendar = readCalendar(
          `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=America/New_York:${start}\r\nRRULE:${rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
        );
        const instances = instancesOf(calendar, {
          zones: zoneResolver(undefined),
          floating: utcZone,
          range: { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
          limit: expected.length + (more === undefined ? 10 : 0),
        });
        assert.deepEqual(
          [...instances].map((instance) => wallText(instance.start.local)),
          expected,
        );
      });
    }
  }
});
