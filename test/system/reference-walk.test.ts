/**
 * The service that Davit reproduces is described by a walk with `host`, `curl` and `xmllint`. Here its commands are run against the demo, and
 * everything that it prints must come: the statuses, the header fields that mean something, every resource, and every property in the
 * propstat in which it is printed. Others may stand beside them.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { elementsOf, textOf } from '../../src/formats/xml/element.ts';
import { readXml } from '../../src/formats/xml/read.ts';
import { DEMO_OBJECTS } from '../../src/operations/demo-objects.ts';
import { skipWithout } from '../support/debian.ts';
import { temporaryFolder } from '../support/engine.ts';
import { type Multistatus, multistatusOf } from '../support/multistatus.ts';
import { type NameServer, startNameServer } from '../support/name-server.ts';
import { clark } from '../support/names.ts';
import { davit, type RunningDavit, runProgram, startDavit } from '../support/program.ts';

const DOMAIN = 'demo.example.com';
const USER = `jane@${DOMAIN}`;
const HOME = `/calendars/${USER}/`;
const BIRTHDAYS = `${HOME}02f29dd9516f1f0c415527e0a60cb3f7/`;
const BIRTHDAY = `${BIRTHDAYS}33992bd8-d3fe-4b07-baaf-c43d0042fae8.ics`;
const BOOKS = `/addressbooks/${USER}/`;
const CARD = `${BOOKS}default/49e6be92-e235-4372-91cd-145673caed4f.vcf`;

/** The words of the DAV header that is printed, by what they promise. */
const WORDS = [
  ...['1', '2', '3', 'extended-mkcol', 'access-control', 'calendarserver-principal-property-search'],
  ...['calendar-access', 'calendar-proxy', 'calendar-availability', 'addressbook'],
];
/** Those whose features are to come. A word moves up when its feature is in. */
const COMING = ['resource-sharing', 'calendar-auto-schedule', 'calendarserver-subscribed', 'calendarserver-sharing'];

const DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const ETAG = /^"[^"]+"$/;

/** A property's text, exactly or by kind, or the elements that must be inside; an empty list is an empty element. */
type Printed = string | RegExp | readonly string[];
/** By status, what is printed of a resource. */
type PrintedResource = Readonly<Record<number, Readonly<Record<string, Printed>>>>;
type PrintedMultistatus = Readonly<Record<string, PrintedResource>>;

const PLAIN: PrintedResource = {
  200: { 'D:resourcetype': ['D:collection'], 'D:getcontenttype': 'application/octet-stream' },
};

function namedCalendar(name: string): PrintedResource {
  return { 200: { 'D:resourcetype': ['D:collection', 'C:calendar', 'CS:shared-owner'], 'D:displayname': name } };
}

function unnamed(...types: readonly string[]): PrintedResource {
  return { 200: { 'D:resourcetype': ['D:collection', ...types] }, 404: { 'D:displayname': [] } };
}

