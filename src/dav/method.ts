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
  /**
   * The body as it comes, instead of `body` and once only: what is not asked for stays on the wire, and who stops early leaves the rest
   * unread. Iterating throws DavError: 413 beyond `limit` octets, 400 when the connection ends before the body, 408 when nothing comes.
   */
  stream(limit: number): AsyncIterable<Uint8Array>;
}

/**
 * Iterated as fast as the client reads, and not at all for HEAD. With a Content-Length among the headers it must give so many octets. What
 * it throws breaks the answer off.
 */
export type Body = string | Uint8Array | AsyncIterable<string | Uint8Array>;

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
  /** Seconds since 1970: when the request came. */
  readonly now: number;
  readonly limits: Limits;
  /** Those of the request; absent where nobody sent one. */
  readonly headers?: DavRequest['headers'];
}

/** In whose eyes something is looked for, and what there can be. */
export type Viewer = Pick<View, 'user' | 'catalogue'>;

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
  /** Seconds since 1970, later than `now` where the request takes its time. */
  clock(): number;
}

export interface Method {
  readonly name: string;
  readonly spec: Spec;
  /** The types, or whole shapes, it works on; `unmapped` stands for a URL below an existing collection that names nothing yet. */
  readonly on: readonly (ResourceType | Shape | 'unmapped')[];
  /** What it makes, where that is one type of collection: it works where those can be made. */
  readonly makes?: ResourceType;
  /** Where it never works, but says better than a bare 405 why; not in Allow. */
  readonly refusedOn?: readonly (ResourceType | Shape)[];
  /** Several features may answer POST; each says when. */
  when?(request: DavRequest): boolean;
  /** Whether it also answers somebody who is not logged in. */
  anonymous?(located: Located): boolean;
  handle(request: DavRequest, context: Context): Promise<DavResponse>;
}
