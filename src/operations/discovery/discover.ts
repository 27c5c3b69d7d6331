/**
 * Does for one address what a client does that knows nothing else: finds the services of its domain, logs in, and asks
 * for the principal and its homes, telling each step with the command that repeats it. RFC 6764 section 6.
 */
import type { XmlName } from '../../formats/xml/name.ts';
import { localOf, namespaceOf } from '../../formats/xml/name.ts';
import {
  ask,
  type Conversation,
  isRedirect,
  type Question,
  type Reply,
  reach,
  redirectTarget,
  send,
  shownAs,
  type Visit,
} from './conversation.ts';
import { domainName, InvalidOption } from './domain-name.ts';
import { locate } from './locate.ts';
import { type PropertyAnswer, readProperty } from './multistatus.ts';
import type { Network } from './network.ts';
import { SERVICES, type ServiceKind, type ServiceOutcome, type Step, type Telling, type Verdict } from './steps.ts';
import { bracketed, type CommandContext, printable } from './wording.ts';

/** Whom to discover, and how. */
export interface DiscoverOptions extends CommandContext {
  /** `user@example.com`, with or without `mailto:` before it. */
  readonly address: string;
  /** Without one, discovery ends well where the service asks for it. */
  readonly password?: string | undefined;
  /** From 0 up to but not including 1: draws among SRV records of one priority. */
  readonly random?: () => number;
  /** Milliseconds since 1970: certificates are judged at this time. */
  readonly now?: () => number;
}

/**
 * Discovers calendars, then contacts. Yields steps as they are made and returns the verdict. Throws `InvalidOption`,
 * before anything is asked, if `address` is not an address.
 */
export async function* discover(options: DiscoverOptions, network: Network): Telling<Verdict> {
  const { mailbox, localPart, domain } = addressParts(options.address);
  const visit: Visit = {
    network,
    context: options,
    password: options.password,
    users: [mailbox, localPart],
    now: options.now ?? Date.now,
    logins: new Map(),
  };
  const random = options.random ?? Math.random;
  const mend = new Set<string>();
  const services: ServiceOutcome[] = [];
  let failures = 0;
  for (const kind of SERVICES) {
    const telling = discoverService(visit, kind, domain, random);
    let told = await telling.next();
    for (; told.done !== true; told = await telling.next()) {
      const step = told.value;
      if (step.verdict === 'failed') failures += 1;
      if (step.verdict !== 'ok' && step.advice !== undefined) mend.add(step.advice);
      yield step;
    }
    services.push(told.value);
  }
  const found = services.some(({ state }) => state === 'found' || state === 'login');
  return { ok: found && failures === 0, summary: summaryOf(services), mend: [...mend], services };
}

interface AddressParts {
  readonly mailbox: string;
  readonly localPart: string;
  readonly domain: string;
}

function addressParts(address: string): AddressParts {
  const mailbox = address.trim().replace(/^mailto:/i, '');
  const at = mailbox.lastIndexOf('@');
  const localPart = mailbox.slice(0, Math.max(at, 0));
  // A colon would end the user identifier in Basic: RFC 7617 section 2.
  if (localPart === '' || /[\p{Cc}\s:]/u.test(localPart)) {
    throw new InvalidOption(`${JSON.stringify(address)} is not an address like user@example.com.`);
  }
  return { mailbox, localPart, domain: domainName(mailbox.slice(at + 1)) };
}

async function* discoverService(
  visit: Visit,
  kind: ServiceKind,
  domain: string,
  random: () => number,
): Telling<ServiceOutcome> {
  const nothing = { service: kind.service, context: undefined, principal: undefined, homes: [] };
  const places = yield* locate({ kind, domain, network: visit.network, context: visit.context, random });
  if (places === 'unavailable') return { ...nothing, state: 'unavailable' };
  for (const [index, { host, port }] of places.hosts.entries()) {
    const conversation: Conversation = { visit, kind, host, reached: new Map() };
    const origin = new URL(`https://${bracketed(host)}:${port}/`);
    if (!(yield* reach(conversation, origin, index < places.hosts.length - 1))) continue;
    yield* wellKnownRedirects(conversation, at(origin, kind.wellKnown));
    const context = yield* contextPath(conversation, origin, places.path);
    if ('state' in context) return { ...nothing, ...context };
    return {
      ...nothing,
      ...(yield* principal(conversation, context)),
      context: context.url.href,
      principal: context.principal.href,
    };
  }
  return { ...nothing, state: 'failed' };
}

