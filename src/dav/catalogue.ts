/**
 * Features to lookup tables, built once and frozen. Refuses a thing declared twice.
 */
import type { XmlName } from '../formats/xml/name.ts';
import type { Derivation } from './derivation.ts';
import type { AnyPrecondition } from './errors.ts';
import type {
  Creatable,
  Endpoint,
  Feature,
  Home,
  Keeps,
  Provision,
  StateToken,
  Subprincipal,
  WellKnown,
} from './feature.ts';
import type { DavRequest, Method } from './method.ts';
import { type PrivilegeTable, privilegeTable } from './privilege.ts';
import type { LiveProperty } from './property.ts';
import type { Report } from './report.ts';
import type { ResourceType, Shape } from './resource.ts';
import type { WriteRule } from './write-rule.ts';

export interface Catalogue {
  readonly features: readonly Feature[];
  /** The DAV header: RFC 4918 section 10.1. */
  readonly compliance: string;
  readonly homes: ReadonlyMap<string, Home>;
  /** By their path segment. */
  readonly subprincipals: ReadonlyMap<string, Subprincipal>;
  readonly privileges: PrivilegeTable;
  readonly creatable: readonly Creatable[];
  readonly provisions: readonly Provision[];
  /** By their path. */
  readonly wellKnown: ReadonlyMap<string, WellKnown>;
  /** By their path segment. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** @throws RangeError for a kind that no feature declares: a row of a newer or wider program */
  type(kind: string): ResourceType;
  property(type: ResourceType, name: XmlName): LiveProperty | undefined;
  properties(type: ResourceType): ReadonlyMap<XmlName, LiveProperty>;
  report(type: ResourceType, name: XmlName): Report | undefined;
  reports(type: ResourceType): ReadonlyMap<XmlName, Report>;
  /** The method for a request, by its name and what `when` says of it. */
  method(type: ResourceType | 'unmapped', request: DavRequest): Method | undefined;
  /** Names for the Allow header. RFC 9110 section 10.2.1. */
  allowed(type: ResourceType | 'unmapped'): readonly string[];
  writeRule(type: ResourceType): WriteRule | undefined;
  keeps(type: ResourceType): Keeps | undefined;
  /** State tokens besides those of locks. RFC 4918 section 10.4.2. */
  readonly stateTokens: readonly StateToken[];
  declares(precondition: XmlName): boolean;
  readonly preconditions: readonly AnyPrecondition[];
  readonly derivations: readonly Derivation[];
}

