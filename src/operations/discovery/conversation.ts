/**
 * One client's talk with a service over HTTPS: addresses and certificate before the first request to an origin,
 * redirects, and the login. A password goes only to an origin whose certificate was believed, or to the host the
 * operator asked for when untrusted certificates were allowed. RFC 6764 section 6, items 4 and 5; RFC 6764 section 8.
 */
import { judgeCertificate } from './certificate.ts';
import type { HttpAnswer, Network } from './network.ts';
import type { ServiceKind, Step, Telling } from './steps.ts';
import { type CommandContext, certificateCommand, curlCommand, hostCommand, printable } from './wording.ts';

/** What the two services of one discovery have in common. */
export interface Visit {
  readonly network: Network;
  readonly context: CommandContext;
  readonly password: string | undefined;
  /** User identifiers in the order in which they are tried: the mailbox, then its local part. RFC 6764 section 6. */
  readonly users: readonly [string, ...string[]];
  readonly now: () => number;
  /** The user accepted by an origin, or null if it refused all: a wrong password is not sent again. */
  readonly logins: Map<string, string | null>;
}

/** The talk about one service. */
export interface Conversation {
  readonly visit: Visit;
  readonly kind: ServiceKind;
  /** The host name found in the DNS; redirects may lead away from it. */
  readonly host: string;
  /** Origins whose certificate was looked at, with the address that answers. */
  readonly reached: Map<string, string>;
}

