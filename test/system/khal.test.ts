/**
 * Two devices with vdirsyncer, khal and todoman on a calendar of hard recurrences: everything arrives byte for byte, khal shows the instances
 * that were reckoned by hand and todoman the to-dos; what they change on one device comes to the other, and nothing else is touched.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipWithout } from '../support/debian.ts';
import { type HardAccount, hardAccount } from '../support/hard-account.ts';
import { HARD_OBJECTS, happening, type Limit, type WindowName } from '../support/hard-calendar.ts';
import { type TwoDevices, twoDevices } from '../support/two-devices.ts';
import { type Device, khalConfig, todomanConfig, uidOf } from '../support/vdirsyncer.ts';

const CALENDAR = 'calendars/hard';

const LIMITS: readonly Limit[] = [
  {
    name: 'until-date.ics',
    why: 'an UNTIL that is a DATE ends at midnight',
    shows: { spring: '20260323T060000Z 20260324T060000Z 20260325T060000Z' },
  },
  { name: 'rdate-period.ics', why: 'it does not know RDATE with PERIOD, and says so', shows: { spring: '' } },
  {
    name: 'own-london.ics',
    why: 'a name of the zone database means that zone',
    shows: { spring: '20260330T110000Z' },
  },
  { name: 'endless.ics', why: 'series end with 2037', shows: { far: '' } },
  { name: 'far-future.ics', why: 'series end with 2037', shows: { far: '' } },
];

/** As `khal list` takes them: a day, and how many. */
const LISTED: { readonly [name in WindowName]: readonly [day: string, days: string] } = {
  spring: ['2026-03-23', '14d'],
  leap: ['2028-02-28', '3d'],
  far: ['2150-01-01', '3d'],
};

describe('hard recurrences with vdirsyncer', { skip: skipWithout('vdirsyncer', 'khal', 'todoman') }, () => {
  let account: HardAccount;
  let devices: TwoDevices;
  let phone: Device;
  let desktop: Device;

  before(async () => {
    account = await hardAccount('khal');
    devices = await twoDevices(account, { here: CALENDAR, there: account.calendar, objects: HARD_OBJECTS });
    ({ phone, desktop } = devices);
  });
  after(() => account?.close());

  /** What khal shows of a window: a start in UTC and a summary of each. */
  async function shown(device: Device, window: WindowName): Promise<readonly string[]> {
    const format = ['--format', '{start-long}|{title}', '--day-format', ''];
    const said = await device.says('khal', khalConfig(device, 'hard'), ['list', ...format, ...LISTED[window]]);
    return said.split('\n').flatMap(instanceIn).sort();
  }

  test('every object arrives byte for byte', () => devices.changedOnly());

  for (const window of ['spring', 'leap', 'far'] as const) {
    test(`khal shows what was reckoned by hand: ${window}`, async () => {
      assert.deepEqual(await shown(phone, window), happening('VEVENT', window, LIMITS).map(withoutSeconds));
    });
  }

  test('todoman lists the to-dos, those without dates too', async () => {
    const said = await phone.says('todoman', todomanConfig(phone, 'hard'), ['--porcelain', 'list']);
    const todos: readonly { readonly summary: string; readonly due: number | null }[] = JSON.parse(said);
    assert.deepEqual(todos.map(({ summary, due }) => [summary, due]).sort(), [
      ['Learn the cello', null],
      ['Send the tax return', Date.UTC(2026, 2, 31, 22) / 1000],
      ['Stretch', null],
      ['Water the plants', Date.UTC(2026, 2, 23, 9) / 1000],
    ]);
  });

  test('an event that khal changes on one device is changed on the other', async () => {
    const edit = ['edit', '--show-past', 'Grüße'];
    await phone.says('khal', khalConfig(phone, 'hard'), edit, 's\nGrüße an niemanden 🎈\nn\n');
    await devices.changedOnly('rich@example.com');
    const arrived = desktop.held(CALENDAR).get('rich@example.com') ?? '';
    assert.match(arrived, /^SUMMARY:Grüße an niemanden 🎈\r$/m);
    assert.match(arrived, /^ATTENDEE;CN="Gäste, 29"/m);
    assert.match(arrived, /^X-EXAMPLE-COLOUR/m);
    const instances = await shown(desktop, 'spring');
    assert.ok(instances.includes('20260401T1300 Grüße an niemanden 🎈'), instances.join('\n'));
  });

  test('an event that khal makes on one device is there on the other, in its zone', async () => {
    const words = ['2026-04-02', '15:00', '16:30', 'Europe/Berlin', 'Zahnärztin'];
    await desktop.says('khal', khalConfig(desktop, 'hard'), ['new', '-a', 'hard', ...words]);
    await desktop.sync();
    await phone.sync();
    const instances = await shown(phone, 'spring');
    assert.ok(instances.includes('20260402T1300 Zahnärztin'), instances.join('\n'));
    const made = [...phone.held(CALENDAR)].find(([, text]) => /^SUMMARY:Zahnärztin\r$/m.test(text));
    assert.ok(made !== undefined);
    await devices.changedOnly('rich@example.com', made[0]);
    // And it goes as it came.
    const name = [...(await account.held(account.calendar))].find(([, text]) => uidOf(text) === made[0])?.[0];
    assert.ok(name !== undefined);
    assert.equal((await account.send('DELETE', account.calendar + encodeURIComponent(name))).status, 204);
    await devices.changedOnly('rich@example.com');
    assert.equal(phone.held(CALENDAR).size, HARD_OBJECTS.length);
  });

  test('a to-do that is done on one device is done on the other', async () => {
    const config = todomanConfig(phone, 'hard');
    const listed: readonly { readonly id: number; readonly summary: string }[] = JSON.parse(
      await phone.says('todoman', config, ['--porcelain', 'list']),
    );
    const id = listed.find(({ summary }) => summary === 'Send the tax return')?.id;
    await phone.says('todoman', config, ['done', String(id)]);
    await devices.changedOnly('rich@example.com', 'tax@example.com');
    assert.match(desktop.held(CALENDAR).get('tax@example.com') ?? '', /^STATUS:COMPLETED\r$/m);
    const left = await desktop.says('todoman', todomanConfig(desktop, 'hard'), ['list']);
    assert.doesNotMatch(left, /Send the tax return/);
    assert.match(left, /Learn the cello/);
  });
});

/** `2026-04-01 13:00|Title` as `20260401T1300 Title`; none in lines of another kind. */
function instanceIn(line: string): readonly string[] {
  const [, date, time, title] = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d))?\|(.*)$/.exec(line) ?? [];
  if (date === undefined) return [];
  return [`${date.replaceAll('-', '')}${time === undefined ? '' : `T${time.replace(':', '')}`} ${title}`];
}

function withoutSeconds(instance: string): string {
  return instance.replace(/^(\d{8}T\d{4})\d\dZ?/, '$1');
}
