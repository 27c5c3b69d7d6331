/**
 * A feature of one's own beside those of Davit: a property that people can set and a report, in a namespace of one's own. Nothing else is
 * to be done: PROPPATCH stores the property, and DAV:supported-report-set names the report.
 *
 *     node examples/add-a-feature.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DavError } from '../src/dav/errors.ts';
import { DEFAULT_LIMITS } from '../src/dav/limits.ts';
import { defineProperty, stored } from '../src/dav/property.ts';
import type { Report } from '../src/dav/report.ts';
import { wholeRequest } from '../src/dav/whole-request.ts';
import { calendar } from '../src/features/caldav/index.ts';
import { element, textOf } from '../src/formats/xml/element.ts';
import { writeElement } from '../src/formats/xml/write.ts';
import { addUser } from '../src/operations/accounts.ts';
import { administration } from '../src/operations/administration.ts';
import { addDomain } from '../src/operations/domains.ts';
import { standardFeatures } from '../src/server/features.ts';
import { createLog } from '../src/server/log.ts';
import { createService } from '../src/server/service.ts';
import type { ObjectRecord } from '../src/store/records.ts';
import { openSqliteStore } from '../src/store/sqlite/database.ts';

const OWN = 'https://example.com/ns/';

// What `accept` returns is stored with the calendar, and `stored` reads it again; without `accept` the property would be protected.
const costCentre = defineProperty({
  name: `{${OWN}}cost-centre`,
  spec: 'behaviour: to whom the meetings in a calendar are charged',
  on: [calendar],
  inAllprop: false,
  read: stored(`{${OWN}}cost-centre`),
  accept: (value) => textOf(value).trim(),
});

// Objects are read page by page, each page in a short read of its own, so that a large calendar costs time and no memory.
const tally: Report = {
  name: `{${OWN}}tally`,
  spec: 'behaviour: how many objects of each kind a calendar holds',
  on: [calendar],
  privilege: '{DAV:}read',
  async run(_body, at, { store, limits }) {
    if (at.shape !== 'collection') throw new DavError(403, 'only calendars have a tally');
    const counts = new Map<string, number>();
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = { after, limit: limits.page };
      const objects: readonly ObjectRecord[] = await store.read((tx) => tx.objects.page(at.collection, page));
      for (const { component } of objects) counts.set(component, (counts.get(component) ?? 0) + 1);
      after = objects.length < limits.page ? undefined : objects.at(-1)?.name;
    }
    const children = [...counts].map(([component, count]) => element(`{${OWN}}objects`, `${component} ${count}`));
    const headers = { 'Content-Type': 'application/xml; charset=utf-8' };
    return { status: 200, headers, body: writeElement(element(`{${OWN}}tally`, ...children)) };
  },
};

const folder = mkdtempSync(join(tmpdir(), 'davit-example-'));
const store = await openSqliteStore({ file: join(folder, 'davit.sqlite') });
const features = [...standardFeatures(), { name: 'costs', specs: [], properties: [costCentre], reports: [tally] }];
const log = createLog({ level: 'warn', format: 'text' });
const service = createService({ store, features, limits: DEFAULT_LIMITS, realm: 'Example', log });
const admin = administration(store, service.catalogue, 'add-a-feature.ts');
await addDomain(admin, 'example.com');
await addUser(admin, { address: 'ada@example.com', credential: { password: 'correct horse battery' } });

async function tell(method: string, name: string, text: string): Promise<void> {
  const target = `/calendars/ada@example.com/default/${name}`;
  const authorization = `Basic ${btoa('ada@example.com:correct horse battery')}`;
  const headers = { authorization, depth: '0', 'content-type': name === '' ? 'text/xml' : 'text/calendar' };
  const answer = await service.handle(
    wholeRequest({ method, target, headers, origin: 'https://dav.example.com' }, text),
  );
  console.log(`${method} ${answer.status}\n${typeof answer.body === 'string' ? answer.body : ''}`);
}

const names = `xmlns="DAV:" xmlns:x="${OWN}"`;
const set = '<set><prop><x:cost-centre>Research</x:cost-centre></prop></set>';
await tell('PROPPATCH', '', `<propertyupdate ${names}>${set}</propertyupdate>`);
await tell('PROPFIND', '', `<propfind ${names}><prop><x:cost-centre/><supported-report-set/></prop></propfind>`);
const event = 'BEGIN:VEVENT\nUID:1@example.com\nDTSTAMP:20260701T080000Z\nDTSTART:20260702T100000Z\nEND:VEVENT';
await tell('PUT', '1.ics', `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example Corp.//EN\n${event}\nEND:VCALENDAR\n`);
await tell('REPORT', '', `<x:tally ${names}/>`);

await service.close();
rmSync(folder, { recursive: true });
