/**
 * Reads properties for PROPFIND and every report alike. A request names what it wants once; per resource type that becomes a plan of
 * ready-made tags and functions, so that a member costs its values and nothing else.
 */
import { elementsOf, type XmlElement } from '../formats/xml/element.ts';
import { DAV, type XmlName } from '../formats/xml/name.ts';
import { emptyElement, tagsAround } from '../formats/xml/write.ts';
import type { StoredProperties } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { DavError } from './errors.ts';
import type { View } from './method.ts';
import { propstat, response } from './multistatus.ts';
import { needPrivileges } from './preconditions.ts';
import type { Privilege } from './privilege.ts';
import type { LiveProperty } from './property.ts';
import type { Resource, ResourceType } from './resource.ts';

/** What a request asks of each resource. RFC 4918 section 14.20. */
export type PropertyRequest =
  | { readonly kind: 'prop'; readonly names: readonly XmlName[] }
  | { readonly kind: 'allprop'; readonly include: readonly XmlName[] }
  | { readonly kind: 'propname' };

/** Names that one request may ask for, and their UTF-16 units together: each stands in the answer for each resource. */
const MOST_NAMES = 1_000;
const MOST_UNITS = 64 * 1024;

/** @throws DavError 413 */
function namesOf(elements: readonly XmlElement[]): readonly XmlName[] {
  const names = [...new Set(elements.map((one) => one.name))];
  const units = names.reduce((sum, name) => sum + name.length, 0);
  if (names.length <= MOST_NAMES && units <= MOST_UNITS) return names;
  throw new DavError(413, `one request asks for at most ${MOST_NAMES} properties, ${MOST_UNITS} characters of names`);
}

/** The element in a report's body that says which properties are wanted; nothing means none. @throws DavError 413 */
export function requestedProperties(body: XmlElement): PropertyRequest {
  for (const child of elementsOf(body)) {
    if (child.name === `{${DAV}}prop`) {
      return { kind: 'prop', names: namesOf(elementsOf(child)) };
    }
    if (child.name === `{${DAV}}propname`) return { kind: 'propname' };
    if (child.name === `{${DAV}}allprop`) {
      const include = elementsOf(body).find((one) => one.name === `{${DAV}}include`);
      return { kind: 'allprop', include: include === undefined ? [] : namesOf(elementsOf(include)) };
    }
  }
  return { kind: 'prop', names: [] };
}

/** A property made by a report for each of its resources, such as CALDAV:calendar-data. */
export interface ExtraProperty {
  /** XML text inside; undefined for none. */
  inside(resource: Resource): string | undefined;
  /** What stands in the tag behind the name, from a blank on. */
  readonly attributes?: string;
}

/** By name. */
export type ExtraProperties = ReadonlyMap<XmlName, ExtraProperty>;

interface Step {
  readonly name: XmlName;
  readonly open: string;
  readonly close: string;
  readonly none: string;
  readonly property: LiveProperty | undefined;
  readonly extra: ExtraProperty | undefined;
}

/** XML text of the properties that a resource has, of those asked for that it has not, and of those that the user may not read. */
export interface Values {
  readonly found: string;
  readonly missing: string;
  /** By the privilege that is needed for them; absent where there are none. */
  readonly forbidden?: ReadonlyMap<Privilege, string>;
}

/** Answers one PropertyRequest for any number of resources. Properties that read in batch ask once per call. */
export interface PropertyReader {
  read(resources: readonly Resource[], tx: ReadTransaction): Promise<readonly Values[]>;
  /** DAV:response elements for these resources, in their order. */
  respond(resources: readonly Resource[], tx: ReadTransaction): Promise<string>;
}

/** Makes the reader. With `minimal`, what is missing is left out. RFC 8144 section 2.1. */
export function propertyReader(
  request: PropertyRequest,
  view: View,
  minimal: boolean,
  extras: ExtraProperties = new Map(),
): PropertyReader {
  const plans = new Map<string, readonly Step[]>();
  const planFor = (type: ResourceType): readonly Step[] => {
    let plan = plans.get(type.kind);
    if (plan === undefined) {
      plan = namesFor(request, type, view).map((name) => step(name, type, view, extras));
      plans.set(type.kind, plan);
    }
    return plan;
  };
  const read: PropertyReader['read'] = async (resources, tx) => {
    const batches = await readBatches(resources, planFor, view, tx);
    return resources.map((resource) => valuesOf(resource, planFor(resource.type), batches, request, view));
  };
  return {
    read,
    async respond(resources, tx) {
      const values = await read(resources, tx);
      let out = '';
      for (let i = 0; i < resources.length; i++) {
        out += response(resources[i]!.href, propstats(values[i]!, resources[i]!.href, request, minimal));
      }
      return out;
    },
  };
}

