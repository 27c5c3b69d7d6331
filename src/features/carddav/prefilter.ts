/**
 * What the text index can be asked before cards are read. It must find every card that the filter matches, and may find others: what the
 * index cannot say does not narrow the search.
 */
import { INDEXED_PROPERTIES } from '../../formats/vcard/card.ts';
import type { Prefilter, TextCondition } from '../../store/records.ts';
import type { Filter, PropertyFilter, TextMatch } from './filter.ts';

type Texts = NonNullable<Prefilter['texts']>;

/** The question for a filter; `{}` when the index cannot help. */
export function prefilterOf({ test, properties }: Filter): Prefilter {
  const narrowed = properties.map(narrow);
  const texts = test === 'anyof' ? anyOf(narrowed) : allOf(narrowed);
  return texts === undefined ? {} : { texts };
}

/** Every alternative must narrow; of one that asks for several texts at once the longest stands for all. */
function anyOf(alternatives: readonly (Texts | undefined)[]): Texts | undefined {
  const [only] = alternatives;
  if (alternatives.length === 1) return only;
  const conditions: TextCondition[] = [];
  for (const texts of alternatives) {
    if (texts === undefined) return undefined;
    conditions.push(...(texts.test === 'anyof' ? texts.conditions : [longest(texts.conditions)]));
  }
  return conditions.length === 0 ? undefined : { test: 'anyof', conditions };
}

/** What holds together is asked together; only where there is no such text, one set of alternatives. */
function allOf(parts: readonly (Texts | undefined)[]): Texts | undefined {
  const certain = parts.flatMap((texts) =>
    texts === undefined || (texts.test === 'anyof' && texts.conditions.length > 1) ? [] : texts.conditions,
  );
  if (certain.length > 0) return { test: 'allof', conditions: certain };
  return parts.find((texts) => texts !== undefined);
}

function longest(conditions: readonly TextCondition[]): TextCondition {
  return conditions.reduce((best, one) => (one.contains.length > best.contains.length ? one : best));
}

function narrow({ name, absent, test, texts, parameters }: PropertyFilter): Texts | undefined {
  if (absent || !isIndexed(name)) return undefined;
  const conditions = texts.flatMap((match) => {
    const contains = needleOf(name, match);
    if (contains === undefined) return [];
    // Of identifiers the index finds the same one at once.
    return [
      name === 'UID' && match.type === 'equals'
        ? { property: name, contains, whole: true }
        : { property: name, contains },
    ];
  });
  if (conditions.length === 0) return undefined;
  const complete = conditions.length === texts.length && parameters.length === 0;
  return test === 'allof' || complete ? { test, conditions } : undefined;
}

function isIndexed(name: string): boolean {
  return INDEXED_PROPERTIES.some((one) => one === name);
}

/** The index keeps their parts one by one, without the `;` and `,` between them. */
const STRUCTURED: readonly string[] = ['N', 'NICKNAME', 'ORG'];

/**
 * What an indexed text contains when the match holds. Texts in the index have no blanks around them, and are folded by i;unicode-casemap:
 * of another collation only what is ASCII keeps its place under that folding.
 */
function needleOf(name: string, { collation, pattern, negate }: TextMatch): string | undefined {
  if (negate) return undefined;
  const folded = collation.name === 'i;unicode-casemap';
  if (!folded && /[^\0-\x7f]/.test(pattern)) return undefined;
  if (STRUCTURED.includes(name) && /[;,]/.test(pattern)) return undefined;
  const needle = (folded ? pattern : pattern.toUpperCase()).trim();
  return needle === '' ? undefined : needle;
}
