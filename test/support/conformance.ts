/**
 * How a conformance test is written: it names the section it proves (or the hostile case, or the client's quirk), its force and its
 * sentence; its body gets a world of fresh accounts.
 *
 *     must('RFC 4918 section 9.7', 'a PUT to a new name answers 201', async ({ alice }) => {
 *       await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
 *     });
 *
 * Under `node --test` each becomes a test. A tool that runs the same tests itself (the conformance table, the teeth) collects them in a
 * list instead.
 */
import { after, test } from 'node:test';
import type { Spec } from '../../src/dav/spec.ts';
import { closeService, currentService } from './service.ts';
import { type World, withWorld } from './world.ts';

/** How strongly a specification asks for something, in its own words. */
export type Force = 'must' | 'should' | 'may';

/** What a test stands for. */
export type Claim =
  | { readonly kind: Force; readonly spec: Spec }
  /** `S7` of the forty hostile cases. */
  | { readonly kind: 'hostile'; readonly number: string }
  /** `Q-9-3`: what real clients send, and break on. */
  | { readonly kind: 'quirk'; readonly number: string };

/** A registered test. */
export interface Case {
  readonly claim: Claim;
  readonly title: string;
  readonly body: (world: World) => Promise<void>;
}

/** Something a specification allows or asks for that Davit does not do, with the reason. */
export interface Declined {
  readonly spec: Spec;
  readonly title: string;
  readonly reason: string;
}

/** What registration fills when a tool collects. */
export interface Collected {
  readonly cases: Case[];
  readonly declined: Declined[];
}

let collecting: Collected | undefined;

/** Loads test files with registration diverted into lists. */
export async function collect(load: () => Promise<void>): Promise<Collected> {
  const collected: Collected = { cases: [], declined: [] };
  collecting = collected;
  try {
    await load();
  } finally {
    collecting = undefined;
  }
  return collected;
}

/** The name of a case, as the runner prints it. */
export function nameOf({ claim, title }: Case): string {
  if (claim.kind === 'hostile' || claim.kind === 'quirk') return `${claim.number} ${title}`;
  return `${claim.spec} ${claim.kind}: ${title}`;
}

function register(one: Case): void {
  if (collecting !== undefined) {
    collecting.cases.push(one);
    return;
  }
  closeAtTheEnd();
  test(nameOf(one), async () => withWorld(await currentService(), one.body));
}

let closing = false;
function closeAtTheEnd(): void {
  if (closing) return;
  closing = true;
  after(closeService);
}

/** A requirement. */
export function must(spec: Spec, title: string, body: Case['body']): void {
  register({ claim: { kind: 'must', spec }, title, body });
}

/** A recommendation. */
export function should(spec: Spec, title: string, body: Case['body']): void {
  register({ claim: { kind: 'should', spec }, title, body });
}

/** An option that Davit takes. */
export function may(spec: Spec, title: string, body: Case['body']): void {
  register({ claim: { kind: 'may', spec }, title, body });
}

/** What is left out, and why; the table lists it. */
export function declined(spec: Spec, title: string, reason: string): void {
  if (collecting !== undefined) collecting.declined.push({ spec, title, reason });
}

/** A hostile case: `hostile('S7 refuses entities', …)`. @throws RangeError when the title does not begin with a case number */
export function hostile(title: string, body: Case['body']): void {
  const match = /^([SD]\d{1,2}) (.+)$/.exec(title);
  if (match === null) throw new RangeError(`${title} does not begin with the number of a hostile case`);
  register({ claim: { kind: 'hostile', number: match[1]! }, title: match[2]!, body });
}

/** A quirk of real clients: `quirk('Q-9-3', 'every 401 names the realm', …)`. */
export function quirk(number: string, title: string, body: Case['body']): void {
  register({ claim: { kind: 'quirk', number }, title, body });
}