/** A request without the login. */
export interface Question {
  /** For a person: `current-user-principal of /calendars`. */
  readonly what: string;
  readonly method: 'GET' | 'OPTIONS' | 'PROPFIND';
  readonly url: URL;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** The last answer after redirects and login. */
export interface Reply extends HttpAnswer {
  readonly url: URL;
  readonly command: string;
  /** Whether the answer is to a user and not to anybody. */
  readonly authenticated: boolean;
}

/** The talk ends: no password was given to go on with, or the last step told failed. */
export interface Stopped {
  readonly stopped: 'login' | 'failed';
  readonly url: URL;
}

const MOST_REDIRECTS = 5;
const MOST_ADDRESSES = 4;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether the status is one of the redirects a client follows. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/** Where an answer to a request for `url` redirects to, without fragment and user information; undefined if nowhere. */
export function redirectTarget(answer: HttpAnswer, url: URL): URL | undefined {
  const location = answer.headers.get('location');
  const target = location === undefined ? null : URL.parse(location, url.href);
  if (target === null) return undefined;
  target.hash = '';
  target.username = '';
  target.password = '';
  return target;
}

/** The host of a URL as the DNS knows it: without brackets and port. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * Finds an address of the URL's origin that answers and judges its certificate. True if requests may go there. With
 * `more` there are other hosts to try, and an unreachable one is a warning.
 */
export async function* reach(conversation: Conversation, url: URL, more = false): Telling<boolean> {
  if (conversation.reached.has(url.origin)) return true;
  const { visit, kind } = conversation;
  const { network, context } = visit;
  const host = hostOf(url);
  const port = url.port === '' ? 443 : Number(url.port);
  const unreachable = more ? 'warning' : 'failed';
  const lookup = { service: kind.service, what: `addresses of ${host}`, command: hostCommand(context, host) };
  const found = await network.resolveAddresses(host);
  if ('failure' in found || found.records.length === 0) {
    const answer = 'failure' in found ? printable(found.failure) : 'no address';
    yield {
      ...lookup,
      answer,
      verdict: unreachable,
      advice: `Publish A or AAAA records for ${host}: it has no address that can be found.`,
    };
    return false;
  }
  yield { ...lookup, answer: printable(found.records.join(', ')), verdict: 'ok' };
  const addresses = found.records.slice(0, MOST_ADDRESSES);
  const shown = await Promise.all(addresses.map((address) => network.handshake(host, port, address)));
  let first: { readonly address: string; readonly step: Step; readonly believed: boolean } | undefined;
  for (const [index, certificate] of shown.entries()) {
    const address = addresses[index] ?? host;
    const command = certificateCommand(host, port, address);
    if ('failure' in certificate) {
      const verdict = shown.every((other) => 'failure' in other) ? unreachable : 'warning';
      const advice = `Let ${host} answer at ${address} port ${port}: start the service, open the port, or remove the address from the DNS.`;
      yield {
        service: kind.service,
        what: `TLS with ${address} port ${port}`,
        command,
        answer: printable(certificate.failure),
        verdict,
        advice,
      };
      continue;
    }
    if (first !== undefined) continue;
    // The operator's word to go on is about the host asked for, not about where it redirects to.
    const allowUntrusted = context.allowUntrusted === true && host === conversation.host;
    const { believed, ...judged } = judgeCertificate(certificate, { host, now: visit.now(), allowUntrusted });
    const step: Step = { service: kind.service, what: `certificate of ${host} port ${port}`, command, ...judged };
    first = { address, step, believed: believed || allowUntrusted };
  }
  if (first === undefined) return false;
  yield first.step;
  if (first.believed) conversation.reached.set(url.origin, first.address);
  return first.believed;
}

/** Asks, following redirects and logging in when asked to. Each of these is told; the last answer is the caller's to tell. */
export async function* ask(conversation: Conversation, question: Question): Telling<Reply | Stopped> {
  let url = question.url;
  for (let redirects = 0; ; redirects += 1) {
    const answer = yield* askOnce(conversation, { ...question, url });
    if ('stopped' in answer || !isRedirect(answer.status)) return answer;
    const told = { service: conversation.kind.service, what: question.what, command: answer.command };
    const target = redirectTarget(answer, url);
    const shown = `${answer.status} to ${printable(answer.headers.get('location') ?? 'nowhere')}`;
    const fault = faultOfRedirect(target, redirects);
    if (target === undefined || fault !== undefined) {
      yield { ...told, answer: shown, verdict: 'failed', ...(fault === undefined ? {} : { advice: fault }) };
      return { stopped: 'failed', url };
    }
    yield { ...told, answer: shown, verdict: 'ok' };
    url = target;
  }
}

function faultOfRedirect(target: URL | undefined, before: number): string | undefined {
  if (target === undefined) return 'Give the redirect a Location header with a URL.';
  if (target.protocol !== 'https:') {
    return `Let the redirect lead to an https URL: ${printable(target.href)} would send passwords without TLS. Behind a proxy, tell the service its public URL.`;
  }
  return before >= MOST_REDIRECTS
    ? `Shorten the chain of redirects: clients follow ${MOST_REDIRECTS} at most.`
    : undefined;
}

async function* askOnce(conversation: Conversation, question: Question): Telling<Reply | Stopped> {
  const { visit, kind } = conversation;
  const { url } = question;
  const failed: Stopped = { stopped: 'failed', url };
  if (url.protocol !== 'https:') {
    const command = shownAs(conversation, question, undefined);
    yield {
      service: kind.service,
      what: question.what,
      command,
      answer: 'not asked',
      verdict: 'failed',
      advice: `Let the service name https URLs only, not ${printable(url.href)}.`,
    };
    return failed;
  }
  if (!(yield* reach(conversation, url))) return failed;
  const known = visit.logins.get(url.origin) ?? undefined;
  const first = await send(conversation, question, known);
  if ('failure' in first) return yield* notAnswered(conversation, question, first.failure);
  if (first.status !== 401) return first;
  const login = {
    service: kind.service,
    what: `login at ${url.host}`,
    command: shownAs(conversation, question, visit.users[0]),
  };
  const challenge = printable(first.headers.get('www-authenticate') ?? 'no WWW-Authenticate header', 100);
  if (!/(?:^|[\s,])Basic(?:[\s,]|$)/i.test(challenge)) {
    yield {
      ...login,
      answer: `401, ${challenge}`,
      verdict: 'failed',
      advice: 'Offer Basic in the WWW-Authenticate header: calendar and contact clients wait for it.',
    };
    return failed;
  }
  if (visit.password === undefined) {
    yield {
      ...login,
      answer: `401, ${challenge}`,
      verdict: 'ok',
      advice: 'The service asks for a password, as it should; give one to look further.',
    };
    return { stopped: 'login', url };
  }
  if (visit.logins.has(url.origin)) {
    const advice = 'The user name or the password is not accepted: check both. They are not sent again.';
    yield { ...login, answer: `401, ${challenge}`, verdict: 'failed', advice };
    return failed;
  }
  for (const [index, user] of visit.users.entries()) {
    const answer = await send(conversation, question, user);
    if ('failure' in answer) return yield* notAnswered(conversation, question, answer.failure);
    if (answer.status === 401) continue;
    visit.logins.set(url.origin, user);
    const told = { ...login, command: answer.command, answer: `401, then ${answer.status} as ${printable(user)}` };
    // RFC 6764 section 7: the address itself should do.
    const advice = `Accept ${printable(visit.users[0])} as user name: only ${printable(user)} is accepted, which some clients never try.`;
    yield index === 0 ? { ...told, verdict: 'ok' } : { ...told, verdict: 'warning', advice };
    return answer;
  }
  visit.logins.set(url.origin, null);
  const tried = visit.users.map((user) => printable(user)).join(' and as ');
  yield {
    ...login,
    answer: `401 as ${tried}`,
    verdict: 'failed',
    advice: 'The user name or the password is not accepted: check both.',
  };
  return failed;
}

async function* notAnswered(conversation: Conversation, question: Question, failure: string): Telling<Stopped> {
  const command = shownAs(conversation, question, undefined);
  const advice = `Let ${question.url.host} answer ${question.method} requests: look into the logs of the service and of the proxy before it.`;
  yield {
    service: conversation.kind.service,
    what: question.what,
    command,
    answer: printable(failure),
    verdict: 'failed',
    advice,
  };
  return { stopped: 'failed', url: question.url };
}

/** Sends one request to an origin that was reached, as a user or as nobody; redirects are not followed. */
export async function send(
  conversation: Conversation,
  question: Question,
  user: string | undefined,
): Promise<Reply | { readonly failure: string }> {
  const { visit } = conversation;
  const { url, method, body } = question;
  const address = conversation.reached.get(url.origin);
  if (address === undefined) return { failure: `${url.origin} was not reached` };
  const headers: Record<string, string> = { 'user-agent': 'Davit discovery' };
  for (const [name, value] of question.headers ?? []) headers[name.toLowerCase()] = value;
  // RFC 7617 section 2.1: as UTF-8.
  if (user !== undefined)
    headers.authorization = `Basic ${Buffer.from(`${user}:${visit.password ?? ''}`, 'utf8').toString('base64')}`;
  const allowUntrusted = visit.context.allowUntrusted === true && hostOf(url) === conversation.host;
  const answer = await visit.network.request({ method, url, address, headers, body, allowUntrusted });
  if ('failure' in answer) return answer;
  return { ...answer, url, command: shownAs(conversation, question, user), authenticated: user !== undefined };
}

/** The command that sends the same request. */
export function shownAs(conversation: Conversation, question: Question, user: string | undefined): string {
  const { url, method, headers = [], body } = question;
  const address = conversation.reached.get(url.origin);
  return curlCommand(conversation.visit.context, { method, url, address, user, headers, body });
}
