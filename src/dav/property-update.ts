/**
 * Sets and removes properties for PROPPATCH, MKCOL and MKCALENDAR alike: in document order, all or nothing.
 * RFC 4918 section 9.2, RFC 5689 section 3.
 */
import { childrenOf, elementsOf, type XmlElement } from '../formats/xml/element.ts';
import { DAV, type XmlName } from '../formats/xml/name.ts';
import { emptyElement, serializeContent } from '../formats/xml/write.ts';
import type { StoredProperties } from '../store/records.ts';
import { DavError, PreconditionViolated, precondition } from './errors.ts';
import type { PropertyUpdate } from './feature.ts';
import type { View } from './method.ts';
import { propstat } from './multistatus.ts';
import type { LiveProperty } from './property.ts';
import type { ResourceType } from './resource.ts';

/** RFC 4918 section 16 */
export const cannotModifyProtectedProperty = precondition(
  `{${DAV}}cannot-modify-protected-property`,
  403,
  'RFC 4918 section 16',
);

const LANG: XmlName = '{http://www.w3.org/XML/1998/namespace}lang';

/** Reads DAV:set and DAV:remove in document order; an xml:lang in scope goes with the value. RFC 4918 section 4.3. */
export function readUpdate(body: XmlElement): PropertyUpdate {
  const update: { name: XmlName; value: XmlElement | undefined }[] = [];
  for (const action of elementsOf(body)) {
    const removes = action.name === `{${DAV}}remove`;
    if (!removes && action.name !== `{${DAV}}set`) continue;
    for (const prop of childrenOf(action, `{${DAV}}prop`)) {
      const language = [prop, action, body].map(languageOf).find((value) => value !== undefined);
      for (const property of elementsOf(prop)) {
        update.push({ name: property.name, value: removes ? undefined : withLanguage(property, language) });
      }
    }
  }
  return update;
}

function languageOf(e: XmlElement): string | undefined {
  return e.attributes.find((attribute) => attribute.name === LANG)?.value;
}

function withLanguage(property: XmlElement, language: string | undefined): XmlElement {
  if (language === undefined || languageOf(property) !== undefined) return property;
  return { ...property, attributes: [...property.attributes, { name: LANG, value: language }] };
}

/** What an update would make of the stored properties, or why not. */
export type UpdateResult =
  | { readonly ok: true; readonly properties: StoredProperties }
  | { readonly ok: false; readonly failures: readonly Failure[]; readonly names: readonly XmlName[] };

interface Failure {
  readonly name: XmlName;
  readonly error: DavError;
}

/** On what an update works: something of that type, or a collection of it in the making. */
export interface UpdateTarget {
  readonly type: ResourceType;
  readonly creating: boolean;
}

/** Applies the update to a copy of `before`. */
export function applyUpdate(
  update: PropertyUpdate,
  before: StoredProperties,
  target: UpdateTarget,
  view: View,
): UpdateResult {
  const properties: Record<XmlName, string> = { ...before };
  const failures: Failure[] = [];
  for (const { name, value } of update) {
    const property = view.catalogue.property(target.type, name);
    try {
      if (value !== undefined) {
        properties[name] = property === undefined ? serializeContent(value) : acceptedValue(property, value, target);
      } else if (property !== undefined && property.accept === undefined) throw protectedProperty(property);
      else delete properties[name];
      for (const other of property?.supersedes ?? []) delete properties[other];
    } catch (error) {
      if (!(error instanceof DavError)) throw error;
      failures.push({ name, error });
    }
  }
  const most = target.type.shape === 'object' ? view.limits.objectProperties : view.limits.properties;
  if (failures.length === 0 && Buffer.byteLength(JSON.stringify(properties)) > most) {
    const error = new DavError(507, `the properties of ${target.type.label} may take ${most} octets together`);
    failures.push(...update.slice(0, 1).map(({ name }) => ({ name, error })));
  }
  if (failures.length > 0) return { ok: false, failures, names: update.map((one) => one.name) };
  return { ok: true, properties };
}

function acceptedValue(property: LiveProperty, value: XmlElement, { creating }: UpdateTarget): string {
  const accept = (creating ? property.acceptAtCreation : undefined) ?? property.accept;
  if (accept === undefined) throw protectedProperty(property);
  return accept(value);
}

function protectedProperty(property: LiveProperty): PreconditionViolated {
  return cannotModifyProtectedProperty(`${property.name} is kept by the server and cannot be set`);
}

/** DAV:propstat elements for a failed update: each failure with its status, the rest 424. RFC 4918 section 9.2.1. */
export function failurePropstats(result: Extract<UpdateResult, { ok: false }>, { catalogue }: View): string {
  const failed = new Set(result.failures.map((failure) => failure.name));
  let out = '';
  for (const { name, error } of result.failures) {
    const said = error instanceof PreconditionViolated && catalogue.declares(error.condition.name);
    out += propstat(error.status, emptyElement(name), said ? error.condition : undefined);
  }
  const rest = [...new Set(result.names)].filter((name) => !failed.has(name));
  if (rest.length > 0) out += propstat(424, rest.map(emptyElement).join(''));
  return out;
}

/** One DAV:propstat for a successful update. */
export function successPropstat(update: PropertyUpdate): string {
  return propstat(200, [...new Set(update.map((one) => one.name))].map(emptyElement).join(''));
}
