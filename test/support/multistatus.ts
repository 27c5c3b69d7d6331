/**
 * DAV:multistatus as values. RFC 4918 section 13.
 */
import assert from 'node:assert/strict';
import { childOf, childrenOf, elementsOf, textOf, type XmlElement } from '../../src/formats/xml/element.ts';
import type { XmlName } from '../../src/formats/xml/name.ts';

/** A property in a propstat. */
export interface PropertyValue {
  readonly status: number;
  readonly element: XmlElement;
  /** The conditions in the propstat's DAV:error. */
  readonly conditions: readonly XmlName[];
}

/** One DAV:response. */
export interface ResourceAnswer {
  /** As it came. */
  readonly href: string;
  /** Set when the response holds a status instead of propstats. */
  readonly status: number | undefined;
  /** Names in the DAV:error of the response itself. */
  readonly conditions: readonly XmlName[];
  readonly properties: ReadonlyMap<XmlName, PropertyValue>;
}

/** The responses by decoded path, in their order. */
export interface Multistatus {
  readonly responses: ReadonlyMap<string, ResourceAnswer>;
  readonly syncToken: string | undefined;
  /** The response about a path, however it is encoded. @throws AssertionError when there is none */
  at(path: string): ResourceAnswer;
  /** The text of a property with status 200. @throws AssertionError when it is not there */
  value(path: string, name: XmlName): string;
}

/** A path decoded, so that `@` and `%40` are one; an absolute URL loses its origin. */
export function pathKey(href: string): string {
  const path = href.replace(/^https?:\/\/[^/]+/, '');
  return path
    .split('/')
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment;
      }
    })
    .join('/');
}

/** Reads a multistatus, strictly: what a strict client would stumble over fails here. */
export function multistatusOf(root: XmlElement): Multistatus {
  assert.equal(root.name, '{DAV:}multistatus');
  const responses = new Map<string, ResourceAnswer>();
  for (const response of childrenOf(root, '{DAV:}response')) {
    const answer = resourceAnswer(response);
    const key = pathKey(answer.href);
    assert.ok(!responses.has(key), `two responses about ${key}`);
    responses.set(key, answer);
  }
  const token = childOf(root, '{DAV:}sync-token');
  const at = (path: string): ResourceAnswer => {
    const answer = responses.get(pathKey(path));
    assert.ok(answer !== undefined, `nothing about ${path}; there is ${[...responses.keys()].join(', ')}`);
    return answer;
  };
  return {
    responses,
    syncToken: token === undefined ? undefined : textOf(token),
    at,
    value(path, name) {
      const value = at(path).properties.get(name);
      assert.equal(value?.status, 200, `${name} of ${path} is there`);
      return textOf(value!.element);
    },
  };
}

function resourceAnswer(response: XmlElement): ResourceAnswer {
  const hrefs = childrenOf(response, '{DAV:}href');
  assert.equal(hrefs.length, 1, 'a response has one href');
  const href = textOf(hrefs[0]!);
  const status = childOf(response, '{DAV:}status');
  const propstats = childrenOf(response, '{DAV:}propstat');
  assert.ok((status === undefined) !== (propstats.length === 0), `${href} has either a status or propstats`);
  const properties = new Map<XmlName, PropertyValue>();
  for (const propstat of propstats) {
    const prop = childOf(propstat, '{DAV:}prop');
    const line = childOf(propstat, '{DAV:}status');
    assert.ok(prop !== undefined && line !== undefined, `a propstat of ${href} has prop and status`);
    for (const element of elementsOf(prop)) {
      assert.ok(!properties.has(element.name), `${element.name} of ${href} stands twice`);
      properties.set(element.name, { status: codeOf(line), element, conditions: conditionsIn(propstat) });
    }
  }
  return {
    href,
    status: status === undefined ? undefined : codeOf(status),
    conditions: conditionsIn(response),
    properties,
  };
}

function codeOf(status: XmlElement): number {
  const match = /^HTTP\/1\.1 (\d{3}) /.exec(textOf(status));
  assert.ok(match !== null, `${textOf(status)} is a status line`);
  return Number(match[1]);
}

function conditionsIn(parent: XmlElement): readonly XmlName[] {
  const error = childOf(parent, '{DAV:}error');
  return error === undefined ? [] : elementsOf(error).map((one) => one.name);
}
