/**
 * Requests and responses as values, and methods as declarations. The network is touched in `server/http.ts` alone.
 */
import type { Preferences } from '../formats/http/headers.ts';
import type { Account, Origin } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import type { Limits } from './limits.ts';
import type { Located } from './locate.ts';
import type { ResourceType, Shape } from './resource.ts';
import type { Spec } from './spec.ts';

export interface DavRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Scheme and host under which the client reached us, believed proxies considered: `https://dav.example.com`. */
  readonly origin: string;
  /** The whole body. @throws DavError 413 beyond `limit` octets */
  body(limit: number): Promise<Uint8Array>;
}

export type Body = string | Uint8Array | AsyncIterable<string>;

export interface DavResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body;
}

/** What a property may know besides its resource. */
export interface View {
  readonly catalogue: Catalogue;
  /** Absent when nobody is logged in. */
  readonly user: Account | undefined;
  /** The epoch of the store: part of each sync token. */
  readonly epoch: string;
  readonly limits: Limits;
}

/** What a method works with. */
export interface Context extends View {
  readonly store: Store;
  /** What the request's URL names. */
  readonly located: Located;
  readonly preferences: Preferences;
  /** Who writes, with what, and when. */
  readonly writes: Origin;
  /** A fresh name for a resource that the server names. */
  newName(): string;
}

export interface Method {
  readonly name: string;
  readonly spec: Spec;
  /** The types, or whole shapes, it works on; `unmapped` stands for a URL below an existing collection that names nothing yet. */
  readonly on: readonly (ResourceType | Shape | 'unmapped')[];
  /** Where it never works, but says better than a bare 405 why; not in Allow. */
  readonly refusedOn?: readonly (ResourceType | Shape)[];
  /** Several features may answer POST; each says when. */
  when?(request: DavRequest): boolean;
  /** Whether it also answers somebody who is not logged in. */
  anonymous?(located: Located): boolean;
  handle(request: DavRequest, context: Context): Promise<DavResponse>;
}
