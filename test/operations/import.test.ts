import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { calendarHead } from '../../src/features/export/index.ts';
import { addAccount } from '../../src/operations/accounts.ts';
import { importFiles } from '../../src/operations/import/import.ts';
import { rejectedText } from '../../src/operations/import/rejects.ts';
import { importSources } from '../../src/operations/import/sources.ts';
import { refusal } from './an-administration.ts';
import {
  calendar,
  card,
  collectionAt,
  event,
  file,
  imported,
  JANE,
  lines,
  SAM,
  stored,
  todo,
  told,
  withUsers,
} from './some-files.ts';

describe('importing', () => {
  test('each object goes where it belongs, under a name made of its UID', () =>
    withUsers(async (admin) => {
      const items = await imported(admin, [
        calendar(
          event('a@example.com'),
          todo('b'),
          event('c d/e'),
          event('a@example.com', 'RECURRENCE-ID:20260102T100000Z'),
        ),
        card('f') + card('g'),
      ]);
      assert.deepEqual(
        items.map(({ status, path }) => [status, path]),
        [
          ['added', '/calendars/jane@example.com/default/a@example.com.ics'],
          ['added', '/calendars/jane@example.com/default/88b65fcbb1a2c8ff54dc5bf6d9cbf1a1.ics'],
          ['added', '/calendars/jane@example.com/tasks/b.ics'],
          ['added', '/addressbooks/jane@example.com/default/f.vcf'],
          ['added', '/addressbooks/jane@example.com/default/g.vcf'],
        ].map(([status, path]) => [status, path?.includes('88b65f') ? items[1]?.path : path]),
      );
      assert.match(items[1]?.path ?? '', /\/default\/[0-9a-f]{32}\.ics$/);
      assert.match((await stored(admin, 'calendars/default')).get('a@example.com.ics') ?? '', /RECURRENCE-ID/);
    }));

  test('done again it changes nothing, not even for sync', () =>
    withUsers(async (admin) => {
      const texts = [calendar(event('a'), event('b'), todo('c')), card('') + card('d')];
      await imported(admin, texts);
      const { revision } = await collectionAt(admin, 'calendars/default');
      assert.equal(revision, 2);
      const again = await imported(admin, texts);
      assert.deepEqual([...new Set(again.map(({ status }) => status))], ['unchanged']);
      assert.equal((await collectionAt(admin, 'calendars/default')).revision, revision);
      assert.equal((await stored(admin, 'addressbooks/default')).size, 2);
    }));

  test('what is there with another content is rejected, replaced or left, as it is asked for', () =>
    withUsers(async (admin) => {
      await imported(admin, [calendar(event('a', 'SUMMARY:old'), event('b'))]);
      const text = calendar(event('a', 'SUMMARY:new'), event('b'));
      const [rejected, same] = await imported(admin, [text]);
      assert.deepEqual([rejected?.status, rejected?.differs, same?.status], ['rejected', true, 'unchanged']);
      assert.match(rejected?.reason ?? '', /a\.ics has the same UID and differs/);
      const [skipped] = await imported(admin, [text], { differing: 'skip' });
      assert.equal(skipped?.status, 'skipped');
      assert.match((await stored(admin, 'calendars/default')).get('a.ics') ?? '', /SUMMARY:old/);
      const [replaced, kept] = await imported(admin, [text], { differing: 'replace' });
      assert.deepEqual([replaced?.status, kept?.status], ['replaced', 'unchanged']);
      assert.match((await stored(admin, 'calendars/default')).get('a.ics') ?? '', /SUMMARY:new/);
    }));

  test('the same components in another calendar around them are the same', () =>
    withUsers(async (admin) => {
      await imported(admin, [calendar('X-WR-CALNAME:Home', event('a'))]);
      assert.deepEqual(lines(await imported(admin, [calendar(event('a'), event('b'))])), [
        'unchanged 1:4 VEVENT a',
        'added 1:9 VEVENT b',
      ]);
    }));

  test('what is broken is named, and what is not goes in', () =>
    withUsers(async (admin) => {
      const broken = calendar(
        event('a', 'DTSTART:20261301T000000'),
        event('b', 'broken'),
        event('c'),
        'BEGIN:X-D\r\nUID:d\r\nEND:X-D',
        event('e', ...Array.from({ length: 2001 }, (_, at) => `ATTENDEE:mailto:${at}@example.org`)),
        event('f', `DESCRIPTION:${'x'.repeat(1024 * 1024)}`),
      );
      const items = await imported(admin, [broken, card('g').replace('3.0', '2.1'), 'nonsense', '']);
      assert.deepEqual(lines(items).toSorted(), [
        'added 1:15 VEVENT c',
        'added 2:1 VCARD g',
        'rejected 1:20 X-D d: jane@example.com has no calendar that takes X-D',
        'rejected 1:2029 VEVENT f: the object has 1091259 octets; 1048576 are possible',
        'rejected 1:23 VEVENT e: 2001 attendees; 2000 are possible',
        'rejected 1:4 VEVENT a: DTSTART is "20261301T000000", which is no date or time that exists',
        'rejected 1:9 VEVENT b: Line 13 has no colon between a name and a value: "broken".',
        'rejected 3:0  : it holds no calendar and no card',
      ]);
    }));

  test('what was rejected can be mended and imported', () =>
    withUsers(async (admin) => {
      const items = await imported(admin, [
        calendar(event('a', 'broken'), event('b', 'DTSTART:20261301')),
        `${card('c', 'broken')}${card('d')}`,
      ]);
      const rejects = items.map(rejectedText).join('');
      assert.match(rejects, /X-DAVIT-REJECTED:1\\, line 4: Line 8 has no colon/);
      const mended = rejects.replaceAll('broken', 'X-MENDED:1').replaceAll('20261301', '20261201');
      assert.deepEqual(lines(await imported(admin, [mended])), [
        'added 1:5 VEVENT a',
        'added 1:17 VEVENT b',
        'added 1:23 VCARD c',
      ]);
      assert.ok(![...(await stored(admin, 'calendars/default')).values()].join('').includes('X-DAVIT-REJECTED'));
    }));

  test('2,000 mixed events: as many are told as there are, and the calendars have the others', () =>
    withUsers(async (admin) => {
      const parts: string[] = [];
      for (let at = 0; at < 2000; at++) {
        const uid = `${at}@example.com`;
        if (at % 100 === 7) parts.push(event(uid, 'broken'));
        else if (at % 100 === 8) parts.push(event(uid, 'RRULE:FREQ=NEVER'));
        else if (at % 10 === 9) parts.push(todo(uid));
        else if (at % 10 === 1)
          parts.push(event(uid, 'ORGANIZER:mailto:jane@example.com', 'ATTENDEE:mailto:sam@example.com'));
        else parts.push(event(uid, 'RRULE:FREQ=YEARLY'));
      }
      const items = await imported(admin, [calendar(...parts)]);
      const count = (status: string) => items.filter((one) => one.status === status).length;
      assert.deepEqual([items.length, count('added'), count('rejected')], [2000, 1960, 40]);
      assert.equal(new Set(items.map(({ uid }) => uid)).size, 2000);
      const sizes = await Promise.all(
        ['default', 'tasks'].map(async (name) => (await stored(admin, `calendars/${name}`)).size),
      );
      assert.deepEqual(sizes, [1760, 200]);
      // Nobody is told of the events: what Sam has is empty.
      for (const name of ['default', 'inbox']) assert.equal((await stored(admin, `calendars/${name}`, SAM)).size, 0);
    }));

  test('a UID twice in one import: the second is told to differ, or to be the same', () =>
    withUsers(async (admin) => {
      const texts = [calendar(event('a'), event('b')), calendar(event('a'), event('b', 'SUMMARY:other'))];
      for (const dryRun of [true, false]) {
        assert.deepEqual(
          (await imported(admin, texts, { dryRun })).map(({ status, uid }) => `${status} ${uid}`),
          ['added a', 'added b', 'unchanged a', 'rejected b'],
        );
      }
    }));
});

