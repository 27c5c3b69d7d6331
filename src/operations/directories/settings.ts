/**
 * What is kept of a directory's source: which sort it is, and for LDAP where it is and what is taken from it. A password is never among it,
 * only the file in which it stands.
 */

import { Refusal } from '../refusal.ts';
import { FIELDS, type Field, type Mapping, STANDARD } from './ldap-entry.ts';

/** From where a directory is filled. */
export type SourceKind = 'principals' | 'ldap';

/** Which LDAP directory, and what of it. */
export interface LdapSettings {
  /** `ldaps://ldap.example.com` or, with StartTLS, `ldap://ldap.example.com`. */
  readonly url: string;
  readonly base: string;
  readonly scope: 'sub' | 'one';
  readonly filter: string;
  /** Absent for an anonymous search. */
  readonly bindDn?: string | undefined;
  /** Absolute; its first line is the password. Read at each search. */
  readonly passwordFile?: string | undefined;
  /** Absolute; certificates in PEM form that are trusted instead of the system's. */
  readonly certificates?: string | undefined;
  /** Without TLS: on this machine alone. */
  readonly plain: boolean;
  /** Attributes by field, where they are not the standard ones. */
  readonly attributes: Readonly<Partial<Record<Field, readonly string[]>>>;
}

/** People, and not those whom a directory keeps for itself. */
export const STANDARD_FILTER = '(objectClass=person)';

/** As they are stored. */
export function writeSettings(settings: LdapSettings): string {
  return JSON.stringify(settings);
}

/** As they were stored. */
export function readSettings(text: string): LdapSettings {
  return JSON.parse(text);
}

/** All fields with their attributes. */
export function mappingOf({ attributes }: Pick<LdapSettings, 'attributes'>): Mapping {
  return { ...STANDARD, ...attributes };
}

/** What may be wrong with an URL. @throws Refusal */
export function checkUrl(given: string, plain: boolean): string {
  if (!URL.canParse(given) || !/^ldaps?:\/\/[^/]+\/?$/i.test(given)) {
    throw new Refusal(`${JSON.stringify(given)} is not a URL like ldaps://ldap.example.com.`);
  }
  const url = new URL(given);
  if (url.username !== '' || url.password !== '') throw new Refusal('The URL holds no login: use --bind-dn.');
  if (plain && !isLoopback(url.hostname)) {
    throw new Refusal(
      `Without TLS only this machine itself is asked, not ${url.hostname}: what it answers could be read and changed.`,
    );
  }
  return given.replace(/\/$/, '').toLowerCase();
}

/** Whether a host is this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** `mobile=mobileTelephone,mobile` says from which attributes a field is taken; `photo=` leaves one out. @throws Refusal */
export function attributesFrom(given: readonly string[]): LdapSettings['attributes'] {
  const attributes: Partial<Record<Field, readonly string[]>> = {};
  for (const one of given) {
    const [word = '', names = ''] = one.split(/=(.*)/s);
    const field = FIELDS.find((known) => known === word);
    if (field === undefined) throw new Refusal(`${JSON.stringify(word)} is no field of a card: ${FIELDS.join(', ')}.`);
    const all = names.split(',').map((name) => name.trim().toLowerCase());
    const wanted = all.filter((name) => name !== '');
    const wrong = wanted.find((name) => !/^[a-z][a-z0-9-]*$/.test(name));
    if (wrong !== undefined) throw new Refusal(`${JSON.stringify(wrong)} is no name of an attribute.`);
    attributes[field] = wanted;
  }
  return attributes;
}
