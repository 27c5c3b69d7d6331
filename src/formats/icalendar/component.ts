/**
 * The tree that iCalendar and vCard share: components hold properties, properties hold parameters and a raw value.
 * What is not understood is kept as it came, so that a tree can be written again without loss.
 * RFC 5545 section 3.1, RFC 6350 section 3.3.
 */

/** One parameter of a property; its name in upper case, its values unquoted and with RFC 6868 section 3 encoding undone. */
export interface Parameter {
  readonly name: string;
  readonly values: readonly string[];
}

/** One content line, unfolded. */
export interface Property {
  /** In upper case. */
  readonly name: string;
  /** The vCard group before the name (`item1` in `item1.EMAIL`), as written; absent in iCalendar. RFC 6350 section 3.3. */
  readonly group?: string;
  readonly parameters: readonly Parameter[];
  /** The raw value as it stands after the colon, unfolded, escapes not undone. */
  readonly value: string;
  /** 1-based number of the physical line on which it began; 0 when the property was made and not read. */
  readonly line: number;
}

/** BEGIN … END with what lies between, in order. RFC 5545 section 3.4. */
export interface Component {
  /** In upper case: VCALENDAR, VEVENT, VCARD. */
  readonly name: string;
  readonly properties: readonly Property[];
  readonly components: readonly Component[];
  readonly line: number;
}

/** The first property of that (upper case) name. */
export function propertyOf(component: Component, name: string): Property | undefined {
  for (const property of component.properties) if (property.name === name) return property;
  return undefined;
}

/** All properties of that (upper case) name, in order. */
export function propertiesOf(component: Component, name: string): readonly Property[] {
  return component.properties.filter((property) => property.name === name);
}

/** The first value of the parameter of that (upper case) name. */
export function parameterOf(property: Property, name: string): string | undefined {
  for (const parameter of property.parameters) if (parameter.name === name) return parameter.values[0];
  return undefined;
}
