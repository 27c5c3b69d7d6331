/**
 * Resources: what a URL names. Four shapes are closed; kinds are open, each feature declares its own as resource types.
 */
import type { XmlName } from '../formats/xml/name.ts';
import type { Account, CollectionRecord, ObjectRecord, StoredObject } from '../store/records.ts';
import type { Standing } from './privilege.ts';
import type { Spec } from './spec.ts';

interface ResourceBase<S extends Shape> {
  readonly shape: S;
  readonly type: ResourceType<S>;
  /** Absolute path, percent-encoded, as it stands in answers; collections end in a slash. */
  readonly href: string;
  /** What the current user is to it. */
  readonly standing: Standing;
}

/** A collection of the service itself: `/`, `/principals/`, `/calendars/`. It holds no data of anybody. */
export interface ServiceResource extends ResourceBase<'service'> {}

/** A principal. RFC 3744 section 2. */
export interface PrincipalResource extends ResourceBase<'principal'> {
  readonly owner: Account;
}

/** A stored collection: a home, a calendar, an inbox. */
export interface CollectionResource extends ResourceBase<'collection'> {
  readonly owner: Account;
  readonly collection: CollectionRecord;
}

/** A stored object in a collection. */
export interface ObjectResource extends ResourceBase<'object'> {
  readonly owner: Account;
  readonly collection: CollectionRecord;
  readonly object: ObjectRecord | StoredObject;
}

interface Shapes {
  readonly service: ServiceResource;
  readonly principal: PrincipalResource;
  readonly collection: CollectionResource;
  readonly object: ObjectResource;
}

export type Shape = keyof Shapes;
export type ResourceOf<S extends Shape> = Shapes[S];
export type Resource = ResourceOf<Shape>;

/** A kind of resource, declared by a feature. */
export interface ResourceType<S extends Shape = Shape> {
  /** Unique; for a stored collection also what its row says. */
  readonly kind: string;
  readonly shape: S;
  readonly spec: Spec;
  /** What it is called on pages and in messages: `calendar`. */
  readonly label: string;
  /** The content of DAV:resourcetype. */
  readonly elements: readonly XmlName[];
  /** What else DAV:resourcetype holds for this resource: CS:shared-owner. */
  also?(resource: ResourceOf<S>): readonly XmlName[];
  /** The type of the objects that a collection holds; absent where it holds none. */
  readonly members?: ResourceType<'object'>;
  /** DAV:getcontenttype of an object of this type. */
  contentType?(resource: ObjectResource): string;
}

/** Whether the resource can have members. */
export function isCollection(resource: Resource): resource is ServiceResource | PrincipalResource | CollectionResource {
  return resource.shape !== 'object';
}

/** What a resource of that type is, in a sentence: `a calendar`, `an address book`. */
export function inWords({ label }: ResourceType): string {
  return `${/^[aeiou]/.test(label) ? 'an' : 'a'} ${label}`;
}
