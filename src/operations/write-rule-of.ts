/**
 * The write rule of a collection that is stored.
 */
import type { Catalogue } from '../dav/catalogue.ts';
import type { WriteRule } from '../dav/write-rule.ts';
import type { CollectionRecord } from '../store/records.ts';

/** Undefined where nothing can be stored, and for collections of features that are switched off. */
export function writeRuleOf(catalogue: Catalogue, { kind }: CollectionRecord): WriteRule | undefined {
  try {
    return catalogue.writeRule(catalogue.type(kind));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
