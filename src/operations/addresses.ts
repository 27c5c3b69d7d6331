/**
 * Addresses as administrators type them, made into what is stored and what stands in URLs: `user@domain` in lower case, the domain as
 * A-labels. RFC 5322 section 3.4.1 with what Basic credentials, paths and account names cannot hold taken away.
 */
import { Buffer } from 'node:buffer';
import { domainName, InvalidOption } from './discovery/domain-name.ts';
import { Refusal } from './refusal.ts';

/** Octets of a local part. */
const LOCAL_PART = 64;
/** Octets of a whole address. */
const ADDRESS = 254;

export interface AddressParts {
  readonly address: string;
  readonly localPart: string;
  readonly domain: string;
}

/** The address in lower case, in its parts. @throws Refusal */
export function addressParts(given: string): AddressParts {
  const at = given.lastIndexOf('@');
  const refuse = (why: string): never => {
    throw new Refusal(`${JSON.stringify(given)} is not an address like user@example.com: ${why}.`);
  };
  if (at < 0) refuse('the @ is missing');
  const localPart = given.slice(0, at).normalize('NFC').toLowerCase();
  if (localPart === '') refuse('nothing stands before the @');
  // A colon would end the user in Basic credentials (RFC 7617 section 2), a slash the segment of a path.
  const strange = /[\s/:@\\"<>(),;[\]\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.exec(localPart);
  if (strange !== null) refuse(`${JSON.stringify(strange[0])} may not stand before the @`);
  if (localPart.startsWith('.') || localPart.endsWith('.') || localPart.includes('..'))
    refuse('a dot stands where none may');
  if (Buffer.byteLength(localPart) > LOCAL_PART) refuse(`the part before the @ is longer than ${LOCAL_PART} octets`);
  const domain = domainOf(given.slice(at + 1), refuse);
  const address = `${localPart}@${domain}`;
  if (Buffer.byteLength(address) > ADDRESS) refuse(`it is longer than ${ADDRESS} octets`);
  return { address, localPart, domain };
}

/** The address in lower case. @throws Refusal */
export function normalAddress(given: string): string {
  return addressParts(given).address;
}

/** The domain in lower case as A-labels. @throws Refusal */
export function normalDomain(given: string): string {
  return domainOf(given, (why) => {
    throw new Refusal(`${JSON.stringify(given)} is not a domain name: ${why}.`);
  });
}

function domainOf(given: string, refuse: (why: string) => never): string {
  try {
    return domainName(given);
  } catch (error) {
    if (!(error instanceof InvalidOption)) throw error;
    const said = error.message.replace(/^.* is not a domain name: /s, '').replace(/\.$/, '');
    return refuse(said);
  }
}

/** What people are called: on one line, not endless. @throws Refusal */
export function displayName(given: string): string {
  const name = given.trim().normalize('NFC');
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(name))
    throw new Refusal('A name must not hold control characters or line ends.');
  if (Buffer.byteLength(name) > 255) throw new Refusal('A name may have at most 255 octets.');
  return name;
}
