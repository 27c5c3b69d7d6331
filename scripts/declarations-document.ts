/**
 * The text of `docs/properties.md`: what the features declare, feature by feature, in the order in which Davit lists them.
 */
import type { Feature } from '../src/dav/feature.ts';
import type { LiveProperty } from '../src/dav/property.ts';
import type { ResourceType, Shape } from '../src/dav/resource.ts';
import { localOf, namespaceOf, PREFIXES, type XmlName } from '../src/formats/xml/name.ts';

const INTRODUCTION = `# What Davit declares

Made by \`npm run documents\` from the list in \`src/server/features.ts\`; not written by hand. Everything that Davit advertises is computed
from the same list: the \`DAV\` and \`Allow\` headers, \`allprop\`, \`supported-report-set\`. How well each is proved stands in
[conformance.md](conformance.md).

A property is *protected* when clients cannot set it, *settable* when PROPPATCH and the request that makes a collection can, and settable
*at creation* when only the latter can. In *allprop* are the properties that a client gets without naming them.
`;

const SHAPES: Readonly<Record<Shape | 'unmapped', string>> = {
  service: 'collections of the service',
  principal: 'principals',
  collection: 'stored collections',
  object: 'objects',
  unmapped: 'names that nothing has yet',
};

/** A heading for the columns, and a row for each thing. */
type Table = readonly (readonly string[])[];

/** Markdown. The same for the same features. */
export function declarationsDocument(features: readonly Feature[]): string {
  return [INTRODUCTION, prefixes(), ...features.map(section)].join('\n');
}

function prefixes(): string {
  const rows = [...PREFIXES].map(([namespace, prefix]) => [`\`${prefix}\``, `\`${namespace}\``]);
  return `Names have the prefixes that answers use.\n\n${markdown([['prefix', 'namespace'], ...rows])}`;
}

function section(feature: Feature): string {
  const words = (feature.complianceTokens ?? []).map((word) => `\`${word}\``).join(', ');
  const parts: readonly (readonly [title: string, table: Table])[] = [
    ['Resource types', resourceTypes(feature)],
    ['Privileges', privileges(feature)],
    ['Principals below principals', subprincipals(feature)],
    ['Properties', properties(feature)],
    ['Reports', reports(feature)],
    ['Methods', methods(feature)],
    ['Preconditions', preconditions(feature)],
    ['Well-known paths', wellKnown(feature)],
  ];
  return [
    `## ${feature.name}`,
    '',
    `${feature.specs.join(', ')}${words === '' ? '' : `; in the \`DAV\` header: ${words}`}`,
    '',
    ...parts.filter(([, table]) => table.length > 1).map(([title, table]) => `### ${title}\n\n${markdown(table)}`),
  ].join('\n');
}

function resourceTypes({ resourceTypes: types = [] }: Feature): Table {
  const rows = types.map((type) => [type.label, SHAPES[type.shape], names(type.elements), type.spec]);
  return [['resource type', 'among', '`d:resourcetype`', 'section'], ...rows];
}

function privileges({ privileges: declared = [] }: Feature): Table {
  const rows = declared.map((one) => [
    shown(one.name),
    one.within === undefined ? '' : shown(one.within),
    one.on === undefined ? 'everything' : places(one.on),
    one.description,
    one.spec,
  ]);
  return [['privilege', 'part of', 'on', 'what it lets one do', 'section'], ...rows];
}

function subprincipals({ subprincipals: declared = [] }: Feature): Table {
  const rows = declared.map(({ segment, type, home, privileges: held }) => [
    `\`${segment}\``,
    `${names(held)} in \`/${home}/\``,
    type.spec,
  ]);
  return [['path segment', 'what its members hold', 'section'], ...rows];
}

function properties({ properties: declared = [] }: Feature): Table {
  const rows = declared.map((one) => [
    shown(one.name),
    places(one.on),
    one.inAllprop ? 'yes' : 'no',
    protection(one),
    one.spec,
  ]);
  return [['property', 'on', 'in allprop', 'may be set', 'section'], ...rows.toSorted(byFirst)];
}

function protection(property: LiveProperty): string {
  if (property.accept !== undefined || property.write !== undefined) return 'settable';
  return property.acceptAtCreation === undefined ? 'protected' : 'at creation';
}

function reports({ reports: declared = [] }: Feature): Table {
  const rows = declared.map((one) => [shown(one.name), places(one.on), shown(one.privilege), one.spec]);
  return [['report', 'on', 'needs the privilege', 'section'], ...rows.toSorted(byFirst)];
}

/** Two methods of one name are told apart by the request, and each has its row. */
function methods({ methods: declared = [] }: Feature): Table {
  const rows = declared.map((one) => [`\`${one.name}\``, places(one.on), one.spec]);
  return [['method', 'on', 'section'], ...rows.toSorted(byFirst)];
}

function preconditions({ preconditions: declared = [] }: Feature): Table {
  const rows = declared.map((one) => [shown(one.name), String(one.status), one.spec]);
  return [['precondition', 'status', 'section'], ...rows.toSorted(byFirst)];
}

function wellKnown({ wellKnown: declared = [] }: Feature): Table {
  return [['path', 'section'], ...declared.map((one) => [`\`${one.path}\``, one.spec])];
}

/** `calendar, objects`; everything when no shape is missing. */
function places(on: readonly (ResourceType | Shape | 'unmapped')[]): string {
  const shapes: readonly Shape[] = ['service', 'principal', 'collection', 'object'];
  if (!shapes.every((shape) => on.includes(shape))) return on.map(place).join(', ');
  const others = on.filter((one) => one === 'unmapped').map(place);
  return ['everything', ...others].join(', ');
}

function place(on: ResourceType | Shape | 'unmapped'): string {
  return typeof on === 'string' ? SHAPES[on] : on.label;
}

function names(elements: readonly XmlName[]): string {
  return elements.map(shown).join(', ');
}

/** `d:getetag` as code; in Clark notation where answers have no prefix for the namespace. */
function shown(name: XmlName): string {
  const prefix = PREFIXES.get(namespaceOf(name));
  return `\`${prefix === undefined ? name : `${prefix}:${localOf(name)}`}\``;
}

/** By code unit, so that it is the same on every machine. */
function byFirst(a: readonly string[], b: readonly string[]): number {
  const [first = '', other = ''] = [a[0], b[0]];
  return first < other ? -1 : first > other ? 1 : 0;
}

function markdown([heading = [], ...rows]: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
  return `${[line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
