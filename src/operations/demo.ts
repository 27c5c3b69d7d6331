/**
 * The demo domain: two users with random passwords, one of whom has the calendars and the card of the walk in the README and shares the
 * calendars with the other. It is meant for one machine: its passwords lie in a file.
 */

import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { etagOf } from '../dav/etag.ts';
import type { Creatable } from '../dav/feature.ts';
import { WRITING } from '../dav/privilege.ts';
import { applyUpdate } from '../dav/property-update.ts';
import { inWords } from '../dav/resource.ts';
import { proposedWrite } from '../dav/write-rule.ts';
import { encodePath } from '../formats/http/path.ts';
import { element, type XmlElement } from '../formats/xml/element.ts';
import { APPLE_ICAL, CALDAV, DAV } from '../formats/xml/name.ts';
import type { Account, CollectionRecord, StoredProperties } from '../store/records.ts';
import type { WriteTransaction } from '../store/store.ts';
import type { Administration } from './administration.ts';
import { prepareDataFolder } from './data-folder.ts';
import { DEMO_CALENDARS, DEMO_OBJECTS, type DemoObject } from './demo-objects.ts';
import { addDomain } from './domains.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { provision } from './provision.ts';
import { codeOf, reasonOf } from './reason.ts';
import { Refusal } from './refusal.ts';

/** Below a name that is kept for examples, so that it is nobody's. */
const DEMO_DOMAIN = 'demo.example.com';
const TENANT = 'demo';
/** In the data folder, mode 0600. */
const PASSWORDS_FILE = 'demo-passwords';
const CALENDARS = 'calendars';

/** Who can log in. */
export interface DemoLogin {
  readonly address: string;
  readonly password: string;
}

/** Jane has the calendars, Sam sees them. */
const PEOPLE = [
  { address: `jane@${DEMO_DOMAIN}`, name: 'Jane Doe' },
  { address: `sam@${DEMO_DOMAIN}`, name: 'Sam Roe' },
] as const;
const [OWNER, SHAREE] = PEOPLE;

/** Whether nothing has been set up yet. */
export async function isUntouched(admin: Administration): Promise<boolean> {
  return (await admin.store.read((tx) => tx.directory.domains())).length === 0;
}

/** Whether the demo domain is here. */
export async function hasDemo(admin: Administration): Promise<boolean> {
  return (await admin.store.read((tx) => tx.directory.domain(DEMO_DOMAIN))) !== undefined;
}

/** Refuses to open a store with the demo domain to the network. @throws Refusal */
export async function refuseOpenDemo(admin: Administration, host: string): Promise<void> {
  if (!(await hasDemo(admin))) return;
  throw new Refusal(
    `The demo domain ${DEMO_DOMAIN} must not be reached from the network, and host ${host} opens it: remove it (davit domain remove ${DEMO_DOMAIN} --with-accounts), choose another data folder, or listen on 127.0.0.1.`,
  );
}

/**
 * Makes what is missing of the demo and returns its logins. A second run changes nothing but passwords that no longer fit the file.
 * @throws Refusal when the file of passwords cannot be written or read
 */
export async function makeDemo(
  admin: Administration,
  dataFolder: string,
  newPassword: () => string = randomPassword,
): Promise<readonly DemoLogin[]> {
  const logins = keptLogins(dataFolder) ?? keepLogins(dataFolder, newPassword);
  if (!(await hasDemo(admin))) await addDomain(admin, DEMO_DOMAIN, TENANT);
  const sharee = await makeUser(admin, SHAREE, passwordOf(logins, SHAREE.address), async () => {});
  await makeUser(admin, OWNER, passwordOf(logins, OWNER.address), async (tx, owner, homes) => {
    const home = homes.get(CALENDARS);
    if (home !== undefined) for (const key of await makeCalendars(admin, tx, owner, home)) await share(tx, key, sharee);
    for (const object of DEMO_OBJECTS) await store(admin, tx, owner, homes.get(object.segment), object);
  });
  return logins;
}

function passwordOf(logins: readonly DemoLogin[], address: string): string {
  return logins.find((login) => login.address === address)?.password ?? '';
}

type Fill = (tx: WriteTransaction, account: Account, homes: ReadonlyMap<string, CollectionRecord>) => Promise<void>;

/** One account in one transaction: it is there with all that it holds, or not at all. */
async function makeUser(
  admin: Administration,
  { address, name }: (typeof PEOPLE)[number],
  password: string,
  fill: Fill,
): Promise<Account> {
  const before = await admin.store.read((tx) => tx.directory.accountByAddress(address));
  const hash = before?.passwordHash;
  const fits = hash !== undefined && (await verifyPassword(hash, password));
  const passwordHash = fits ? hash : await hashPassword(password, admin.hashing);
  const demo = address === OWNER.address;
  return admin.store.write(admin.origin(), async (tx) => {
    let account = await tx.directory.accountByAddress(address);
    if (account === undefined) {
      const domain = await tx.directory.domain(DEMO_DOMAIN);
      if (domain === undefined) throw new Refusal(`The domain ${DEMO_DOMAIN} was removed in the meantime.`);
      const { tenant } = domain;
      const kind = 'individual';
      account = await tx.directory.addAccount({ tenant, kind, address, aliases: [], displayName: name, passwordHash });
    } else if (!fits) account = await tx.directory.updateAccount(account.id, { passwordHash });
    // The owner's calendars are the demo's own, whatever else a new user would have.
    const calendar = calendars(admin)?.type.kind;
    const homes = await provision(tx, account, admin.catalogue, ({ type }) => !demo || type.kind !== calendar);
    await fill(tx, account, homes);
    return account;
  });
}