/** Builds the catalogue. @throws RangeError when two features claim the same thing */
export function catalogue(features: readonly Feature[]): Catalogue {
  const types = new Map<string, ResourceType>();
  const properties = new Map<string, Map<XmlName, LiveProperty>>();
  const reports = new Map<string, Map<XmlName, Report>>();
  const methods = new Map<string, Method[]>();
  const allowed = new Map<string, string[]>();
  const writeRules = new Map<string, WriteRule>();
  const keeps = new Map<string, Keeps>();
  const homes = new Map<string, Home>();
  const subprincipals = new Map<string, Subprincipal>();
  const wellKnown = new Map<string, WellKnown>();
  const endpoints = new Map<string, Endpoint>();
  const preconditions = new Map<XmlName, AnyPrecondition>();
  const tokens: string[] = [];

  for (const feature of features) {
    for (const type of feature.resourceTypes ?? []) claim(types, type.kind, type);
    for (const home of feature.homes ?? []) claim(homes, home.segment, home);
    for (const one of feature.subprincipals ?? []) claim(subprincipals, one.segment, one);
    for (const known of feature.wellKnown ?? []) claim(wellKnown, known.path, known);
    for (const endpoint of feature.endpoints ?? []) claim(endpoints, endpoint.segment, endpoint);
    for (const rule of feature.writeRules ?? []) claim(writeRules, rule.into.kind, rule);
    for (const keep of feature.keeps ?? []) claim(keeps, keep.type.kind, keep);
    for (const condition of feature.preconditions ?? []) claim(preconditions, condition.name, condition);
    tokens.push(...(feature.complianceTokens ?? []));
  }
  const likeThat = ({ kind }: ResourceType): readonly string[] =>
    [...types.values()].filter(({ like }) => like?.kind === kind).map((type) => type.kind);
  const kindsOf = (on: ResourceType | Shape | 'unmapped'): readonly string[] => {
    if (typeof on !== 'string') return [on.kind, ...likeThat(on)];
    if (on === 'unmapped') return [on];
    return [...types.values()].filter((type) => type.shape === on).map((type) => type.kind);
  };
  for (const feature of features) {
    for (const property of feature.properties ?? [])
      for (const kind of property.on.flatMap(kindsOf)) claim(tableOf(properties, kind), property.name, property);
    for (const report of feature.reports ?? [])
      for (const kind of report.on.flatMap(kindsOf)) claim(tableOf(reports, kind), report.name, report);
    for (const method of feature.methods ?? []) {
      for (const kind of method.on.flatMap(kindsOf)) {
        listOf(methods, kind).push(method);
        listOf(allowed, kind).push(method.name);
      }
      for (const kind of (method.refusedOn ?? []).flatMap(kindsOf)) listOf(methods, kind).push(method);
    }
  }
  for (const [kind, list] of methods) refuseAmbiguity(kind, list);

  const kindOf = (type: ResourceType | 'unmapped'): string => (typeof type === 'string' ? type : type.kind);
  return Object.freeze({
    features,
    compliance: complianceOf(tokens),
    homes,
    subprincipals,
    privileges: privilegeTable(features.flatMap((feature) => feature.privileges ?? [])),
    creatable: features.flatMap((feature) => feature.creatable ?? []),
    provisions: features.flatMap((feature) => feature.provisions ?? []),
    wellKnown,
    endpoints,
    type(kind: string) {
      const type = types.get(kind);
      if (type === undefined) throw new RangeError(`no feature declares resources of kind ${kind}`);
      return type;
    },
    property: (type: ResourceType, name: XmlName) => properties.get(type.kind)?.get(name),
    properties: (type: ResourceType) => properties.get(type.kind) ?? NO_PROPERTIES,
    report: (type: ResourceType, name: XmlName) => reports.get(type.kind)?.get(name),
    reports: (type: ResourceType) => reports.get(type.kind) ?? NO_REPORTS,
    method: (type: ResourceType | 'unmapped', request: DavRequest) =>
      methods.get(kindOf(type))?.find((method) => method.name === request.method && (method.when?.(request) ?? true)),
    allowed: (type: ResourceType | 'unmapped') => [...new Set(allowed.get(kindOf(type)))],
    writeRule: (type: ResourceType) => writeRules.get(type.kind),
    keeps: (type: ResourceType) => keeps.get(type.kind),
    stateTokens: features.flatMap((feature) => feature.stateTokens ?? []),
    declares: (name: XmlName) => preconditions.has(name),
    preconditions: [...preconditions.values()],
    derivations: features.flatMap((feature) => feature.derivations ?? []),
  });
}

const NO_PROPERTIES: ReadonlyMap<XmlName, LiveProperty> = new Map();
const NO_REPORTS: ReadonlyMap<XmlName, Report> = new Map();

/** The numbered classes in their order, then the words of extensions in the order of the features. */
function complianceOf(tokens: readonly string[]): string {
  const [extensions, classes] = [false, true].map((numbered) => tokens.filter((one) => /^\d+$/.test(one) === numbered));
  return [...new Set([...(classes ?? []).toSorted(), ...(extensions ?? [])])].join(', ');
}

function claim<K, V>(table: Map<K, V>, key: K, value: V): void {
  if (table.has(key)) throw new RangeError(`${String(key)} is declared twice`);
  table.set(key, value);
}

function tableOf<V>(tables: Map<string, Map<XmlName, V>>, kind: string): Map<XmlName, V> {
  let table = tables.get(kind);
  if (table === undefined) {
    table = new Map();
    tables.set(kind, table);
  }
  return table;
}

function listOf<V>(lists: Map<string, V[]>, kind: string): V[] {
  let list = lists.get(kind);
  if (list === undefined) {
    list = [];
    lists.set(kind, list);
  }
  return list;
}

/** Two methods of one name on one type are told apart by `when`, so at most one may be without it, and it comes last. */
function refuseAmbiguity(kind: string, list: readonly Method[]): void {
  const always = new Set<string>();
  for (const method of list) {
    if (always.has(method.name)) throw new RangeError(`${method.name} on ${kind} is declared twice`);
    if (method.when === undefined) always.add(method.name);
  }
}
