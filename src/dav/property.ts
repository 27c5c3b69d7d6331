/**
 * Live properties: one small declaration each. RFC 4918 section 4.2.
 *
 * A value is read as the XML text inside the property's element: lists of thousands of members are written that way, and a tree between
 * would cost more than everything else. The functions below make such text from values.
 */
import type { XmlElement } from '../formats/xml/element.ts';
import type { XmlName } from '../formats/xml/name.ts';
import { emptyElement, escapeText, tagsAround } from '../formats/xml/write.ts';
import type { ReadTransaction, WriteTransaction } from '../store/store.ts';
import type { Context, View } from './method.ts';
import type { Privilege } from './privilege.ts';
import type { ResourceOf, ResourceType, Shape } from './resource.ts';
import type { Spec } from './spec.ts';

interface PropertyBase<S extends Shape> {
  readonly name: XmlName;
  readonly spec: Spec;
  /** Resource types, or whole shapes: `object` is every object there is. */
  readonly on: readonly (ResourceType<S> | S)[];
  readonly inAllprop: boolean;
  /** Without it the value is answered 403. RFC 3744 section 5.5. */
  readonly needs?: Privilege;
  /**
   * What to store for a value that a client sets. Absent means protected: DAV:cannot-modify-protected-property.
   * @throws PreconditionViolated
   */
  accept?(value: XmlElement): string;
  /** The same while the collection is being made, for what may be set only then. */
  acceptAtCreation?(value: XmlElement): string;
  /**
   * On resources that store no properties, principals: writes what a client sets, or takes it away, in the request's transaction.
   * @throws DavError, PreconditionViolated; then nothing of the request is written
   */
  write?(resource: ResourceOf<S>, value: XmlElement | undefined, tx: WriteTransaction, context: Context): Promise<void>;
  /** Stored properties that say the same in other words: whoever sets or removes this one takes them away. */
  readonly supersedes?: readonly XmlName[];
}

/** Reads what is loaded with the resource. */
interface ReadsLoaded<S extends Shape> {
  /** The XML text inside the element; `''` for an empty one; undefined where the resource has no such property. */
  read(resource: ResourceOf<S>, view: View): string | undefined;
}

/** Reads for all resources of a page at once: never one query per member. */
interface ReadsInBatch<S extends Shape> {
  readMany(
    resources: readonly ResourceOf<S>[],
    view: View,
    tx: ReadTransaction,
  ): Promise<readonly (string | undefined)[]>;
}

/** A declared live property, its shape forgotten. */
export interface LiveProperty extends PropertyBase<Shape>, Partial<ReadsLoaded<Shape>>, Partial<ReadsInBatch<Shape>> {}

/** Declares a live property. `read` and `accept` see the resources that `on` says. */
export function defineProperty<S extends Shape>(
  property: PropertyBase<S> & (ReadsLoaded<S> | ReadsInBatch<S>),
): LiveProperty {
  // The kernel calls a property only on resources of the types in `on`, so forgetting the shape is safe.
  return property as unknown as LiveProperty;
}

/** Text content. */
export function text(value: string): string {
  return escapeText(value);
}

/** One DAV:href. */
export function href(path: string): string {
  return `<d:href>${escapeText(path)}</d:href>`;
}

/** Several DAV:href. */
export function hrefs(paths: readonly string[]): string {
  return paths.map(href).join('');
}

/** An empty element inside: `<d:collection/>`. */
export function empty(name: XmlName): string {
  return emptyElement(name);
}

/** An element with XML text inside. */
export function wrap(name: XmlName, inside: string): string {
  if (inside === '') return emptyElement(name);
  const { open, close } = tagsAround(name);
  return open + inside + close;
}

/** Where a stored value lies for a property without a default. */
export function stored(name: XmlName): (resource: ResourceOf<'collection'>) => string | undefined {
  return (resource) => {
    const value = resource.collection.properties[name];
    return value === undefined ? undefined : escapeText(value);
  };
}