function calendars({ catalogue }: Administration): Creatable | undefined {
  return catalogue.creatable.find(({ type }) => type.elements.includes(`{${CALDAV}}calendar`));
}

async function makeCalendars(
  admin: Administration,
  tx: WriteTransaction,
  owner: Account,
  home: CollectionRecord,
): Promise<readonly CollectionRecord[]> {
  const creatable = calendars(admin);
  if (creatable === undefined) return [];
  const made: CollectionRecord[] = [];
  for (const { name, displayName } of DEMO_CALENDARS) {
    made.push(
      (await tx.collections.child(owner.id, home.id, name)) ??
        (await tx.collections.add(owner.id, {
          parent: home.id,
          name,
          kind: creatable.type.kind,
          properties: propertiesOf(admin, owner, creatable, displayName),
        })),
    );
  }
  return made;
}

/** What a client would have set by MKCALENDAR. RFC 4791 section 5.3.1. */
function propertiesOf(admin: Administration, user: Account, creatable: Creatable, name: string): StoredProperties {
  const comp = (component: string): XmlElement => ({
    name: `{${CALDAV}}comp`,
    attributes: [{ name: '{}name', value: component }],
    children: [],
  });
  const values = [
    element(`{${DAV}}displayname`, name),
    element(`{${CALDAV}}supported-calendar-component-set`, comp('VEVENT'), comp('VTODO')),
    element(`{${APPLE_ICAL}}calendar-order`, '0'),
  ];
  const { catalogue, limits, store } = admin;
  const result = applyUpdate(
    values.map((value) => ({ name: value.name, value })),
    creatable.defaults,
    { creating: true, type: creatable.type },
    { catalogue, user, epoch: store.epoch, now: admin.origin().at, limits },
  );
  if (!result.ok) throw new Error(`the demo's calendars are refused: ${result.failures[0]?.error.message}`);
  return result.properties;
}

async function share(tx: WriteTransaction, key: CollectionRecord, sharee: Account): Promise<void> {
  const grants = await tx.grants.on(key);
  if (!grants.some((grant) => grant.grantee === sharee.id)) await tx.grants.set(key, sharee.id, WRITING);
}

/** Stores an object as PUT does, unless it is there. */
async function store(
  { catalogue, limits }: Administration,
  tx: WriteTransaction,
  owner: Account,
  home: CollectionRecord | undefined,
  { collection: name, name: objectName, segment, contentType, text }: DemoObject,
): Promise<void> {
  if (home === undefined) return;
  const found = await tx.collections.child(owner.id, home.id, name);
  const collection = found === undefined ? undefined : await tx.collections.lock(found);
  if (collection === undefined || (await tx.objects.get(collection, objectName)) !== undefined) return;
  const type = catalogue.type(collection.kind);
  const rule = catalogue.writeRule(type);
  if (rule === undefined) throw new Error(`nothing can be stored in ${inWords(type)}`);
  const data = Buffer.from(text);
  const proposed = proposedWrite(
    { owner, collection, href: encodePath([segment, owner.address, name], true) },
    { name: objectName, body: { data }, contentType, previous: undefined },
    { limits, author: undefined },
  );
  const { uid, index } = await rule.accept(proposed, tx);
  await tx.objects.put(collection, { name: objectName, uid, etag: etagOf(data), data, index });
}

// --- passwords ----------------------------------------------------------------------------------------------------------------------

/** Letters and digits that are not mistaken for one another. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** 98 random bits, in groups that can be typed. */
function randomPassword(): string {
  const group = (): string => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

/** The logins in the data folder's file; undefined when there is none. @throws Refusal */
export function keptLogins(dataFolder: string): readonly DemoLogin[] | undefined {
  const file = join(dataFolder, PASSWORDS_FILE);
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Refusal(`${file} cannot be read: ${reasonOf(error)}.`);
  }
  const passwords = new Map(content.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
  return PEOPLE.map(({ address }) => {
    const password = passwords.get(address) ?? '';
    if (password === '')
      throw new Refusal(`${file} has no password for ${address}: remove the file, new ones will be made.`);
    return { address, password };
  });
}

/** Written before the accounts are made, so that no account has a password that nobody knows. */
function keepLogins(dataFolder: string, newPassword: () => string): readonly DemoLogin[] {
  const logins = PEOPLE.map(({ address }) => ({ address, password: newPassword() }));
  const file = demoPasswordsFile(dataFolder);
  prepareDataFolder(dataFolder);
  try {
    const content = logins.map(({ address, password }) => `${address} ${password}\n`).join('');
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new Refusal(`${file} cannot be written: ${reasonOf(error)}.`);
  }
  return logins;
}

/** Where the passwords are kept. */
export function demoPasswordsFile(dataFolder: string): string {
  return join(dataFolder, PASSWORDS_FILE);
}
