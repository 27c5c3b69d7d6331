/**
 * What homes and folders take: anything, of any size that the service allows. RFC 4918 section 9.7.
 */
import type { ResourceType } from '../../dav/resource.ts';
import type { WriteRule } from '../../dav/write-rule.ts';
import { type ObjectIndex, UNBOUNDED } from '../../store/records.ts';
import { storedType, TYPE } from './media-type.ts';
import { filesHome, folder } from './resource-types.ts';

/** Nobody searches in files; they have names, and no UID. */
const INDEX: ObjectIndex = { component: '', ...UNBOUNDED, texts: {} };

function anything(into: ResourceType<'collection'>): WriteRule {
  return {
    into,
    suffix: '',
    large: true,
    maxSize: (limits) => limits.file,
    async accept({ contentType }) {
      const accepted = { uid: '', index: INDEX };
      // A client that replaces a file and says no type leaves it the one that it has.
      return contentType === undefined ? accepted : { ...accepted, properties: { [TYPE]: storedType(contentType) } };
    },
  };
}

export const writeRules: readonly WriteRule[] = [anything(filesHome), anything(folder)];
