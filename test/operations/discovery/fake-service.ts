/**
 * A calendar and contact service reduced to what discovery asks of it, for tests: as a function from request to answer.
 */

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FakeAccount {
  readonly user: string;
  readonly password: string;
}

/** Answers as a service does in which everything is right. */
export function fakeService({ user, password }: FakeAccount): (request: FakeRequest) => FakeAnswer {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const redirects = new Map([
    ['/.well-known/caldav', '/calendars'],
    ['/.well-known/carddav', '/addressbooks'],
  ]);
  return ({ method, path, headers }) => {
    const location = redirects.get(path);
    if (location !== undefined) return answer(method === 'GET' ? 302 : 308, { location });
    if (headers.authorization !== expected)
      return answer(401, { 'www-authenticate': 'Basic realm="dav", charset="UTF-8"' });
    if (method === 'OPTIONS') return answer(200, { dav: '1, 3, access-control, calendar-access, addressbook' });
    if (method !== 'PROPFIND' || headers.depth !== '0') return answer(405);
    const principal = '/principals/user/';
    if (path === '/calendars' || path === '/addressbooks' || path === '/') {
      return multistatus(path, `<current-user-principal><href>${principal}</href></current-user-principal>`);
    }
    if (path !== principal) return answer(404);
    return multistatus(
      path,
      `<calendar-home-set xmlns="urn:ietf:params:xml:ns:caldav"><href xmlns="DAV:">/calendars/user/</href></calendar-home-set>` +
        `<addressbook-home-set xmlns="urn:ietf:params:xml:ns:carddav"><href xmlns="DAV:">/addressbooks/user/</href></addressbook-home-set>`,
    );
  };
}

export function answer(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): FakeAnswer {
  return { status, headers, body };
}

export function multistatus(href: string, properties: string): FakeAnswer {
  const body = `<?xml version="1.0" encoding="utf-8"?><multistatus xmlns="DAV:"><response><href>${href}</href><propstat><prop>${properties}</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`;
  return answer(207, { 'content-type': 'application/xml; charset=utf-8' }, body);
}