// Clients that do not look for TXT records begin here, most of them without a password. RFC 6764 section 5.
async function* wellKnownRedirects(conversation: Conversation, url: URL): Telling<void> {
  const question: Question = { what: `${url.pathname} without a password`, method: 'GET', url };
  const answer = await send(conversation, question, undefined);
  const told = {
    service: conversation.kind.service,
    what: question.what,
    command: shownAs(conversation, question, undefined),
  };
  if ('failure' in answer) {
    const advice = `Let ${url.host} answer requests for ${url.pathname}.`;
    yield { ...told, answer: printable(answer.failure), verdict: 'warning', advice };
    return;
  }
  const target = isRedirect(answer.status) ? redirectTarget(answer, url) : undefined;
  const location = target === undefined ? '' : ` to ${printable(answer.headers.get('location') ?? '')}`;
  const shown = `${answer.status}${location}`;
  if (target?.protocol === 'https:' || answer.status === 401) {
    yield { ...told, answer: shown, verdict: 'ok' };
    return;
  }
  const advice =
    target === undefined
      ? `Let ${url.pathname} redirect to the path of the service: clients that do not read the TXT record begin there.`
      : `Let ${url.pathname} redirect to an https URL. Behind a proxy, tell the service its public URL.`;
  yield { ...told, answer: shown, verdict: 'warning', advice };
}

interface Context {
  readonly url: URL;
  readonly principal: URL;
}

type Ended = Pick<ServiceOutcome, 'state' | 'context'>;

// RFC 6764 section 6: the path of the TXT record, the well-known one if that fails, and "/" if there is nothing at it.
async function* contextPath(
  conversation: Conversation,
  origin: URL,
  path: string | undefined,
): Telling<Context | Ended> {
  const candidates = path === undefined ? [conversation.kind.wellKnown] : [path, conversation.kind.wellKnown];
  for (let candidate = candidates.shift(); candidate !== undefined; candidate = candidates.shift()) {
    const url = at(origin, candidate);
    const reply = yield* ask(conversation, propfind(url, '{DAV:}current-user-principal'));
    if ('stopped' in reply)
      return { state: reply.stopped, context: reply.stopped === 'login' ? reply.url.href : undefined };
    if (reply.status === 404 && candidates.length === 0 && candidate !== '/') candidates.push('/');
    const found = readReply(reply, '{DAV:}current-user-principal');
    const told = {
      service: conversation.kind.service,
      what: `current-user-principal of ${printable(reply.url.pathname)}`,
      command: reply.command,
    };
    const href = found.kind === 'hrefs' ? URL.parse(found.hrefs[0], reply.url.href) : null;
    if (href !== null) {
      const answer = `${reply.status}, ${printable(href.href)}`;
      // RFC 6764 section 7: the answer depends on who asks, so somebody has to.
      const advice = `Ask for a password at ${printable(reply.url.pathname)}: clients that are not asked never log in.`;
      yield reply.authenticated ? { ...told, answer, verdict: 'ok' } : { ...told, answer, verdict: 'warning', advice };
      return { url: reply.url, principal: href };
    }
    const verdict = candidates.length === 0 ? 'failed' : 'warning';
    yield {
      ...told,
      answer: wordsFor(reply, found),
      verdict,
      advice: adviceFor(reply, found, candidate === path ? 'txt' : 'path'),
    };
  }
  return { state: 'failed', context: undefined };
}

async function* principal(
  conversation: Conversation,
  context: Context,
): Telling<Pick<ServiceOutcome, 'state' | 'homes'>> {
  const { kind } = conversation;
  const property = kind.homeSet;
  const reply = yield* ask(conversation, propfind(context.principal, property));
  if ('stopped' in reply) return { state: reply.stopped, homes: [] };
  const found = readReply(reply, property);
  const homes =
    found.kind === 'hrefs' ? found.hrefs.flatMap((href) => URL.parse(href, reply.url.href)?.href ?? []) : [];
  const told = {
    service: kind.service,
    what: `${localOf(property)} of ${printable(reply.url.pathname)}`,
    command: reply.command,
  };
  if (homes.length === 0) {
    yield { ...told, answer: wordsFor(reply, found), verdict: 'failed', advice: adviceFor(reply, found, 'principal') };
    return { state: 'failed', homes: [] };
  }
  yield { ...told, answer: `${reply.status}, ${printable(homes.join(', '))}`, verdict: 'ok' };
  const complies = yield* complianceClass(conversation, reply.url);
  return { state: complies ? 'found' : 'failed', homes };
}

