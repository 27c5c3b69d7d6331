/**
 * The collations that text matches of queries name. RFC 4790 section 9, RFC 5051 section 2.
 */

/** How a text match compares. RFC 6352 section 10.5.4. */
export type MatchType = 'contains' | 'equals' | 'starts-with' | 'ends-with';

/** A collation: equality and substring are those of the folded texts. */
export interface Collation {
  /** As registered: `i;unicode-casemap`. */
  readonly name: string;
  /** The text in the form in which it is compared. Not to be folded again: `ﬁ` becomes `fi`, and `fi` becomes `FI`. */
  fold(text: string): string;
  /** Whether a text matches a pattern; the empty pattern is in every text. Who asks often folds once and calls matchesFolded. */
  matches(text: string, pattern: string, type: MatchType): boolean;
}

/**
 * The collation of that registered name; undefined for others, wildcards and `default` among them: what the default is depends on the
 * query. RFC 4791 section 7.5.1.
 */
export function collation(name: string): Collation | undefined {
  return COLLATIONS.get(name);
}

/** Compares texts that a collation has folded. Well-formed strings hold each other exactly when their UTF-8 does. */
export function matchesFolded(text: string, pattern: string, type: MatchType): boolean {
  switch (type) {
    case 'contains':
      return text.includes(pattern);
    case 'equals':
      return text === pattern;
    case 'starts-with':
      return text.startsWith(pattern);
    case 'ends-with':
      return text.endsWith(pattern);
  }
}

/** Texts from this length on are worth remembering. */
const LONG = 256;

/** A text, folded by a collation. */
export type Fold = (collation: Collation, text: string) => string;

/** Folds each long text once: for as many conditions as a query has on one object. What it remembers goes with it. */
export function foldOnce(): Fold {
  const known = new Map<Collation, Map<string, string>>();
  return (by, text) => {
    if (text.length < LONG) return by.fold(text);
    let texts = known.get(by);
    if (texts === undefined) {
      texts = new Map();
      known.set(by, texts);
    }
    let folded = texts.get(text);
    if (folded === undefined) {
      folded = by.fold(text);
      texts.set(text, folded);
    }
    return folded;
  };
}

function made(name: string, fold: (text: string) => string): [string, Collation] {
  return [name, { name, fold, matches: (text, pattern, type) => matchesFolded(fold(text), fold(pattern), type) }];
}

const COLLATIONS: ReadonlyMap<string, Collation> = new Map([
  made('i;octet', (text) => text),
  made('i;ascii-casemap', foldAscii),
  made('i;unicode-casemap', foldUnicode),
]);

const BEYOND_ASCII = /[^\0-\x7f]/;

/** RFC 4790 section 9.2.1: a to z become A to Z, everything else stays. */
function foldAscii(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toUpperCase();
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** RFC 5051 section 2: each code point is titlecased, then decomposed; NFKD of the whole is allowed by RFC 5051 section 4. */
function foldUnicode(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toUpperCase();
  let titled = '';
  for (const character of text) titled += titlecase(character);
  return titled.normalize('NFKD');
}

/**
 * Characters whose titlecase is neither their upper case nor themselves: the digraphs, and the small Greek letters with iota subscript,
 * whose titlecase has the iota beside it while their upper case is two letters.
 */
const TITLES: ReadonlyMap<string, string> = new Map([
  ...[0x1c5, 0x1c8, 0x1cb, 0x1f2].flatMap((title) => [
    entry(title - 1, title),
    entry(title, title),
    entry(title + 1, title),
  ]),
  ...[0x1f80, 0x1f90, 0x1fa0].flatMap((first) =>
    Array.from({ length: 8 }, (_, index) => entry(first + index, first + index + 8)),
  ),
  ...[0x1fb3, 0x1fc3, 0x1ff3].map((small) => entry(small, small + 9)),
]);

function entry(from: number, to: number): [string, string] {
  return [String.fromCodePoint(from), String.fromCodePoint(to)];
}

/**
 * The titlecase property of UnicodeData.txt for one code point. The language offers upper case only, and the full mapping at that. The two
 * differ for the characters in TITLES, for Georgian, whose small letters are their own titlecase, and where the full mapping has more than
 * one code point (ß to SS): there the character has no titlecase and stays.
 */
function titlecase(character: string): string {
  const own = TITLES.get(character);
  if (own !== undefined) return own;
  const upper = character.toUpperCase();
  return (character >= '\u10d0' && character <= '\u10ff') || !/^.$/su.test(upper) ? character : upper;
}