describe('into a collection that is named', () => {
  test('by its name or the one in its URL; what does not fit there is rejected', () =>
    withUsers(async (admin) => {
      for (const name of ['tasks', 'Tasks']) {
        const items = await imported(admin, [calendar(event('a'), todo('b'))], { into: { sort: 'calendar', name } });
        assert.equal(items.find(({ uid }) => uid === 'a')?.reason, 'this calendar holds VTODO, not VEVENT');
      }
      assert.deepEqual([...(await stored(admin, 'calendars/tasks')).keys()], ['b.ics']);
    }));

  test('is refused where there is none, before anything is stored', () =>
    withUsers(async (admin) => {
      const into = { sort: 'calendar', name: 'Defualt' } as const;
      await assert.rejects(
        imported(admin, [calendar(event('a'))], { into }),
        refusal(/no calendar called Defualt; did you mean default\?.*default \(Calendar\), tasks \(Tasks\)/),
      );
      await assert.rejects(imported(admin, [], { address: 'nobody@example.com' }), refusal(/There is no account/));
      await addAccount(admin, 'group', { address: 'crew@example.com' });
      await assert.rejects(imported(admin, [], { address: 'crew@example.com' }), refusal(/holds nothing/));
    }));

  test('is made with what the file says of it, once', () =>
    withUsers(async (admin) => {
      const options = { into: { sort: 'calendar', name: 'Big Plans' }, create: true } as const;
      const text = calendar(
        'X-WR-CALDESC:For\\, later',
        'X-APPLE-CALENDAR-COLOR:#112233',
        'X-WR-TIMEZONE:Europe/Berlin',
        event('a'),
        todo('b'),
      );
      const dry = await imported(admin, [text], { ...options, dryRun: true });
      assert.deepEqual(
        dry.map(({ path }) => path),
        ['/calendars/jane@example.com/big-plans/a.ics', '/calendars/jane@example.com/big-plans/b.ics'],
      );
      await assert.rejects(collectionAt(admin, 'calendars/big-plans'));
      await imported(admin, [text], options);
      await imported(admin, [text], options);
      assert.equal((await stored(admin, 'calendars/big-plans')).size, 2);
      const collection = await collectionAt(admin, 'calendars/big-plans');
      const said = calendarHead(collection).map(({ name, value }) => `${name}:${value}`);
      for (const line of [
        'NAME:Big Plans',
        'DESCRIPTION:For\\, later',
        'X-APPLE-CALENDAR-COLOR:#112233',
        'X-WR-TIMEZONE:Europe/Berlin',
      ])
        assert.ok(said.includes(line), line);
    }));

  test('an address book takes no events', () =>
    withUsers(async (admin) => {
      const into = { sort: 'addressbook', name: 'default' } as const;
      const [item] = await imported(admin, [calendar(event('a'))], { into });
      assert.match(item?.reason ?? '', /begins a VCALENDAR where one VCARD is expected/);
    }));
});

