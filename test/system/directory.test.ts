/**
 * A directory filled from a real OpenLDAP: over TLS, with a login, umlauts, photos and several values; what changes, what goes, what fails
 * half way; and what two users see of it, with curl, tsdav and vdirsyncer.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createDAVClient } from 'tsdav';
import { skipWithout } from '../support/debian.ts';
import {
  davit,
  type Household,
  household,
  PROGRAM,
  type RunningDavit,
  runProgram,
  startDavit,
} from '../support/program.ts';
import { type Slapd, startSlapd, type Way, wayTo } from '../support/slapd.ts';
import { vdirsyncerDevice } from '../support/vdirsyncer.ts';

const ALICE = 'alice@example.com';
const BOB = 'bob@example.com';
/** What a directory starts with; one of them is no person. */
const PEOPLE = 60;
/** The smallest image: what is in it is nobody's business here. */
const PHOTO = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), Buffer.alloc(900, 7)]);

interface Report {
  readonly added: { readonly count: number; readonly names: readonly string[] };
  readonly changed: Report['added'];
  readonly removed: Report['added'];
  readonly unreadable: Report['added'];
  readonly unchanged: number;
  readonly fault: string | null;
}

function person(number: number, more: readonly string[] = []): string {
  const name = `Jürgen Müller ${number}`;
  return [
    `dn: uid=person${number},ou=people,dc=example,dc=org`,
    'objectClass: inetOrgPerson',
    `cn:: ${Buffer.from(name).toString('base64')}`,
    `sn:: ${Buffer.from(`Müller ${number}`).toString('base64')}`,
    `givenName:: ${Buffer.from('Jürgen').toString('base64')}`,
    `mail: person${number}@example.org`,
    ...more,
    '',
    '',
  ].join('\n');
}

