/**
 * Resources: what a URL names. Four shapes are closed; kinds are open, each feature declares its own as resource types.
 */
import type { XmlName } from '../formats/xml/name.ts';
import type { Account, CollectionRecord, ObjectRecord, StoredObject } from '../store/records.ts';
import type { PrivilegeSet, Relation } from './privilege.ts';
import type { Spec } from './spec.ts';

interface ResourceBase<S extends Shape> {
  readonly shape: S;
  readonly type: ResourceType<S>;
  /** Absolute path, percent-encoded, as it stands in answers; collections end in a slash. */
  readonly href: string;
  /** What the current user holds on it. Without anything it is not found. */
  readonly privileges: PrivilegeSet;
}

/** A collection of the service itself: `/`, `/principals/`, `/calendars/`. It holds no data of anybody. */
export interface ServiceResource extends ResourceBase<'service'> {}

/** A principal, or one of those below it: who may act for it. RFC 3744 section 2, apple/caldav-proxy section 5.2. */
export interface PrincipalResource extends ResourceBase<'principal'> {
  /** Whose principal it is, or for whom its members act. */
  readonly owner: Account;
}

/** A stored collection: a home, a calendar, an inbox. */
export interface CollectionResource extends ResourceBase<'collection'> {
  readonly owner: Account;
  readonly collection: CollectionRecord;
  /** What the current user is to the owner. */
  readonly relation: Relation;
  /** Absent for a home. The user may hold nothing on it. */
  readonly parent: CollectionResource | undefined;
  /**
   * Where it was found, when that is not where it lies: `href` is there, everything else is what it is to the user at home. The user reads
   * the collection in which it is listed.
   */
  readonly mount?: Mount;
}

/** A row of somebody's home that lists a collection of another account. */
export interface Mount {
  readonly record: CollectionRecord;
  readonly in: CollectionResource;
}

/** A stored object in a collection. */
export interface ObjectResource extends ResourceBase<'object'> {
  readonly owner: Account;
  readonly collection: CollectionRecord;
  readonly object: ObjectRecord | StoredObject;
  /** The collection in which it lies. */
  readonly parent: CollectionResource;
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

/** Another form of the objects of a type, for clients that prefer it. RFC 9110 section 12.5.1. */
export interface OtherForm {
  /** In lower case: `application/calendar+json`. */
  readonly mediaType: string;
  /** What tells its entity tags from those of what is stored: one word of small letters. */
  readonly name: string;
  /** The Content-Type of one. */
  contentType(resource: ObjectResource): string;
  /** The object in this form. */
  make(object: StoredObject): string;
}

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
  /** A type that it is one of: what is declared on that one holds on this one too, but for what is written into it, and what is kept. */
  readonly like?: ResourceType<S>;
  /** The most that anybody holds on it, the owner included; their parts with them. Absent where that is everything. */
  readonly most?: readonly XmlName[];
  /** What else DAV:resourcetype holds for this resource: CS:shared-owner. */
  also?(resource: ResourceOf<S>): readonly XmlName[];
  /** The type of the objects that a collection holds; absent where it holds none. */
  readonly members?: ResourceType<'object'>;
  /** DAV:getcontenttype of an object of this type. */
  contentType?(resource: ObjectResource): string;
  /** In which forms GET answers an object of this type, where that is not only the one that is stored. */
  readonly forms?: {
    /** The media type of that one, in lower case. */
    readonly stored: string;
    readonly others: readonly OtherForm[];
    /** A request header by which a client says what else should be in the data or not. */
    readonly adapted?: {
      readonly header: string;
      /** The form of an object by the value of that header; the one that was asked for where it makes no difference. */
      form(value: string, asked: OtherForm | undefined, object: StoredObject): OtherForm | undefined;
    };
  };
  /** What GET of an object of this type says besides: Content-Disposition. */
  headers?(resource: ObjectResource): Readonly<Record<string, string>>;
}

/** Whether the resource can have members. */
export function isCollection(resource: Resource): resource is ServiceResource | PrincipalResource | CollectionResource {
  return resource.shape !== 'object';
}

/** Whether a type is that one, or one of its sort. */
export function isSort(type: ResourceType, of: ResourceType): boolean {
  return type.kind === of.kind || type.like?.kind === of.kind;
}

/** What a resource of that type is, in a sentence: `a calendar`, `an address book`. */
export function inWords({ label }: ResourceType): string {
  return `${/^[aeiou]/.test(label) ? 'an' : 'a'} ${label}`;
}
