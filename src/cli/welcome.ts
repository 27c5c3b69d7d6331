/**
 * What `davit serve` prints when it is up: what a newcomer needs for the first five minutes.
 */

import type { DemoLogin } from '../operations/demo.ts';
import { shellQuoted } from '../operations/discovery/wording.ts';
import { heading } from './table.ts';

export interface Welcome {
  /** `https://127.0.0.1:8443` */
  readonly origin: string;
  /** What is listened on. */
  readonly addresses: readonly string[];
  /** Where data lies, for people. */
  readonly data: string;
  readonly engine: string;
  /** The self-signed certificate that clients must be told to believe. */
  readonly certificate: { readonly file: string; readonly fingerprint: string } | undefined;
  readonly demo: { readonly logins: readonly DemoLogin[]; readonly file: string } | undefined;
  /** Whether there is nobody yet who could log in. */
  readonly empty: boolean;
}

/** The text, ending in a line feed. */
export function welcomeText(welcome: Welcome, colour: boolean): string {
  const { origin, addresses, data, engine, certificate, demo, empty } = welcome;
  const more = addresses.filter((address) => address !== origin);
  const parts = [`${heading(`Davit is running at ${origin}/`, colour)}\n`];
  if (more.length > 0) parts.push(`It listens on ${more.join(' and ')}\n`);
  if (demo !== undefined) {
    parts.push(
      `\nDemo logins, kept in ${demo.file}:\n${loginLines(demo.logins)}`,
      firstCommands(welcome, demo.logins, colour),
    );
  }
  if (empty) parts.push('\nNobody can log in yet. Add a domain and a user:\n', USERS);
  parts.push(`\nData: ${data} (${engine})\n`);
  if (certificate !== undefined) {
    parts.push(`Certificate: self-signed, ${certificate.file}\n  SHA-256 ${certificate.fingerprint}\n`);
  }
  parts.push('Stop: Ctrl-C\n');
  return parts.join('');
}

const USERS = '  davit domain add example.com\n  davit user add user@example.com\n';

/** A line for each login. */
export function loginLines(logins: readonly DemoLogin[]): string {
  const width = Math.max(...logins.map(({ address }) => address.length));
  return logins.map(({ address, password }) => `  ${address.padEnd(width)}  ${password}\n`).join('');
}

/** Commands that work as they stand, in another terminal. */
function firstCommands({ origin, certificate }: Welcome, [first]: readonly DemoLogin[], colour: boolean): string {
  if (first === undefined) return '';
  const ca = certificate === undefined ? '' : ` --cacert ${shellQuoted(certificate.file)}`;
  const curl = `curl -s${ca} --user ${shellQuoted(`${first.address}:${first.password}`)}`;
  const calendars = shellQuoted(`${origin}/calendars/${first.address}/`);
  const birthdays = shellQuoted(
    `${origin}/calendars/${first.address}/02f29dd9516f1f0c415527e0a60cb3f7/33992bd8-d3fe-4b07-baaf-c43d0042fae8.ics`,
  );
  return [
    `\n${heading('Try, in another terminal:', colour)}\n`,
    `  ${curl} -X PROPFIND ${calendars}\n`,
    `  ${curl} ${birthdays}\n`,
    `Or open ${origin}/ in a browser, or give a calendar program that URL and a login.\n`,
  ].join('');
}