describe('what keeps objects out', () => {
  test('RFC 4918 section 7.4: a locked collection takes no new member, a locked object no content', () =>
    withUsers(async (admin) => {
      await imported(admin, [calendar(event('a'), event('b'))]);
      const collection = await collectionAt(admin, 'calendars/default');
      const lock = (path: readonly string[], depth: 0 | 'infinity') =>
        admin.store.write(admin.origin(), (tx) =>
          tx.locks.add({
            ...{
              account: collection.account,
              token: `urn:uuid:${path.join()}`,
              collection: collection.id,
              scope: 'exclusive',
            },
            ...{ name: path[2] ?? '', path, depth, holder: collection.account, owner: '', created: 0, expires: 2e9 },
          }),
        );
      await lock(['calendars', 'default', 'a.ics'], 0);
      const changed = calendar(event('a', 'SUMMARY:1'), event('b', 'SUMMARY:1'), event('c'));
      const first = await imported(admin, [changed], { differing: 'replace' });
      assert.deepEqual(lines(first), [
        'rejected 1:4 VEVENT a: /calendars/jane@example.com/default/a.ics is locked',
        'replaced 1:10 VEVENT b',
        'added 1:16 VEVENT c',
      ]);
      await lock(['calendars', 'default'], 0);
      const second = await imported(admin, [calendar(event('b', 'SUMMARY:2'), event('d'))], { differing: 'replace' });
      assert.deepEqual(lines(second), [
        'replaced 1:4 VEVENT b',
        'rejected 1:10 VEVENT d: /calendars/jane@example.com/default/ is locked',
      ]);
    }));

  test('RFC 4331 section 6: what does not fit into the quota is rejected, what is smaller goes in', () =>
    withUsers(async (admin) => {
      const { account } = await collectionAt(admin, 'calendars/default');
      await admin.store.write(admin.origin(), (tx) => tx.usage.setQuota(account, 1000));
      const text = calendar(event('a'), event('b', `DESCRIPTION:${'x'.repeat(1000)}`), event('c'));
      for (const dryRun of [true, false]) {
        const items = await imported(admin, [text], { dryRun });
        assert.deepEqual(lines(items), [
          'added 1:4 VEVENT a',
          'rejected 1:9 VEVENT b: the quota of jane@example.com is 1000 octets',
          'added 1:15 VEVENT c',
        ]);
      }
    }));

  test('where others take the room meanwhile, what still fits goes in', () =>
    withUsers(async (admin) => {
      const { account } = await collectionAt(admin, 'calendars/default');
      await admin.store.write(admin.origin(), (tx) => tx.usage.setQuota(account, 700));
      // As if the quota had been read before they did.
      const write: typeof admin.store.write = (origin, work) =>
        admin.store.write(origin, (tx) =>
          work({ ...tx, usage: { ...tx.usage, of: async () => ({ used: 0, quota: undefined }) } }),
        );
      const blind = { ...admin, store: { ...admin.store, write } };
      const uids = ['a', 'b', 'c', 'd', 'e'];
      const items = await imported(blind, [calendar(...uids.map((uid) => event(uid)))]);
      assert.equal(items.length, uids.length);
      const added = items.filter(({ status }) => status === 'added').map(({ uid }) => uid);
      assert.deepEqual(added, ['a', 'b', 'c', 'd']);
      assert.equal(items.at(-1)?.reason, 'jane@example.com has no room for it');
      assert.equal((await stored(admin, 'calendars/default')).size, added.length);
    }));

  test('a file that cannot be read does not keep the others out', () =>
    withUsers(async (admin) => {
      const missing = { name: 'gone.ics', read: async () => Promise.reject(new Error('it is gone.')) };
      const items = await told(importFiles(admin, JANE, [missing, file('a.ics', calendar(event('a')))]));
      assert.deepEqual(lines(items), [
        'rejected gone.ics:0  : it cannot be read: it is gone',
        'added a.ics:4 VEVENT a',
      ]);
    }));
});