async function* complianceClass(conversation: Conversation, url: URL): Telling<boolean> {
  const { kind } = conversation;
  const reply = yield* ask(conversation, { what: `OPTIONS of ${printable(url.pathname)}`, method: 'OPTIONS', url });
  if ('stopped' in reply) return false;
  const classes = (reply.headers.get('dav') ?? '').split(',').map((token) => token.trim().toLowerCase());
  const complies = classes.includes(kind.complianceClass);
  const step: Omit<Step, 'verdict'> = {
    service: kind.service,
    what: `DAV header of ${printable(reply.url.pathname)}`,
    command: reply.command,
    answer: `${reply.status}, DAV: ${printable(reply.headers.get('dav') ?? 'none')}`,
  };
  const advice = `Let OPTIONS answer with "${kind.complianceClass}" in the DAV header: without it clients see no ${kind.contents}. A proxy may answer OPTIONS by itself.`;
  yield complies ? { ...step, verdict: 'ok' } : { ...step, verdict: 'failed', advice };
  return complies;
}

function propfind(url: URL, property: XmlName): Question {
  const body = `<propfind xmlns="DAV:"><prop><${localOf(property)} xmlns="${namespaceOf(property)}"/></prop></propfind>`;
  const headers = [
    ['Depth', '0'],
    ['Content-Type', 'application/xml; charset=utf-8'],
  ] as const;
  return { what: `${localOf(property)} of ${printable(url.pathname)}`, method: 'PROPFIND', url, headers, body };
}

function readReply(reply: Reply, property: XmlName): PropertyAnswer {
  if (reply.status === 207) return readProperty(reply.body, property);
  return { kind: 'unreadable', why: 'not a multistatus' };
}

function wordsFor(reply: Reply, found: PropertyAnswer): string {
  if (reply.status !== 207) return String(reply.status);
  if (found.kind === 'unreadable') return `207, unreadable: ${printable(found.why, 120)}`;
  if (found.kind === 'absent')
    return `207, not among the properties found${found.status === undefined ? '' : ` (${printable(found.status, 60)})`}`;
  return `207, ${found.kind === 'hrefs' ? 'not a URL' : found.kind}`;
}

function adviceFor(reply: Reply, found: PropertyAnswer, where: 'txt' | 'path' | 'principal'): string {
  const path = printable(reply.url.pathname);
  if (reply.status >= 500)
    return `Mend the error at ${path}: look into the logs of the service and of the proxy before it.`;
  if (reply.status === 403) return `Allow the user to read ${path}: it answers 403.`;
  if (reply.status === 405 || reply.status === 501)
    return `Let PROPFIND pass at ${path}: a proxy or a web server answers there, not the service.`;
  if (reply.status === 429) return `Wait before you try again: ${reply.url.host} limits requests.`;
  if (reply.status !== 207) {
    if (where === 'txt') return `Correct the path in the TXT record: ${path} answers ${reply.status}.`;
    return where === 'path'
      ? `Let ${path} lead to the service: it answers ${reply.status}.`
      : `Let the principal ${path} answer PROPFIND: it answers ${reply.status}.`;
  }
  if (found.kind === 'unauthenticated')
    return `Ask for a password at ${path}: clients that are not asked never log in.`;
  const property = where === 'principal' ? 'the home of the user' : 'DAV:current-user-principal';
  return `Let ${path} answer with ${property}: without it clients cannot go on.`;
}

function at(origin: URL, path: string): URL {
  const url = new URL(origin);
  url.pathname = path;
  return url;
}

function summaryOf(services: readonly ServiceOutcome[]): string {
  const parts = SERVICES.map(({ service, contents }) => {
    const outcome = services.find((candidate) => candidate.service === service);
    switch (outcome?.state) {
      case 'found':
        return `${contents} found at ${printable(outcome.homes.join(', '))}`;
      case 'login':
        return `${contents} found at ${printable(outcome.context ?? '')} (without a password, no further)`;
      case 'unavailable':
        return `no ${contents} offered`;
      default:
        return `${contents} not found`;
    }
  });
  const text = `${parts.join('; ')}.`;
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
