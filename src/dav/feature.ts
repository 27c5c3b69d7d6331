/**
 * A feature is a plain object: what it adds to the service. Everything that the server advertises is computed from the list of features.
 */
import type { XmlElement } from '../formats/xml/element.ts';
import type { XmlName } from '../formats/xml/name.ts';
import type { CollectionRecord, Delegation, StoredProperties } from '../store/records.ts';
import type { WriteTransaction } from '../store/store.ts';
import type { Derivation } from './derivation.ts';
import type { AnyPrecondition, DavError } from './errors.ts';
import type { DavRequest, DavResponse, Method, View } from './method.ts';
import type { PrivilegeDeclaration } from './privilege.ts';
import type { LiveProperty } from './property.ts';
import type { Report } from './report.ts';
import type { CollectionResource, ResourceType } from './resource.ts';
import type { Spec } from './spec.ts';
import type { WriteRule } from './write-rule.ts';

/** Where accounts keep collections of one sort: `/calendars/USER/…`. */
export interface Home {
  /** The first path segment, and the name of the account's home row. */
  readonly segment: string;
  readonly root: ResourceType<'service'>;
  readonly home: ResourceType<'collection'>;
}

/** A principal below each principal that is no group: those who act for its owner. apple/caldav-proxy section 5.2. */
export interface Subprincipal {
  /** Its path segment. */
  readonly segment: string;
  readonly type: ResourceType<'principal'>;
  readonly access: Delegation['access'];
  /** The home in which its members hold the privileges. */
  readonly home: string;
  readonly privileges: readonly XmlName[];
}

/** A collection that clients can make: by MKCALENDAR, or by MKCOL with that resource type. RFC 5689 section 3. */
export interface Creatable {
  readonly type: ResourceType<'collection'>;
  /** Homes in which it may lie. */
  readonly within: readonly ResourceType<'collection'>[];
  /** What is stored unless the client says otherwise. */
  readonly defaults: StoredProperties;
  /** The one name that it may have, where it may not have any. It is made and removed then, and neither copied, moved nor replaced. */
  readonly only?: string;
  /** What making one does, where that is not to add an empty collection of the type. @throws DavError */
  make?(made: Made, tx: WriteTransaction): Promise<void>;
  /** The refusal of a COPY or MOVE that would put one elsewhere; a bare 403 where there is none. RFC 4791 section 5.3.2.1. */
  misplaced?(reason: string): DavError;
}

/** What a client makes, where, and with which properties. */
export interface Made {
  readonly parent: CollectionResource;
  /** The parent's record, its row locked. */
  readonly above: CollectionRecord;
  /** Free. */
  readonly name: string;
  readonly properties: StoredProperties;
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
  /** Of one that answers what lies below it too: one segment. */
  readonly path: string;
  readonly spec: Spec;
  /** Whether everything below it is its own: such paths are taken apart by nobody else, and may have slashes within a segment. */
  readonly below?: true;
  handle(request: DavRequest): DavResponse;
}

/** A first path segment beside the tree. What lies below it are no WebDAV resources: these methods alone answer there, all else is 405. */
export interface Endpoint {
  readonly segment: string;
  readonly spec: Spec;
  /** What they are `on` says nothing here; `context.located` has found nothing. */
  readonly methods: readonly Method[];
}

/** What DELETE of a collection does instead of removing it. */
export interface Keeps {
  readonly type: ResourceType<'collection'>;
  readonly spec: Spec;
  /** `empty` keeps it and removes its members; `refuse` throws. @throws PreconditionViolated */
  onDelete(name: string): 'remove' | 'empty';
}

/** A token that says in which state a collection is, so that an If header can ask for it. RFC 4918 section 10.4.4. */
export interface StateToken {
  readonly spec: Spec;
  /** A URI; undefined where there is none. */
  of(collection: CollectionRecord, view: View): string | undefined;
}

export interface Feature {
  readonly name: string;
  readonly specs: readonly Spec[];
  /** Words of the DAV header. */
  readonly complianceTokens?: readonly string[];
  readonly resourceTypes?: readonly ResourceType[];
  readonly homes?: readonly Home[];
  readonly subprincipals?: readonly Subprincipal[];
  readonly privileges?: readonly PrivilegeDeclaration[];
  readonly creatable?: readonly Creatable[];
  readonly provisions?: readonly Provision[];
  readonly properties?: readonly LiveProperty[];
  readonly reports?: readonly Report[];
  readonly methods?: readonly Method[];
  readonly preconditions?: readonly AnyPrecondition[];
  readonly writeRules?: readonly WriteRule[];
  readonly wellKnown?: readonly WellKnown[];
  readonly endpoints?: readonly Endpoint[];
  readonly keeps?: readonly Keeps[];
  readonly stateTokens?: readonly StateToken[];
  readonly derivations?: readonly Derivation[];
}

/** What a client set on a collection: by name, as XML; undefined removes. In document order. */
export type PropertyUpdate = readonly { readonly name: XmlName; readonly value: XmlElement | undefined }[];
