/**
 * expand-property: properties whose hrefs are replaced by the properties of what they name. RFC 3253 section 3.8.
 */
import { DavError } from '../../dav/errors.ts';
import { locate } from '../../dav/locate.ts';
import type { Context } from '../../dav/method.ts';
import { multistatus, propstat, response, statusResponse } from '../../dav/multistatus.ts';
import { needPrivileges } from '../../dav/preconditions.ts';
import { forbiddenPropstats, propertyReader } from '../../dav/properties.ts';
import { wrap } from '../../dav/property.ts';
import type { Report } from '../../dav/report.ts';
import type { Resource } from '../../dav/resource.ts';
import { splitPath } from '../../formats/http/path.ts';
import { attributeOf, childrenOf, element, elementsOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import { readXml, XmlError } from '../../formats/xml/read.ts';
import { closeDocument, emptyElement, openDocument, writeElement } from '../../formats/xml/write.ts';
import type { ReadTransaction } from '../../store/store.ts';

const PROP: XmlName = `{${DAV}}prop`;

/** Properties within properties; a loop of references ends here. */
const DEEPEST = 5;
/** Properties that are asked for, and resources in one answer. */
const MOST = 1_000;
/** UTF-16 units of one answer: properties can be large, and can be asked for at each level anew. */
const MOST_TEXT = 16 * 1024 * 1024;

/** Counted down while one report runs. */
interface Budget {
  left: number;
  text: number;
}

interface Wanted {
  readonly name: XmlName;
  readonly within: readonly Wanted[];
}

function wanted(parent: XmlElement, depth: number, count = { left: MOST }): readonly Wanted[] {
  if (depth > DEEPEST) throw new DavError(403, `expand-property goes ${DEEPEST} levels deep`);
  const list = new Map<XmlName, Wanted>();
  for (const property of childrenOf(parent, `{${DAV}}property`)) {
    if (--count.left < 0) throw new DavError(403, `expand-property asks for at most ${MOST} properties`);
    const name = nameIn(property);
    const within = wanted(property, depth + 1, count);
    // A property stands in an answer once.
    if (!list.has(name)) list.set(name, { name, within });
  }
  return [...list.values()];
}

/** @throws DavError 400: attributes can hold what no element is called, and it would stand in the answer as an element */
function nameIn(property: XmlElement): XmlName {
  const namespace = attributeOf(property, 'namespace') ?? DAV;
  const name: XmlName = `{${namespace}}${attributeOf(property, 'name') ?? ''}`;
  if (!isElementName(name)) throw new DavError(400, 'a {DAV:}property of expand-property has the name of an element');
  return name;
}

function isElementName(name: XmlName): boolean {
  try {
    return readXml(writeElement(element(name))).name === name;
  } catch (error) {
    if (error instanceof XmlError) return false;
    throw error;
  }
}

export const expandProperty: Report = {
  name: `{${DAV}}expand-property`,
  spec: 'RFC 3253 section 3.8',
  on: ['service', 'principal', 'collection', 'object'],
  privilege: '{DAV:}read',
  async run(body, at, context) {
    const list = wanted(body, 1);
    const budget = { left: MOST, text: MOST_TEXT };
    const answer = await context.store.read((tx) => expand(at, list, context, tx, budget));
    return multistatus(context.catalogue, one(answer));
  },
};

async function* one(piece: string): AsyncGenerator<string> {
  yield piece;
}

async function expand(
  resource: Resource,
  list: readonly Wanted[],
  context: Context,
  tx: ReadTransaction,
  budget: Budget,
): Promise<string> {
  if (--budget.left < 0) throw new DavError(507, `expand-property names more than ${MOST} resources`);
  let found = '';
  let missing = '';
  let refused = '';
  for (const { name, within } of list) {
    const [value] = await propertyReader({ kind: 'prop', names: [name] }, context, true).read([resource], tx);
    budget.text -= value?.found.length ?? 0;
    if (budget.text < 0) throw new DavError(507, `expand-property has more than ${MOST_TEXT} characters to answer`);
    if (value?.forbidden !== undefined) refused += forbiddenPropstats(resource.href, value.forbidden);
    else if (value === undefined || value.found === '') missing += emptyElement(name);
    else if (within.length === 0) found += value.found;
    else {
      let inside = '';
      for (const href of hrefsIn(value.found)) inside += await expandHref(href, within, context, tx, budget);
      found += inside === '' ? emptyElement(name) : wrap(name, inside);
    }
  }
  const isMinimal = context.preferences.return === 'minimal';
  const absent = (missing === '' || isMinimal ? '' : propstat(404, missing)) + refused;
  return response(resource.href, found !== '' || absent === '' ? propstat(200, found) + absent : absent);
}

async function expandHref(
  href: string,
  within: readonly Wanted[],
  context: Context,
  tx: ReadTransaction,
  budget: Budget,
): Promise<string> {
  const path = splitPath(href);
  const located = path === undefined ? undefined : await locate(path, context, tx);
  if (located?.found !== true) return statusResponse(href, 404);
  const { resource } = located;
  // What may not be read is not read by way of somebody's reference either.
  if (!resource.privileges.has('{DAV:}read')) {
    return statusResponse(href, 403, needPrivileges('', resource.href, '{DAV:}read').condition);
  }
  return expand(resource, within, context, tx, budget);
}

/** The DAV:href elements directly inside a property. */
function hrefsIn(property: string): readonly string[] {
  const document = readXml(openDocument(PROP) + property + closeDocument(PROP));
  return elementsOf(document)
    .flatMap((value) => childrenOf(value, `{${DAV}}href`))
    .map((href) => textOf(href).trim());
}