describe('the walk of the reference', { skip: skipWithout('curl', 'xmllint', 'host', 'nsd') }, () => {
  const folder = temporaryFolder('walk');
  let service: RunningDavit;
  let names: NameServer;
  let password: string;

  before(async () => {
    const data = join(folder, 'data');
    service = await startDavit({ data });
    password = / (\S+)/.exec(readFileSync(join(data, 'demo-passwords'), 'utf8'))?.[1] ?? '';
    // So that the commands stay as they are written.
    writeFileSync(join(folder, '.curlrc'), `cacert = "${service.certificate}"\n`);
    const target = `dav.${DOMAIN}`;
    const zone = await davit(['dns', DOMAIN, '--host', target, '--port', String(service.port)], { folder });
    names = await startNameServer(DOMAIN, zone);
  });
  after(async () => {
    await names?.stop();
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a command line; HOST and PASSWORD stand for those of the demo. */
  async function shell(line: string): Promise<{ readonly out: string; readonly err: string }> {
    const command = line.replaceAll('HOST', new URL(service.origin).host).replaceAll('PASSWORD', password);
    // A command that opens /dev/stderr needs a file there; what Node.js gives to its children is a socket.
    const parameters = ['-o', 'pipefail', '-c', `{ ${command}; } 2> err`];
    const { code, out } = await runProgram('bash', parameters, { folder, env: { CURL_HOME: folder } });
    const err = readFileSync(join(folder, 'err'), 'utf8');
    assert.equal(code, 0, `${command}\n${out}${err}`);
    return { out, err };
  }

  describe('finding the service', () => {
    const asked = async (type: string, name: string): Promise<string> => {
      const { out } = await shell(`host -p ${names.port} -t ${type} ${name}.${DOMAIN} 127.0.0.1`);
      return out.trim().split('\n').at(-1) ?? '';
    };

    for (const [name, secure, path] of [
      ['caldav', 'caldavs', '/calendars'],
      ['carddav', 'carddavs', '/addressbooks'],
    ] as const) {
      test(`${secure} by name, its path, and that there is none without TLS`, async () => {
        assert.equal(await asked('SRV', `_${name}._tcp`), `_${name}._tcp.${DOMAIN} has SRV record 0 0 0 .`);
        assert.equal(
          await asked('SRV', `_${secure}._tcp`),
          `_${secure}._tcp.${DOMAIN} has SRV record 1 5 ${service.port} dav.${DOMAIN}.`,
        );
        assert.equal(
          await asked('TXT', `_${secure}._tcp`),
          `_${secure}._tcp.${DOMAIN} descriptive text "path=${path}"`,
        );
      });

      test(`/.well-known/${name}`, async () => {
        const { status, field } = headOf((await shell(`curl -sD - -o /dev/null https://HOST/.well-known/${name}`)).out);
        assert.equal(status, 302);
        assert.equal(field('Location'), `${service.origin}${path}`);
        assert.equal(field('X-Content-Type-Options'), 'nosniff');
      });
    }
  });

  /** Asks for a multistatus, and compares. */
  async function propfind(line: string, printed: PrintedMultistatus): Promise<void> {
    const { out, err } = await shell(line);
    const { status, field } = headOf(err);
    assert.equal(status, 207);
    assert.equal(field('Content-Type'), 'application/xml; charset=utf-8');
    const vary = listOf(field('Vary'));
    assert.ok(vary.includes('brief') && vary.includes('prefer'), `Vary is ${vary}`);
    const words = listOf(field('DAV'));
    for (const word of WORDS) assert.ok(words.includes(word), `DAV has ${word}`);
    assert.deepEqual(
      COMING.filter((word) => words.includes(word)),
      [],
      'a word that comes now belongs to those that must come',
    );
    assertCame(multistatusOf(readXml(Buffer.from(out))), printed);
  }

  const user = '--user "jane@demo.example.com:PASSWORD"';
  const plain = `curl ${user} -s -X PROPFIND -H "Content-Type: application/xml" -sD /dev/stderr`;
  const deep = `curl ${user} -sD /dev/stderr -H "Content-Type: application/xml" -X PROPFIND -H "Depth: infinity"`;

  test('is there a calendar service? Without Depth, the collection and what is directly in it', () =>
    propfind(`${plain} https://HOST/calendars | xmllint -format -`, { '/calendars/': PLAIN, [HOME]: PLAIN }));

  test('everything in the home, to any depth, with types and names', () => {
    const body =
      '<d:propfind xmlns:d="DAV:" xmlns:cs="https://calendarserver.org/ns/"><d:prop><d:resourcetype /><d:displayname /></d:prop></d:propfind>';
    return propfind(`${deep} --data '${body}' https://HOST${HOME} | xmllint -format -`, {
      [HOME]: unnamed(),
      [BIRTHDAYS]: namedCalendar('Birthdays'),
      [`${HOME}0f9263536b9fc61ada745644735bfd8f/`]: namedCalendar('Work'),
      [`${HOME}edfab414adccd8b67f7727e3ae03b85b/`]: namedCalendar('Important Dates'),
      [`${HOME}default/`]: namedCalendar('Family'),
      [`${HOME}inbox/`]: unnamed('C:schedule-inbox'),
      [`${HOME}outbox/`]: unnamed('C:schedule-outbox'),
    });
  });

  test('a calendar and the event in it, with all their properties', () =>
    propfind(`${deep} https://HOST${BIRTHDAYS} | xmllint -format -`, {
      [BIRTHDAYS]: {
        200: {
          'D:resourcetype': ['D:collection', 'C:calendar', 'CS:shared-owner'],
          'D:getcontenttype': 'application/octet-stream',
          'CS:getctag': /./,
          'S:sync-token': /^\d+$/,
          'C:supported-calendar-component-set': ['C:comp VEVENT', 'C:comp VTODO'],
          'C:schedule-calendar-transp': ['C:opaque'],
          'D:displayname': 'Birthdays',
          'ICAL:calendar-order': '0',
        },
      },
      [BIRTHDAY]: {
        200: {
          'D:getlastmodified': DATE,
          'D:getcontentlength': String(sizeOf(BIRTHDAY)),
          'D:resourcetype': [],
          'D:getetag': ETAG,
          'D:getcontenttype': 'text/calendar; charset=utf-8; component=vevent',
        },
      },
    }));

  test('is there an address book service?', () =>
    propfind(`${plain} https://HOST/addressbooks | xmllint -format -`, { '/addressbooks/': PLAIN, [BOOKS]: PLAIN }));

  const book: PrintedResource = {
    200: { 'D:resourcetype': ['D:collection', 'CR:addressbook'], 'D:getcontenttype': 'application/octet-stream' },
  };

  test('the address books of the user', () =>
    propfind(`${plain} https://HOST${BOOKS} | xmllint -format -`, { [BOOKS]: PLAIN, [`${BOOKS}default/`]: book }));

  test('an address book and the card in it', () =>
    propfind(`${plain} https://HOST${BOOKS}default/ | xmllint -format -`, {
      [`${BOOKS}default/`]: book,
      [CARD]: {
        200: {
          'D:getlastmodified': DATE,
          'D:getcontentlength': String(sizeOf(CARD)),
          'D:resourcetype': [],
          'D:getetag': ETAG,
          'D:getcontenttype': 'text/vcard; charset=utf-8',
        },
      },
    }));

  for (const [what, path, type] of [
    ['event', BIRTHDAY, 'text/calendar; charset=utf-8; component=vevent'],
    ['card', CARD, 'text/vcard; charset=utf-8'],
  ] as const) {
    test(`the ${what} itself`, async () => {
      const { out } = await shell(`curl ${user} -s -X GET -i https://HOST${path}`);
      const { status, field, body } = headOf(out);
      assert.equal(status, 200);
      assert.equal(field('Content-Type'), type);
      assert.equal(field('Content-Length'), String(sizeOf(path)));
      assert.match(field('Last-Modified') ?? '', DATE);
      assert.match(field('ETag') ?? '', ETAG);
      assert.equal(field('X-Content-Type-Options'), 'nosniff');
      assert.equal(body, demoObject(path));
    });
  }

  test('real data: LAST-MODIFIED without Z, and PREF=1 in a card of version 3.0, are taken by PUT and kept as sent', async () => {
    for (const [path, elsewhere, odd] of [
      [BIRTHDAY, `${HOME}default/another.ics`, /^LAST-MODIFIED;X-VOBJ-FLOATINGTIME-ALLOWED=TRUE:\d{8}T\d{6}$/m],
      [CARD, `${BOOKS}default/another.vcf`, /^EMAIL;TYPE=OTHER;PREF=1:/m],
    ] as const) {
      const text = demoObject(path).replace(/^UID:.*$/m, 'UID:another-one');
      assert.match(text.replaceAll('\r', ''), odd);
      const file = join(folder, 'object');
      writeFileSync(file, text);
      const put = await shell(`curl ${user} -s -i -T object https://HOST${elsewhere}`);
      const { status, field } = headOf(put.out);
      assert.equal(status, 201, put.out);
      const { out } = await shell(`curl ${user} -s -i https://HOST${elsewhere}`);
      assert.equal(headOf(out).body, text);
      assert.equal(headOf(out).field('ETag'), field('ETag'));
    }
  });
});

function demoObject(path: string): string {
  return DEMO_OBJECTS.find(({ name }) => path.endsWith(`/${name}`))?.text ?? '';
}

function sizeOf(path: string): number {
  return Buffer.byteLength(demoObject(path));
}

interface Head {
  readonly status: number;
  field(name: string): string | undefined;
  readonly body: string;
}

/** What `curl -i` prints. */
function headOf(text: string): Head {
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...lines] = text.slice(0, end).split('\r\n');
  const fields = new Map(lines.map((one) => [one.split(':')[0]?.toLowerCase(), one.replace(/^[^:]*:\s*/, '')]));
  return {
    status: Number(line.split(' ')[1]),
    field: (name) => fields.get(name.toLowerCase()),
    body: text.slice(end + 4),
  };
}

function listOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(',').map((word) => word.trim().toLowerCase());
}

