/**
 * The XML property: what stands among the properties of xCal in another namespace, kept in iCalendar. RFC 6321 section 4.2.
 */
import { Buffer } from 'node:buffer';
import { elementsOf, type XmlElement } from '../xml/element.ts';
import { namespaceOf } from '../xml/name.ts';
import { readXml, XmlError } from '../xml/read.ts';
import { writeElement } from '../xml/write.ts';
import type { Property } from './component.ts';
import { isBase64 } from './jcal-types.ts';
import { escapeText, unescapeText } from './values.ts';

/** A character that TEXT has not, and XML has. RFC 5545 section 3.3.11. */
const NO_TEXT = '\u007f';

/** The XML property of an element that is no property of iCalendar. RFC 6321 section 4.1. */
export function foreignProperty(element: XmlElement): Property {
  const text = writeElement(element);
  if (!text.includes(NO_TEXT)) return { name: 'XML', parameters: [], value: escapeText(text), line: 0 };
  const parameters = [
    { name: 'VALUE', values: ['BINARY'] },
    { name: 'ENCODING', values: ['BASE64'] },
  ];
  return { name: 'XML', parameters, value: Buffer.from(text).toString('base64'), line: 0 };
}

/**
 * The text of the element that a property holds, its namespaces declared. Undefined for every other property, and for one of which
 * something would be lost or stand in the namespace of xCal or in none. RFC 6321 section 4.2.
 */
export function foreignElement(property: Property, xcal: string): string | undefined {
  const { name, parameters, value } = property;
  if (name !== 'XML' || parameters.some((one) => one.name !== 'VALUE' && one.name !== 'ENCODING')) return undefined;
  try {
    const element = readXml(isBase64(property) ? Buffer.from(value, 'base64') : unescapeText(value));
    return isForeign(element, xcal) ? writeElement(element) : undefined;
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

function isForeign(element: XmlElement, xcal: string): boolean {
  const namespace = namespaceOf(element.name);
  return namespace !== '' && namespace !== xcal && elementsOf(element).every((child) => isForeign(child, xcal));
}
