/**
 * What a client keeps of a collection that it synchronises by tokens. RFC 6578 section 3.
 */
import assert from 'node:assert/strict';
import { textOf } from '../../src/formats/xml/element.ts';
import type { Client } from './client.ts';
import { pathKey, type ResourceAnswer } from './multistatus.ts';
import { clark } from './names.ts';

/** What to mirror: a collection with its members, or with everything below it; and which properties of each. */
export interface Scope {
  readonly path: string;
  readonly level: '1' | 'infinite';
  readonly what: readonly string[];
}

/** What its properties say, by a member's path. */
export type Members = ReadonlyMap<string, string>;

export interface Mirror {
  readonly token: string;
  readonly members: Members;
}

/** The members as PROPFIND lists them; undefined where there is no such collection. */
export async function listed(client: Client, { path, level, what }: Scope): Promise<Members | undefined> {
  const answer = await client.propfind(path, level === '1' ? '1' : 'infinity', what);
  if (answer.status === 404) return undefined;
  const members = [...answer.multistatus().responses].filter(([member]) => member !== pathKey(path));
  return new Map(members.map(([member, response]) => [member, said(response, what)]));
}

/**
 * The mirror as it is after asking until there is no more; a client whose token is refused begins anew. `limit` is asked before each
 * request, and between two of them others may write. Undefined where there is no such collection.
 */
export async function caughtUp(
  client: Client,
  { path, level, what }: Scope,
  former: Mirror | undefined,
  limit: () => number | undefined = () => undefined,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Mirror | undefined> {
  let members = new Map(former?.members);
  let token = former?.token ?? '';
  for (;;) {
    const most = limit();
    const answer = await client.sync(path, token, {
      properties: what,
      level,
      ...(most === undefined ? {} : { limit: most }),
    });
    if (answer.status === 404) return undefined;
    if (answer.status === 403) {
      assert.notEqual(token, '', 'an empty token is good');
      members = new Map();
      token = '';
      continue;
    }
    const { responses, syncToken } = answer.multistatus();
    for (const [member, response] of responses) {
      if (response.status === 404) forget(members, member);
      else if (response.status === undefined) members.set(member, said(response, what));
    }
    assert.ok(syncToken !== undefined);
    token = syncToken;
    if (responses.get(pathKey(path))?.status !== 507) return { token, members };
    await meanwhile();
  }
}

/** Takes a member away, and with a collection everything in it: RFC 6578 section 3.5.2. */
export function forget(members: Map<string, string>, path: string): void {
  members.delete(path);
  if (!path.endsWith('/')) return;
  for (const one of members.keys()) if (one.startsWith(path)) members.delete(one);
}

/** For comparison. */
export function sorted(members: Members | undefined): readonly (readonly [string, string])[] | undefined {
  return members && [...members].sort(([a], [b]) => (a < b ? -1 : 1));
}

function said({ properties }: ResourceAnswer, what: readonly string[]): string {
  const values = what.map((name) => properties.get(clark(name)));
  return values.map((value) => (value?.status === 200 ? textOf(value.element) : '')).join(' | ');
}