describe('a directory from OpenLDAP', {
  skip: skipWithout('slapd', 'ldapadd', 'openssl', 'curl', 'vdirsyncer'),
}, () => {
  const believed = getCACertificates('default');
  let home: Household;
  let slapd: Slapd;
  let way: Way;
  let service: RunningDavit;

  before(async () => {
    home = await household('directory', ALICE, BOB);
    slapd = await startSlapd(join(home.folder, 'slapd'));
    way = await wayTo(slapd.ldaps);
    const base = [
      'dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n',
      'dn: ou=people,dc=example,dc=org\nobjectClass: organizationalUnit\nou: people\n',
      'dn: cn=reader,dc=example,dc=org\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: a reader\n',
    ];
    const people = Array.from({ length: PEOPLE - 2 }, (_, at) => person(at));
    const rich = person(1000, [
      'mail: second@example.org',
      'telephoneNumber: +49 30 1',
      'telephoneNumber: +49 30 2',
      'mobile: +49 170 3',
      'title: Chief, of; everything',
      'o: Example\\, Inc.',
      'ou: Maps',
      `street:: ${Buffer.from('Straße 1\nHinterhaus').toString('base64')}`,
      'l: Berlin',
      'postalCode: 10115',
      'labeledURI: https://example.org/ my page',
      `description:: ${Buffer.from('not for everybody').toString('base64')}`,
      `jpegPhoto:: ${PHOTO.toString('base64')}`,
    ]);
    const hostile = person(1001, [
      `displayName:: ${Buffer.from('Eve\r\nEND:VCARD\r\nBEGIN:VCARD').toString('base64')}`,
    ]);
    await slapd.change([...base, ...people, rich, hostile].join('\n'));
    writeFileSync(join(home.folder, 'password'), 'a reader\n');
    service = await startDavit({ data: home.data });
    setDefaultCACertificates([...believed, readFileSync(service.certificate, 'utf8')]);
  });
  after(async () => {
    setDefaultCACertificates(believed);
    await service?.stop();
    await way?.close();
    await slapd?.stop();
    home?.remove();
  });

  const adding = (name: string, url: string, ...more: readonly string[]): readonly string[] => [
    ...['directory', 'add', name, '--data', home.data, '--title', 'Example staff', '--from', 'ldap', '--url', url],
    ...['--base', 'ou=people,dc=example,dc=org', '--bind-dn', 'cn=reader,dc=example,dc=org'],
    ...['--password-file', join(home.folder, 'password'), ...more],
  ];

  /** What `davit directory sync` reports, and its exit code. */
  async function synced(): Promise<{ readonly code: number | null; readonly report: Report }> {
    const { code, out, said } = await runProgram(process.execPath, [
      ...[PROGRAM, 'directory', 'sync', 'staff', '--data', home.data, '--json'],
    ]);
    assert.ok(out.startsWith('{'), said);
    return { code, report: JSON.parse(out) };
  }

  async function curl(who: string, method: string, path: string, headers: readonly string[] = [], body = '') {
    const { out, said, code } = await runProgram('curl', [
      ...[
        '-s',
        '--cacert',
        service.certificate,
        '--user',
        `${who}:${home.password}`,
        '-X',
        method,
        '-w',
        '\n%{http_code}',
      ],
      ...headers.flatMap((header) => ['-H', header]),
      ...(body === '' ? [] : ['--data-binary', body]),
      service.origin + path,
    ]);
    assert.equal(code, 0, said);
    const end = out.lastIndexOf('\n');
    return { status: Number(out.slice(end + 1)), text: out.slice(0, end) };
  }

  /** All cards, as a user reads them at once. */
  async function cards(who: string): Promise<readonly string[]> {
    const report =
      '<card:addressbook-query xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav"><d:prop><card:address-data/></d:prop>' +
      '<card:filter/></card:addressbook-query>';
    const headers = ['Depth: 1', 'Content-Type: application/xml'];
    const { status, text } = await curl(who, 'REPORT', `/addressbooks/${who}/staff/`, headers, report);
    assert.equal(status, 207, text);
    return text.split('<card:address-data>').slice(1);
  }

  test('a server whose certificate nobody vouches for is not asked, nor one without TLS elsewhere', async () => {
    const run = (parameters: readonly string[]) => runProgram(process.execPath, [PROGRAM, ...parameters]);
    const unknown = await run(adding('unknown', `ldaps://127.0.0.1:${slapd.ldaps}`));
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /self-signed certificate/);
    await davit(['directory', 'remove', 'unknown', '--data', home.data, '--yes']);
    const plain = await run(adding('plain', 'ldap://ldap.example.com', '--no-tls'));
    assert.equal(plain.code, 1);
    assert.match(plain.err, /Without TLS only this machine itself is asked/);
    assert.doesNotMatch(await davit(['directory', 'list', '--data', home.data]), /plain/);
  });

  test('StartTLS reads what LDAPS reads, and nobody who is not logged in gets anything', async () => {
    const started = await davit(adding('started', `ldap://127.0.0.1:${slapd.ldap}`, '--ca-file', slapd.certificate));
    assert.match(started, new RegExp(`^${PEOPLE} cards added, 0 changed, 0 removed, 0 as before\\.$`, 'm'));
    await davit(['directory', 'remove', 'started', '--data', home.data, '--yes']);
    const anonymous = [
      ...[PROGRAM, 'directory', 'add', 'anonymous', '--data', home.data, '--from', 'ldap', '--base', slapd.suffix],
      ...['--url', `ldaps://127.0.0.1:${slapd.ldaps}`, '--ca-file', slapd.certificate],
    ];
    const { code, said } = await runProgram(process.execPath, anonymous);
    assert.equal(code, 1, said);
    await davit(['directory', 'remove', 'anonymous', '--data', home.data, '--yes']);
  });

  test('every person becomes a card that both users read', async () => {
    const said = await davit(adding('staff', `ldaps://127.0.0.1:${way.port}`, '--ca-file', slapd.certificate));
    assert.match(said, new RegExp(`^${PEOPLE} cards added, 0 changed, 0 removed, 0 as before\\.$`, 'm'));
    for (const who of [ALICE, BOB]) {
      const all = await cards(who);
      assert.equal(all.length, PEOPLE);
      const rich = all.find((text) => text.includes('person1000@')) ?? '';
      for (const line of [
        'FN:Jürgen Müller 1000',
        'N:Müller 1000;Jürgen;;;',
        'EMAIL;TYPE=INTERNET:second@example.org',
        'TEL;TYPE=WORK,VOICE:+49 30 2',
        'TEL;TYPE=CELL,VOICE:+49 170 3',
        'TITLE:Chief\\, of\\; everything',
        'ADR;TYPE=WORK:;;Straße 1\\nHinterhaus;Berlin;;10115;',
        'URL:https://example.org/',
      ]) {
        assert.ok(rich.includes(`\n${line}`), `${line} in ${rich}`);
      }
      assert.match(rich, /\nUID:[0-9a-f-]{36}/);
      assert.match(rich.replace(/\r?\n /g, ''), /PHOTO;ENCODING=b;TYPE=JPEG:\/9j\//);
      assert.doesNotMatch(rich, /not for everybody/);
      assert.ok(all.some((text) => text.includes('\nFN:Eve END:VCARD BEGIN:VCARD')));
    }
  });

  test('what is as it was is not written again', async () => {
    const { code, report } = await synced();
    assert.equal(code, 0);
    assert.deepEqual([report.added.count, report.changed.count, report.removed.count], [0, 0, 0]);
    assert.equal(report.unchanged, PEOPLE);
  });

  test('what changes is changed, what goes goes, and each is named', async () => {
    const name = Buffer.from('Jürgen Groß').toString('base64');
    await slapd.change(
      `dn: uid=person1,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: cn\ncn:: ${name}\n\n` +
        'dn: uid=person2,ou=people,dc=example,dc=org\nchangetype: delete\n\n' +
        'dn: uid=person3,ou=people,dc=example,dc=org\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n\n' +
        person(2000).replace('\n', '\nchangetype: add\n'),
    );
    const { code, report } = await synced();
    assert.equal(code, 0);
    assert.deepEqual(report.changed.names, ['Jürgen Groß (uid=person1,ou=people,dc=example,dc=org)']);
    assert.deepEqual(report.removed.names, ['Jürgen Müller 2']);
    assert.equal(report.added.count, 1);
    // Whoever is called otherwise stays who it is.
    assert.equal(report.unchanged, PEOPLE - 2);
    assert.equal((await cards(BOB)).length, PEOPLE);
  });

  test('a connection that is lost half way removes nothing, and says so', async () => {
    way.cutAfter(12_000);
    await slapd.change('dn: uid=person4,ou=people,dc=example,dc=org\nchangetype: delete\n');
    const { code, report } = await synced();
    assert.equal(code, 1);
    assert.ok(report.fault !== null && report.fault !== '');
    assert.equal(report.removed.count, 0);
    assert.equal((await cards(ALICE)).length, PEOPLE);
    const [listed] = JSON.parse(await davit(['directory', 'list', '--data', home.data, '--json']));
    assert.equal(listed.fault, report.fault);
    assert.notEqual(listed.filled, null);
    way.cutAfter(undefined);
  });

  test('an answer that is cut at the server’s size limit removes nothing, and says so', async () => {
    await slapd.restart('sizelimit size.soft=20 size.hard=20 size.prtotal=20');
    const { code, report } = await synced();
    assert.equal(code, 1);
    assert.match(report.fault ?? '', /its size limit is exceeded/);
    assert.equal((await cards(ALICE)).length, PEOPLE);
    await slapd.restart();
    const whole = await synced();
    assert.equal(whole.code, 0);
    assert.deepEqual(whole.report.removed.names, ['Jürgen Müller 4']);
    assert.equal((await cards(ALICE)).length, PEOPLE - 1);
  });

  test('a server that is not there, and a login that is refused, remove nothing', async () => {
    writeFileSync(join(home.folder, 'password'), 'somebody else\n');
    assert.match((await synced()).report.fault ?? '', /refuses the login/);
    writeFileSync(join(home.folder, 'password'), 'a reader\n');
    await slapd.stop();
    const { code, report } = await synced();
    assert.equal(code, 1);
    assert.notEqual(report.fault, null);
    assert.equal((await cards(BOB)).length, PEOPLE - 1);
    await slapd.restart();
    assert.equal((await synced()).code, 0);
  });

  test('a client of others finds it beside one’s own address book, and cannot write there', async () => {
    const client = await createDAVClient({
      ...{ serverUrl: service.origin, authMethod: 'Basic', defaultAccountType: 'carddav' },
      credentials: { username: BOB, password: home.password },
    });
    const books = await client.fetchAddressBooks();
    assert.deepEqual(books.map(({ url }) => new URL(url).pathname.split('/').at(-2)).sort(), ['default', 'staff']);
    const addressBook = books.find(({ url }) => url.endsWith('/staff/'));
    assert.ok(addressBook !== undefined);
    assert.equal(addressBook.displayName, 'Example staff');
    const all = await client.fetchVCards({ addressBook });
    assert.equal(all.length, PEOPLE - 1);
    const put = await client.createVCard({
      ...{ addressBook, filename: 'new.vcf' },
      vCardString: 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:new\r\nFN:New\r\nN:New;;;;\r\nEND:VCARD\r\n',
    });
    assert.equal(put.status, 403);
  });

  test('a device that keeps a copy has every card, and what changes comes to it', async () => {
    const reach = { origin: service.origin, certificate: service.certificate, address: BOB, password: home.password };
    const device = vdirsyncerDevice(join(home.folder, 'device'), reach);
    await device.discover();
    await device.sync();
    assert.equal(device.held('contacts/staff').size, PEOPLE - 1);
    await slapd.change(
      'dn: uid=person5,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: title\ntitle: Boss\n',
    );
    assert.equal((await synced()).report.changed.count, 1);
    await device.sync();
    const texts = [...device.held('contacts/staff').values()];
    assert.equal(texts.filter((text) => /^TITLE:Boss\r$/m.test(text)).length, 1);
  });

  test('each user hides it and shows it again, over the network and by the command line', async () => {
    const path = (who: string) => `/addressbooks/${who}/staff/`;
    assert.equal((await curl(ALICE, 'DELETE', path(ALICE))).status, 204);
    assert.equal((await curl(ALICE, 'PROPFIND', path(ALICE), ['Depth: 0'])).status, 404);
    assert.equal((await curl(BOB, 'PROPFIND', path(BOB), ['Depth: 0'])).status, 207);
    await synced();
    assert.equal(
      (await curl(ALICE, 'PROPFIND', path(ALICE), ['Depth: 0'])).status,
      404,
      'it does not come back by itself',
    );
    const set = ['user', 'directory', ALICE, 'staff', 'shown', '--data', home.data];
    assert.match(await davit(set), /staff is shown as staff\./);
    assert.equal((await cards(ALICE)).length, PEOPLE - 1);
    assert.match(await davit(['user', 'directory', BOB, 'staff', 'hidden', '--data', home.data]), /staff is hidden\./);
    assert.equal((await curl(BOB, 'PROPFIND', path(BOB), ['Depth: 0'])).status, 404);
  });

  test('a new user sees it from the start, and nobody once it is removed', async () => {
    const carol = 'carol@example.com';
    await davit(['user', 'add', carol, '--data', home.data, '--password-stdin'], { input: `${home.password}\n` });
    assert.equal((await cards(carol)).length, PEOPLE - 1);
    await davit(['directory', 'remove', 'staff', '--data', home.data, '--yes']);
    for (const who of [ALICE, carol]) {
      assert.equal((await curl(who, 'PROPFIND', `/addressbooks/${who}/staff/`, ['Depth: 0'])).status, 404);
    }
    assert.match(await davit(['directory', 'list', '--data', home.data]), /There are no directories yet/);
  });
});
