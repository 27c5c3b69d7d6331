/**
 * Bodies of the reports on address books.
 */
import { emptyXml, escaped, XMLNS } from '../../support/names.ts';

/** A DAV:prop of these properties; a name that begins with `<` is an element as it stands. */
function propOf(properties: readonly string[]): string {
  return `<D:prop>${properties.map((name) => (name.startsWith('<') ? name : emptyXml(name))).join('')}</D:prop>`;
}

/** An addressbook-query with the content of its filter; `attributes` are those of the filter. */
export function query(
  filter: string,
  properties: readonly string[] = ['D:getetag'],
  { attributes = '', limit }: { readonly attributes?: string; readonly limit?: string } = {},
): string {
  const bound = limit === undefined ? '' : `<CR:limit><CR:nresults>${limit}</CR:nresults></CR:limit>`;
  const inside = `${propOf(properties)}<CR:filter ${attributes}>${filter}</CR:filter>${bound}`;
  return `<CR:addressbook-query ${XMLNS}>${inside}</CR:addressbook-query>`;
}

/** An addressbook-multiget. */
export function multiget(hrefs: readonly string[], properties: readonly string[] = ['D:getetag']): string {
  const named = hrefs.map((href) => `<D:href>${escaped(href)}</D:href>`).join('');
  return `<CR:addressbook-multiget ${XMLNS}>${propOf(properties)}${named}</CR:addressbook-multiget>`;
}

/** An address-data element, with what is inside and its attributes. */
export function addressData(inside = '', attributes = ''): string {
  return `<CR:address-data ${attributes}>${inside}</CR:address-data>`;
}

/** A prop-filter with one text-match. */
export function having(name: string, text: string, attributes = ''): string {
  return `<CR:prop-filter name="${name}"><CR:text-match ${attributes}>${escaped(text)}</CR:text-match></CR:prop-filter>`;
}