function assertCame(came: Multistatus, printed: PrintedMultistatus): void {
  for (const [path, byStatus] of Object.entries(printed)) {
    const { href, properties } = came.at(path);
    assert.equal(href, path, 'the path as it is printed');
    for (const [status, values] of Object.entries(byStatus)) {
      for (const [name, value] of Object.entries(values)) {
        const property = properties.get(clark(name));
        assert.equal(property?.status, Number(status), `${name} of ${path} stands with ${status}`);
        if (property === undefined || status === '404') continue;
        const text = textOf(property.element);
        if (typeof value === 'string') assert.equal(text, value, `${name} of ${path}`);
        else if (value instanceof RegExp) assert.match(text, value, `${name} of ${path}`);
        else {
          const inside = elementsOf(property.element).map((one) =>
            [one.name, ...one.attributes.map((attribute) => attribute.value)].join(' '),
          );
          for (const one of value) {
            const [element = '', ...attributes] = one.split(' ');
            const wanted = [clark(element), ...attributes].join(' ');
            assert.ok(inside.includes(wanted), `${name} of ${path} holds ${wanted}, not only ${inside.join(', ')}`);
          }
          if (value.length === 0) assert.deepEqual(inside, [], `${name} of ${path} is empty`);
        }
      }
    }
  }
}
