/**
 * principal-property-search, with what Apple's clients say besides: `test` and `type` on the report, `caseless` and `match-type` on each
 * text. RFC 3744 section 9.4.
 */
import { DavError } from '../../dav/errors.ts';
import type { Context } from '../../dav/method.ts';
import type { Report } from '../../dav/report.ts';
import type { MatchType } from '../../formats/collation.ts';
import { attributeOf, childOf, childrenOf, elementsOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV } from '../../formats/xml/name.ts';
import { requireDepthZero } from '../access-control/index.ts';
import { answerSearch, type Search, soughtText } from './find.ts';
import { type Criterion, type Matcher, matcher } from './matching.ts';

/** Texts in one search. */
const MOST_CRITERIA = 50;

export const principalPropertySearch: Report = {
  name: `{${DAV}}principal-property-search`,
  spec: 'RFC 3744 section 9.4',
  on: ['service', 'principal', 'collection', 'object'],
  privilege: '{DAV:}read',
  async run(body, at, context, request) {
    requireDepthZero(request);
    return answerSearch(body, at, searchIn(body, context), context);
  },
};

/** Undefined when nobody can match. @throws DavError 400, 413 */
function searchIn(body: XmlElement, context: Context): Search | undefined {
  const test = choice(body, 'test', ['allof', 'anyof'] as const, 'allof');
  const kind = choice(body, 'type', ['individual', 'group', 'resource', 'room', undefined] as const, undefined);
  const criteria = childrenOf(body, `{${DAV}}property-search`).flatMap(criteriaIn);
  if (criteria.length === 0) throw new DavError(400, 'principal-property-search has at least one DAV:property-search');
  if (criteria.length > MOST_CRITERIA) throw new DavError(413, `a search has at most ${MOST_CRITERIA} texts`);
  const matchers = criteria.map(matcher);
  const able = matchers.filter((one): one is Matcher => one !== undefined);
  if (able.length === 0 || (test === 'allof' && able.length < matchers.length)) return undefined;
  const indexed = able.map((one) => one.indexed);
  return {
    test,
    texts: test === 'anyof' && indexed.includes(undefined) ? [] : indexed.filter((text) => text !== undefined),
    matches(resource) {
      if (kind !== undefined && resource.owner.kind !== kind) return false;
      const matches = (one: Matcher): boolean => one.matches(resource, context);
      return test === 'allof' ? able.every(matches) : able.some(matches);
    },
  };
}

/** Several properties in one DAV:prop are to match the same text, each of them. @throws DavError 400 */
function criteriaIn(search: XmlElement): readonly Criterion[] {
  const properties = childOf(search, `{${DAV}}prop`);
  const match = childOf(search, `{${DAV}}match`);
  if (properties === undefined || match === undefined) {
    throw new DavError(400, 'a DAV:property-search has a DAV:prop and a DAV:match');
  }
  const types = ['contains', 'starts-with', 'equals'] as const satisfies readonly MatchType[];
  const type = choice(match, 'match-type', types, 'contains');
  const caseless = choice(match, 'caseless', ['yes', 'no'] as const, 'yes') === 'yes';
  const text = soughtText(match);
  return elementsOf(properties).map(({ name }) => ({ property: name, text, type, caseless }));
}

/** @throws DavError 400 for a value that is none of these */
function choice<T extends string | undefined>(e: XmlElement, name: string, values: readonly T[], unless: T): T {
  const value = attributeOf(e, name)?.toLowerCase();
  if (value === undefined) return unless;
  const chosen = values.find((one) => one === value);
  if (chosen !== undefined) return chosen;
  throw new DavError(400, `${name} is one of ${values.filter((one) => one !== undefined).join(', ')}, not ${value}`);
}
