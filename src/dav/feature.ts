/**
 * A feature is a plain object: what it adds to the service. Everything that the server advertises is computed from the list of features.
 */
import type { XmlElement } from '../formats/xml/element.ts';
import type { XmlName } from '../formats/xml/name.ts';
import type { StoredProperties } from '../store/records.ts';
import type { AnyPrecondition } from './errors.ts';
import type { DavRequest, DavResponse, Method } from './method.ts';
import type { LiveProperty } from './property.ts';
import type { Report } from './report.ts';
import type { ResourceType } from './resource.ts';
import type { Spec } from './spec.ts';
import type { WriteRule } from './write-rule.ts';

/** Where accounts keep collections of one sort: `/calendars/USER/…`. */
export interface Home {
  /** The first path segment, and the name of the account's home row. */
  readonly segment: string;
  readonly root: ResourceType<'service'>;
  readonly home: ResourceType<'collection'>;
}

/** A collection that clients can make: by MKCALENDAR, or by MKCOL with that resource type. RFC 5689 section 3. */
export interface Creatable {
  readonly type: ResourceType<'collection'>;
  /** Homes in which it may lie. */
  readonly within: readonly ResourceType<'collection'>[];
  /** What is stored unless the client says otherwise. */
  readonly defaults: StoredProperties;
}

/** A collection that every new account has. */
export interface Provision {
  readonly segment: string;
  readonly name: string;
  readonly type: ResourceType<'collection'>;
  readonly properties: StoredProperties;
}

/** A path outside the tree, answered without a login: `/.well-known/caldav`. */
export interface WellKnown {
  readonly path: string;
  readonly spec: Spec;
  handle(request: DavRequest): DavResponse;
}

/** What DELETE of a collection does instead of removing it. */
export interface Keeps {
  readonly type: ResourceType<'collection'>;
  readonly spec: Spec;
  /** `empty` keeps it and removes its members; `refuse` throws. @throws PreconditionViolated */
  onDelete(name: string): 'remove' | 'empty';
}

export interface Feature {
  readonly name: string;
  readonly specs: readonly Spec[];
  /** Words of the DAV header. */
  readonly complianceTokens?: readonly string[];
  readonly resourceTypes?: readonly ResourceType[];
  readonly homes?: readonly Home[];
  readonly creatable?: readonly Creatable[];
  readonly provisions?: readonly Provision[];
  readonly properties?: readonly LiveProperty[];
  readonly reports?: readonly Report[];
  readonly methods?: readonly Method[];
  readonly preconditions?: readonly AnyPrecondition[];
  readonly writeRules?: readonly WriteRule[];
  readonly wellKnown?: readonly WellKnown[];
  readonly keeps?: readonly Keeps[];
}

/** What a client set on a collection: by name, as XML; undefined removes. In document order. */
export type PropertyUpdate = readonly { readonly name: XmlName; readonly value: XmlElement | undefined }[];
