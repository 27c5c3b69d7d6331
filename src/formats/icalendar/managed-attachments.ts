/**
 * ATTACH properties of attachments that a server manages: which a calendar object has, and how they are added, replaced and taken out.
 * RFC 8607 section 4.
 */
import { type Component, type Parameter, type Property, parameterOf } from './component.ts';

/** What an ATTACH says of a managed attachment. */
export interface ManagedAttachment {
  /** MANAGED-ID. */
  readonly id: string;
  readonly url: string;
  /** FMTTYPE: a media type without parameters. */
  readonly mediaType: string;
  /** In octets. */
  readonly size: number;
  /** FILENAME; empty for none. */
  readonly name: string;
}

/** The MANAGED-ID of an ATTACH; undefined for whatever else. RFC 8607 section 4.3. */
function managedIdOf(property: Property): string | undefined {
  return property.name === 'ATTACH' ? parameterOf(property, 'MANAGED-ID') : undefined;
}

/** The MANAGED-IDs in a component and in those inside it, each once. */
export function managedIdsIn(component: Component): ReadonlySet<string> {
  const ids = new Set<string>();
  const visit = ({ properties, components }: Component): void => {
    for (const property of properties) {
      const id = managedIdOf(property);
      if (id !== undefined) ids.add(id);
    }
    for (const inner of components) visit(inner);
  };
  visit(component);
  return ids;
}

/**
 * The component with each managed ATTACH, also of those inside it, as `change` says: another property, or none. The very same where nothing
 * changes.
 */
export function withManaged(
  component: Component,
  change: (property: Property, id: string) => Property | undefined,
): Component {
  let changed = false;
  const properties: Property[] = [];
  for (const property of component.properties) {
    const id = managedIdOf(property);
    const now = id === undefined ? property : change(property, id);
    if (now !== property) changed = true;
    if (now !== undefined) properties.push(now);
  }
  const components = component.components.map((inner) => {
    const now = withManaged(inner, change);
    if (now !== inner) changed = true;
    return now;
  });
  return changed ? { ...component, properties, components } : component;
}

/** The ATTACH without its MANAGED-ID: a reference that no server answers for. RFC 8607 section 3.12.7. */
export function unmanaged(property: Property): Property {
  return { ...property, parameters: property.parameters.filter(({ name }) => name !== 'MANAGED-ID') };
}

/** The ATTACH of a managed attachment. RFC 8607 section 3.4. */
export function attachProperty({ id, url, mediaType, size, name }: ManagedAttachment): Property {
  const said: readonly (readonly [name: string, value: string])[] = [
    ['MANAGED-ID', id],
    ['FMTTYPE', mediaType],
    ['SIZE', String(size)],
    ...(name === '' ? [] : [['FILENAME', name] as const]),
  ];
  const parameters = said.map(([key, value]): Parameter => ({ name: key, values: [value] }));
  return { name: 'ATTACH', parameters, value: url, line: 0 };
}
