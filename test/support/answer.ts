/**
 * A response with the verifiers that tests use. A verifier that fails shows the request and the response as they were.
 */
import assert from 'node:assert/strict';
import { childOf, elementsOf, textOf, type XmlElement } from '../../src/formats/xml/element.ts';
import type { XmlName } from '../../src/formats/xml/name.ts';
import { readXml } from '../../src/formats/xml/read.ts';
import { type Multistatus, multistatusOf, type PropertyValue, pathKey } from './multistatus.ts';
import { clark, short } from './names.ts';
import type { Received, Sent } from './service.ts';

/** A response, and the request that led to it. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly text: string;
  /** The value of ETag, with its quotes. @throws AssertionError when there is none */
  readonly etag: string;
  /** The root element. @throws AssertionError when the body is not XML */
  xml(): XmlElement;
  /** @throws AssertionError when the body is no DAV:multistatus */
  multistatus(): Multistatus;
}

/**
 * What a property should be: its text exactly, a pattern its text matches, `true` for there (status 200), `undefined` for not there
 * (status 404), another status, the names of the elements inside in any order, or a check of one's own.
 */
export type Expected =
  | string
  | RegExp
  | boolean
  | number
  | undefined
  | readonly string[]
  | ((value: XmlElement) => void);

/** A response under way. Verifiers may be chained; awaiting gives the Answer. */
export interface Exchange extends Promise<Answer> {
  /** One of these statuses. */
  expect(...statuses: readonly number[]): Exchange;
  expectHeader(name: string, value: string | RegExp | undefined): Exchange;
  /** The body holds this text. */
  expectText(text: string | RegExp): Exchange;
  /** DAV:error with that condition and nothing else; the status too, if given. */
  expectPrecondition(name: string, status?: number): Exchange;
  /** Status 207, and these values for the resource. */
  expectProperties(href: string, properties: Readonly<Record<string, Expected>>): Exchange;
  /** Status 207, with exactly these resources, in any order. */
  expectMembers(hrefs: readonly string[]): Exchange;
}

/** Makes the answer. */
export function answerTo(sent: Sent, received: Received): Answer {
  let text: string | undefined;
  const answer: Answer = {
    status: received.status,
    headers: received.headers,
    body: received.body,
    get text() {
      text ??= new TextDecoder().decode(received.body);
      return text;
    },
    get etag() {
      const etag = received.headers.etag;
      assert.ok(etag !== undefined, said('there is no ETag', sent, answer));
      return etag;
    },
    xml() {
      try {
        return readXml(received.body);
      } catch (error) {
        throw new assert.AssertionError({ message: said(`the body is not XML: ${String(error)}`, sent, answer) });
      }
    },
    multistatus() {
      assert.equal(answer.status, 207, said(`status ${answer.status} instead of 207`, sent, answer));
      return multistatusOf(answer.xml());
    },
  };
  return answer;
}

