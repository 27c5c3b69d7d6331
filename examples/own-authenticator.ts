/**
 * Who sends a request is a port: this program lets people in by bearer tokens (RFC 6750) instead of passwords. A real one would ask the
 * service that gave out the token; here a table stands for it.
 *
 *     node examples/own-authenticator.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Login } from '../src/dav/dispatch.ts';
import { DavError } from '../src/dav/errors.ts';
import { DEFAULT_LIMITS } from '../src/dav/limits.ts';
import { wholeRequest } from '../src/dav/whole-request.ts';
import { addUser, disable } from '../src/operations/accounts.ts';
import { administration } from '../src/operations/administration.ts';
import { addDomain } from '../src/operations/domains.ts';
import type { Authenticator, ClientRequest } from '../src/server/authenticate.ts';
import { boundedMap } from '../src/server/bounded-map.ts';
import { standardFeatures } from '../src/server/features.ts';
import { SILENT } from '../src/server/log.ts';
import { createService } from '../src/server/service.ts';
import { openSqliteStore } from '../src/store/sqlite/database.ts';
import type { ReadTransaction, Store } from '../src/store/store.ts';

const issued = new Map([['ada-s-token', { address: 'ada@example.com', expires: Date.now() + 3_600_000 }]]);

function bearerAuthenticator(store: Pick<Store, 'read'>): Authenticator {
  // Only tokens that hold are remembered, and not without bound: clients can make up any number of others.
  const seen = boundedMap<{ readonly address: string; readonly expires: number }>(10_000);

  // The account is read for each request: whoever is disabled is out at once, whatever is remembered.
  async function accountOf(address: string, tx: ReadTransaction): Promise<Login> {
    const user = await tx.directory.accountByAddress(address);
    return user === undefined || user.disabled ? { kind: 'refused' } : { kind: 'user', user };
  }

  return {
    challenge: 'Bearer realm="Example"',
    // Asked first, within the read that also finds the resource: nothing here may wait for anything but the store.
    async recall(request, tx) {
      const token = tokenIn(request);
      if (token === undefined) return { kind: 'anonymous' };
      const known = seen.get(token);
      return known !== undefined && known.expires > Date.now() ? accountOf(known.address, tx) : undefined;
    },
    // Asked when `recall` does not know: here is time to ask whoever gave out the token.
    async login(request) {
      const token = tokenIn(request) ?? '';
      const found = issued.get(token);
      if (found === undefined || found.expires <= Date.now()) return { kind: 'refused' };
      seen.set(token, found);
      return store.read((tx) => accountOf(found.address, tx));
    },
  };
}

/** The token; undefined where there is none. RFC 6750 section 2.1. @throws DavError 403 where others could read it */
function tokenIn({ headers, origin }: ClientRequest): string | undefined {
  if (!origin.startsWith('https:')) throw new DavError(403, 'tokens are taken over https only');
  return /^Bearer +([\w.~+/-]{1,4096}=*)$/i.exec(headers.authorization ?? '')?.[1];
}

const folder = mkdtempSync(join(tmpdir(), 'davit-example-'));
const store = await openSqliteStore({ file: join(folder, 'davit.sqlite') });
const parts = { store, features: standardFeatures(), limits: DEFAULT_LIMITS, realm: 'Example', log: SILENT };
const service = createService({ ...parts, authenticator: bearerAuthenticator(store) });
const admin = administration(store, service.catalogue, 'own-authenticator.ts');
await addDomain(admin, 'example.com');
await addUser(admin, { address: 'ada@example.com', name: 'Ada' });

async function tell(who: string, headers: ClientRequest['headers'], origin = 'https://dav.example.com'): Promise<void> {
  const request = { method: 'GET', target: '/calendars/ada@example.com/', headers, origin };
  const { status } = await service.handle(wholeRequest(request));
  console.log(`${who}: ${status}`);
}

await tell('no token', {});
await tell('a made-up token', { authorization: 'Bearer made-up' });
await tell('a token over plain HTTP', { authorization: 'Bearer ada-s-token' }, 'http://dav.example.com');
await tell('the token of Ada', { authorization: 'Bearer ada-s-token' });
await disable(admin, 'ada@example.com');
await tell('the token of Ada, disabled', { authorization: 'Bearer ada-s-token' });

await service.close();
rmSync(folder, { recursive: true });
