/**
 * CS:calendarserver-principal-search: what a client asks while somebody types the name of an attendee or a room.
 */
import { DavError } from '../../dav/errors.ts';
import type { Report } from '../../dav/report.ts';
import type { PrincipalResource } from '../../dav/resource.ts';
import { collation } from '../../formats/collation.ts';
import { attributeOf, childrenOf, type XmlElement } from '../../formats/xml/element.ts';
import { CALENDARSERVER } from '../../formats/xml/name.ts';
import type { AccountKind } from '../../store/records.ts';
import { requireDepthZero } from '../access-control/index.ts';
import { answerSearch, type Search, soughtText } from './find.ts';

/** Words in one search. */
const MOST_TOKENS = 20;

/** What is looked for in each context; everything where none is given. */
const CONTEXTS: Readonly<Record<string, readonly AccountKind[]>> = {
  attendee: ['individual', 'group', 'resource'],
  user: ['individual'],
  group: ['group'],
  location: ['room'],
  resource: ['resource'],
};

export const calendarserverPrincipalSearch: Report = {
  name: `{${CALENDARSERVER}}calendarserver-principal-search`,
  spec: 'behaviour: the search by which Apple clients complete attendees and locations',
  on: ['service', 'principal', 'collection', 'object'],
  privilege: '{DAV:}read',
  async run(body, at, context, request) {
    requireDepthZero(request);
    return answerSearch(body, at, searchIn(body), context);
  },
};

/** @throws DavError 400; 403 for words too short to be looked for; 413 */
function searchIn(body: XmlElement): Search {
  const context = attributeOf(body, 'context');
  const kinds = context === undefined ? undefined : kindsIn(context);
  const tokens = childrenOf(body, `{${CALENDARSERVER}}search-token`).map((token) => soughtText(token).trim());
  const words = tokens.filter((token) => [...token].length > 1);
  if (tokens.length > MOST_TOKENS) throw new DavError(413, `a search has at most ${MOST_TOKENS} words`);
  if (words.length === 0) throw new DavError(403, 'a search has a word of two letters at least');
  const wanted = words.map(fold);
  return {
    test: 'allof',
    texts: words,
    matches: (resource) =>
      (kinds === undefined || kinds.includes(resource.owner.kind)) && wanted.every((word) => has(resource, word)),
  };
}

function kindsIn(context: string): readonly AccountKind[] {
  const kinds = Object.hasOwn(CONTEXTS, context) ? CONTEXTS[context] : undefined;
  if (kinds !== undefined) return kinds;
  throw new DavError(400, `context is one of ${Object.keys(CONTEXTS).join(', ')}, not ${context}`);
}

const CASELESS = collation('i;unicode-casemap');

function fold(text: string): string {
  return CASELESS?.fold(text) ?? text;
}

/** In the name, in what stands before the @ of an address, or as the beginning of one: the domain alone would find everybody. */
function has({ owner }: PrincipalResource, word: string): boolean {
  if (fold(owner.displayName).includes(word)) return true;
  return [owner.address, ...owner.aliases].some((address) => {
    const folded = fold(address);
    return folded.startsWith(word) || folded.slice(0, folded.lastIndexOf('@')).includes(word);
  });
}