function valuesOf(
  resource: Resource,
  plan: readonly Step[],
  batches: Batches,
  request: PropertyRequest,
  view: View,
): Values {
  const namesOnly = request.kind === 'propname';
  let found = '';
  let missing = '';
  let forbidden: Map<Privilege, string> | undefined;
  for (const one of plan) {
    const needs = one.property?.needs;
    if (needs !== undefined && !namesOnly && !resource.privileges.has(needs)) {
      forbidden ??= new Map();
      forbidden.set(needs, (forbidden.get(needs) ?? '') + one.none);
      continue;
    }
    const inside = insideOf(resource, one, batches, view);
    if (inside !== undefined) found += inside === '' || namesOnly ? one.none : one.open + inside + one.close;
    else {
      const dead = one.property === undefined && one.extra === undefined ? deadProperty(resource, one.name) : undefined;
      if (dead === undefined) missing += one.none;
      else found += namesOnly ? one.none : dead;
    }
  }
  if (request.kind !== 'prop') found += deadProperties(resource, plan, view, namesOnly);
  return forbidden === undefined ? { found, missing } : { found, missing, forbidden };
}

function insideOf(resource: Resource, one: Step, batches: Batches, view: View): string | undefined {
  if (one.extra !== undefined) return one.extra.inside(resource);
  if (one.property === undefined) return undefined;
  if (one.property.read !== undefined) return one.property.read(resource, view);
  return batches.get(one.property)?.get(resource);
}

type Batches = ReadonlyMap<LiveProperty, ReadonlyMap<Resource, string | undefined>>;

/** With allprop only what was asked for by DAV:include is reported missing, with propname nothing. */
function propstats(
  { found, missing, forbidden }: Values,
  href: string,
  request: PropertyRequest,
  minimal: boolean,
): string {
  const drop = minimal || request.kind === 'propname' || (request.kind === 'allprop' && request.include.length === 0);
  const absent = missing === '' || drop ? '' : propstat(404, missing);
  const refused = forbidden === undefined ? '' : forbiddenPropstats(href, forbidden);
  return (found === '' && absent + refused !== '' ? '' : propstat(200, found)) + absent + refused;
}

/** DAV:propstat elements of properties that the user may not read, each naming the privilege. RFC 3744 section 5.5. */
export function forbiddenPropstats(href: string, forbidden: ReadonlyMap<Privilege, string>): string {
  let out = '';
  for (const [privilege, names] of forbidden) {
    out += propstat(403, names, needPrivileges('', href, privilege).condition);
  }
  return out;
}

function namesFor(request: PropertyRequest, type: ResourceType, view: View): readonly XmlName[] {
  const declared = view.catalogue.properties(type);
  switch (request.kind) {
    case 'prop':
      return request.names;
    case 'propname':
      return [...declared.keys()];
    case 'allprop': {
      const names = [...declared.values()].filter((property) => property.inAllprop).map((property) => property.name);
      return [...new Set([...names, ...request.include])];
    }
  }
}

function step(name: XmlName, type: ResourceType, view: View, extras: ExtraProperties): Step {
  const property = view.catalogue.property(type, name);
  const extra = extras.get(name);
  const { open, close } = tagsAround(name);
  const begin = extra?.attributes === undefined ? open : `${open.slice(0, -1)}${extra.attributes}>`;
  return { name, open: begin, close, none: emptyElement(name), property, extra };
}

async function readBatches(
  resources: readonly Resource[],
  planFor: (type: ResourceType) => readonly Step[],
  view: View,
  tx: ReadTransaction,
): Promise<Batches> {
  const wanted = new Map<LiveProperty, Resource[]>();
  for (const resource of resources) {
    const plan = planFor(resource.type);
    // Lists of objects are long, and few properties of theirs are read in batch.
    if (resource.shape === 'object' && !plan.some(({ property }) => property?.readMany !== undefined)) continue;
    for (const { property } of plan) {
      if (property?.readMany === undefined) continue;
      if (property.needs !== undefined && !resource.privileges.has(property.needs)) continue;
      const list = wanted.get(property);
      if (list === undefined) wanted.set(property, [resource]);
      else list.push(resource);
    }
  }
  const batches = new Map<LiveProperty, ReadonlyMap<Resource, string | undefined>>();
  for (const [property, list] of wanted) {
    const values = (await property.readMany?.(list, view, tx)) ?? [];
    batches.set(property, new Map(list.map((resource, i) => [resource, values[i]])));
  }
  return batches;
}

function storedOf(resource: Resource): StoredProperties | undefined {
  if (resource.shape === 'collection') return resource.collection.properties;
  if (resource.shape === 'object') return resource.object.properties;
  return undefined;
}

/** A dead property is stored as the XML of its whole element. RFC 4918 section 4.3. */
function deadProperty(resource: Resource, name: XmlName): string | undefined {
  const value = storedOf(resource)?.[name];
  return value?.startsWith('<') ? value : undefined;
}

function deadProperties(resource: Resource, plan: readonly Step[], view: View, namesOnly: boolean): string {
  const properties = storedOf(resource);
  if (properties === undefined) return '';
  const planned = new Set(plan.map((one) => one.name));
  let out = '';
  for (const name of namesIn(properties)) {
    if (planned.has(name) || view.catalogue.property(resource.type, name) !== undefined) continue;
    const value = properties[name];
    if (value?.startsWith('<')) out += namesOnly ? emptyElement(name) : value;
  }
  return out;
}

/** The names in stored properties. */
function namesIn(properties: StoredProperties): readonly XmlName[] {
  return Object.keys(properties) as XmlName[];
}
