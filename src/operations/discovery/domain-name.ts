/**
 * Domain names as operators type them, made into what the DNS holds: lower case, A-labels, no trailing dot.
 * Everything that goes into a zone file or a query passes through here. RFC 6764 section 3, RFC 2782.
 */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** Something the operator gave cannot be used: a name, an address, a number. The message is meant for them. */
export class InvalidOption extends Error {
  override readonly name = 'InvalidOption';
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
// domainToASCII decodes percent signs and cuts at a slash; what could be taken for a URL is refused before it.
const NOT_IN_A_NAME = /[\u0000-\u0020\u007f%/\\?#@:[\]*_"'();<>|^`{}]/;

/**
 * The name in lower case with A-labels (`bücher.example` becomes `xn--bcher-kva.example`) and without the
 * trailing dot. Throws `InvalidOption` for what is not a host or domain name: an IP address, an empty or
 * over-long label, a character outside letters, digits and hyphens.
 */
export function domainName(text: string): string {
  const refuse = (why: string): never => {
    throw new InvalidOption(`${JSON.stringify(text)} is not a domain name: ${why}.`);
  };
  const given = text.endsWith('.') ? text.slice(0, -1) : text;
  if (given === '') refuse('it is empty');
  if (isIP(given) !== 0) refuse('it is an IP address, where the DNS needs a name');
  const strange = NOT_IN_A_NAME.exec(given);
  if (strange !== null) refuse(`it may not contain ${JSON.stringify(strange[0])}`);
  const ascii = /^[\u0000-\u007f]*$/.test(given) ? given.toLowerCase() : domainToASCII(given);
  if (ascii === '') refuse('it has characters that no internationalised domain name may have');
  if (ascii.length > 253) refuse('it is longer than 253 characters');
  const labels = ascii.split('.');
  for (const label of labels) {
    if (label === '') refuse('two dots follow each other, or it begins with a dot');
    if (label.length > 63) refuse(`the part "${label.slice(0, 20)}…" is longer than 63 characters`);
    if (!LABEL.test(label)) refuse(`the part "${label}" is not letters, digits and inner hyphens`);
  }
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) refuse('its last part is a number');
  return ascii;
}

/** Whether `name` is `domain` itself or lies below it. Both as `domainName` returns them. */
export function liesWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}