describe('the files', () => {
  test('are those named, those in folders with a known ending, and standard input', () =>
    withUsers(async ({ folder }) => {
      mkdirSync(join(folder, 'in', 'deep'), { recursive: true });
      for (const name of ['in/b.ics', 'in/a.VCF', 'in/.hidden.ics', 'in/notes.txt', 'in/deep/c.ics', 'alone.txt']) {
        writeFileSync(join(folder, name), name);
      }
      symlinkSync(join(folder, 'in'), join(folder, 'in', 'loop.ics'));
      const input = async function* () {
        yield 'in';
        yield Buffer.from('put');
      };
      const sources = importSources(['in', 'alone.txt', '-'], folder, input());
      const texts = await Promise.all(
        sources
          .filter(({ name }) => !name.endsWith('loop.ics'))
          .map(async ({ name, read }) => [name, Buffer.from(await read()).toString()]),
      );
      assert.deepEqual(texts, [
        ['in/a.VCF', 'in/a.VCF'],
        ['in/b.ics', 'in/b.ics'],
        ['in/deep/c.ics', 'in/deep/c.ics'],
        ['alone.txt', 'alone.txt'],
        ['standard input', 'input'],
      ]);
    }));

  test('are refused when they are not there, or a folder has none', () =>
    withUsers(async ({ folder }) => {
      const none = (async function* () {})();
      assert.throws(
        () => importSources(['none.ics'], folder, none),
        refusal(/none\.ics cannot be read: there is no such file/),
      );
      mkdirSync(join(folder, 'empty'));
      assert.throws(
        () => importSources(['empty'], folder, none),
        refusal(/no files that end in \.ics or \.vcf in empty/),
      );
    }));
});
