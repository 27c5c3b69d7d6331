/**
 * Davit inside a program of one's own: a store in a folder, a service over it, and requests answered in this process. No port is opened.
 *
 *     node examples/embed.ts
 */
import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../src/dav/limits.ts';
import type { DavResponse } from '../src/dav/method.ts';
import { wholeRequest } from '../src/dav/whole-request.ts';
import { addUser } from '../src/operations/accounts.ts';
import { administration } from '../src/operations/administration.ts';
import { addDomain } from '../src/operations/domains.ts';
import { standardFeatures } from '../src/server/features.ts';
import { createLog } from '../src/server/log.ts';
import { createService } from '../src/server/service.ts';
import { openSqliteStore } from '../src/store/sqlite/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'davit-embed-'));
const store = await openSqliteStore({ file: join(folder, 'davit.sqlite') });
const log = createLog({ level: 'warn', format: 'text' });
const service = createService({ store, features: standardFeatures(), limits: DEFAULT_LIMITS, realm: 'Example', log });

// What `davit domain add` and `davit user add` do. A new account has its homes and default collections at once.
const admin = administration(store, service.catalogue, 'embed.ts', { limits: DEFAULT_LIMITS });
await addDomain(admin, 'example.com');
await addUser(admin, { address: 'ada@example.com', name: 'Ada', credential: { password: 'correct horse battery' } });

/** A request is a value, and so is its answer. Basic credentials are taken from an origin that is https only. */
function send(method: string, target: string, body = ''): Promise<DavResponse> {
  const credentials = Buffer.from('ada@example.com:correct horse battery').toString('base64');
  const headers = { authorization: `Basic ${credentials}`, 'content-type': 'text/calendar; charset=utf-8' };
  return service.handle(wholeRequest({ method, target, headers, origin: 'https://dav.example.com' }, body));
}

const lunch = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example Corp.//embed//EN
BEGIN:VEVENT
UID:lunch@example.com
DTSTAMP:20260701T080000Z
DTSTART:20260702T100000Z
SUMMARY:Lunch
END:VEVENT
END:VCALENDAR
`.replaceAll('\n', '\r\n');

const path = '/calendars/ada@example.com/default/lunch.ics';
const put = await send('PUT', path, lunch);
console.log(`PUT ${put.status}`);

// What was stored comes as octets; other answers are text, and long ones come in pieces, as an async iterable.
const { status, headers, body } = await send('GET', path);
const same = body instanceof Uint8Array && Buffer.from(body).equals(Buffer.from(lunch));
console.log(`GET ${status} ${headers['Content-Type']}, ${same ? 'the same octets' : 'other octets'}`);

await service.close();
rmSync(folder, { recursive: true });
