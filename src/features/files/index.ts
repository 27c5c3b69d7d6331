/**
 * A home for plain files, with ordinary collections: what classes 1, 2 and 3 of WebDAV are made for. RFC 4918 section 5.2.
 */
import type { Feature } from '../../dav/feature.ts';
import { file, filesHome, filesRoot, folder } from './resource-types.ts';
import { writeRules } from './write-rules.ts';

export { filesHome, folder } from './resource-types.ts';

/** The segment of file homes: `/files/USER/`. */
const SEGMENT = 'files';

/** Homes for files, for every account that is no group. */
export function files(): Feature {
  return {
    name: 'files',
    specs: ['RFC 4918 section 5.2'],
    resourceTypes: [filesRoot, filesHome, folder, file],
    homes: [{ segment: SEGMENT, root: filesRoot, home: filesHome }],
    creatable: [{ type: folder, within: [filesHome, folder], defaults: {} }],
    writeRules,
  };
}