/** Puts verifiers on a promised answer. */
export function exchange(sent: Sent, promised: Promise<Answer>): Exchange {
  const then = (verify: (answer: Answer) => void): Exchange => {
    const verified = promised.then((answer) => {
      verify(answer);
      return answer;
    });
    return exchange(sent, verified);
  };
  const holds = (condition: boolean, complaint: string, answer: Answer): void => {
    if (!condition) throw new assert.AssertionError({ message: said(complaint, sent, answer) });
  };
  return Object.assign(promised, {
    expect: (...statuses: readonly number[]) =>
      then((answer) => {
        holds(statuses.includes(answer.status), `status ${answer.status} instead of ${statuses.join(' or ')}`, answer);
      }),
    expectHeader: (name: string, value: string | RegExp | undefined) =>
      then((answer) => {
        const actual = answer.headers[name.toLowerCase()];
        const right = value instanceof RegExp ? actual !== undefined && value.test(actual) : actual === value;
        holds(right, `header ${name} is ${String(actual)} instead of ${String(value)}`, answer);
      }),
    expectText: (text: string | RegExp) =>
      then((answer) => {
        const right = typeof text === 'string' ? answer.text.includes(text) : text.test(answer.text);
        holds(right, `the body does not hold ${String(text)}`, answer);
      }),
    expectPrecondition: (name: string, status?: number) =>
      then((answer) => {
        if (status !== undefined)
          holds(answer.status === status, `status ${answer.status} instead of ${status}`, answer);
        holds(answer.status >= 400, `status ${answer.status} is no refusal`, answer);
        holds(/xml/.test(answer.headers['content-type'] ?? ''), `no DAV:error with ${name}`, answer);
        const root = answer.xml();
        holds(root.name === '{DAV:}error', `the body is no DAV:error with ${name}`, answer);
        const conditions = elementsOf(root).map((one) => short(one.name));
        holds(
          conditions.length === 1 && clark(conditions[0]!) === clark(name),
          `DAV:error holds ${conditions.join(', ')} instead of ${name}`,
          answer,
        );
      }),
    expectProperties: (href: string, properties: Readonly<Record<string, Expected>>) =>
      then((answer) => {
        const { responses } = answer.multistatus();
        const response = responses.get(pathKey(href));
        holds(response !== undefined, `nothing about ${href}; there is ${[...responses.keys()].join(', ')}`, answer);
        for (const [name, expected] of Object.entries(properties)) {
          const complaint = mismatch(response?.properties.get(clark(name)), expected);
          holds(complaint === undefined, `${name} of ${href} ${complaint}`, answer);
        }
      }),
    expectMembers: (hrefs: readonly string[]) =>
      then((answer) => {
        const actual = [...answer.multistatus().responses.keys()].sort();
        const expected = hrefs.map(pathKey).sort();
        holds(
          JSON.stringify(actual) === JSON.stringify(expected),
          `the members are\n  ${actual.join('\n  ')}\ninstead of\n  ${expected.join('\n  ')}`,
          answer,
        );
      }),
  });
}

function mismatch(value: PropertyValue | undefined, expected: Expected): string | undefined {
  if (value === undefined) return 'is not mentioned';
  if (expected === undefined || expected === false)
    return value.status === 404 ? undefined : `has status ${value.status}, not 404`;
  if (typeof expected === 'number')
    return value.status === expected ? undefined : `has status ${value.status}, not ${expected}`;
  if (value.status !== 200) return `has status ${value.status}`;
  if (expected === true) return undefined;
  const text = textOf(value.element);
  if (typeof expected === 'string')
    return text === expected ? undefined : `is ${JSON.stringify(text)}, not ${JSON.stringify(expected)}`;
  if (expected instanceof RegExp)
    return expected.test(text) ? undefined : `is ${JSON.stringify(text)}, not ${String(expected)}`;
  if (typeof expected === 'function') {
    expected(value.element);
    return undefined;
  }
  const inside = elementsOf(value.element)
    .map((one) => one.name)
    .sort();
  const wanted: readonly XmlName[] = expected.map(clark).sort();
  return JSON.stringify(inside) === JSON.stringify(wanted)
    ? undefined
    : `holds ${inside.map(short).join(', ')}, not ${wanted.map(short).join(', ')}`;
}

/** The hrefs directly inside a property's value, their paths decoded. */
export function hrefsIn(value: XmlElement): readonly string[] {
  return elementsOf(value)
    .filter((one) => one.name === '{DAV:}href')
    .map((one) => pathKey(textOf(one)));
}

/** The text of the only href inside. */
export function hrefIn(value: XmlElement): string {
  const href = childOf(value, '{DAV:}href');
  assert.ok(href !== undefined, 'there is no DAV:href inside');
  return textOf(href);
}

function said(complaint: string, sent: Sent, answer: Answer): string {
  const headers = (all: Readonly<Record<string, string | undefined>>): string =>
    Object.entries(all)
      .filter(([name, value]) => value !== undefined && name.toLowerCase() !== 'authorization')
      .map(([name, value]) => `${name}: ${value}\n`)
      .join('');
  const body = sent.body === undefined ? '' : new TextDecoder().decode(sent.body);
  return [
    `${complaint}\n`,
    `> ${sent.method} ${sent.target}\n${headers(sent.headers)}\n${cut(body)}`,
    `< ${answer.status}\n${headers(answer.headers)}\n${cut(answer.text)}`,
  ].join('\n');
}

function cut(text: string): string {
  return text.length > 3000 ? `${text.slice(0, 3000)}…` : text;
}
