/**
 * Text for terminals: commands an operator can copy and paste, and strings that came over the network made harmless
 * and short before they are shown. A password never appears in either.
 */

/** Where queries and requests go when the operator names a resolver, and what certificates are believed. */
export interface CommandContext {
  /** The resolver given with `--resolver`, if any. */
  readonly resolver?: { readonly address: string; readonly port: number };
  /** The file given with `--ca`, if any. */
  readonly caFile?: string;
  /** Whether certificates are accepted unseen. */
  readonly allowUntrusted?: boolean;
}

/** The `host` command for a lookup; without a type it asks for addresses. */
export function hostCommand(context: CommandContext, name: string, type?: 'SRV' | 'TXT'): string {
  const words = ['host'];
  if (context.resolver !== undefined && context.resolver.port !== 53) words.push('-p', String(context.resolver.port));
  if (type !== undefined) words.push('-t', type);
  words.push(shellQuoted(name));
  if (context.resolver !== undefined) words.push(context.resolver.address);
  return words.join(' ');
}

/** What a `curl` command asks. */
export interface CurlRequest {
  readonly method: string;
  readonly url: URL;
  /** The address connected to; printed only where the operator's own resolver would not find it. */
  readonly address?: string | undefined;
  /** The user identifier; `curl` prompts for the password. */
  readonly user?: string | undefined;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | undefined;
}

/** The `curl` command that does the same request and prints the header section of the answer, then the body. */
export function curlCommand(context: CommandContext, request: CurlRequest): string {
  const words = ['curl', '-s', '-D', '-'];
  if (request.user !== undefined) words.push('--user', alwaysQuoted(request.user));
  if (context.caFile !== undefined) words.push('--cacert', shellQuoted(context.caFile));
  if (context.allowUntrusted === true) words.push('--insecure');
  if (context.resolver !== undefined && request.address !== undefined) {
    const port = request.url.port || '443';
    words.push('--resolve', shellQuoted(`${request.url.hostname}:${port}:${bracketed(request.address)}`));
  }
  if (request.method === 'GET') words.push('-o', '/dev/null');
  else words.push('-X', request.method);
  for (const [name, value] of request.headers ?? []) words.push('-H', alwaysQuoted(`${name}: ${value}`));
  if (request.body !== undefined) words.push('--data', alwaysQuoted(request.body));
  words.push(shellQuoted(request.url.href));
  return words.join(' ');
}

/** The `openssl` command that shows the certificate of a host. */
export function certificateCommand(host: string, port: number, address: string): string {
  const to = shellQuoted(`${bracketed(address)}:${port}`);
  return `openssl s_client -connect ${to} -servername ${shellQuoted(host)} </dev/null | openssl x509 -noout -subject -issuer -enddate -ext subjectAltName`;
}

/** One word for a POSIX shell, quoted only where needed. */
export function shellQuoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : alwaysQuoted(word);
}

function alwaysQuoted(word: string): string {
  return `'${printable(word, Number.POSITIVE_INFINITY).replaceAll("'", "'\\''")}'`;
}

/** An IPv6 address in brackets, anything else as it is. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/**
 * Text from the network as it may be shown: control and direction-changing characters become U+FFFD, and what is longer
 * than `most` UTF-16 units is cut with an ellipsis.
 */
export function printable(text: string, most = 200): string {
  const harmless = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd');
  return harmless.length <= most ? harmless : `${harmless.slice(0, most - 1)}…`;
}
