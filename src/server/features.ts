/**
 * The list of features: the table of contents of the service. A feature may use `index.ts` of the ones before it, and no other file of them.
 */
import type { Feature } from '../dav/feature.ts';
import { accessControl } from '../features/access-control/index.ts';
import { caldav } from '../features/caldav/index.ts';
import { carddav } from '../features/carddav/index.ts';
import { collectionSync } from '../features/collection-sync/index.ts';
import { discovery } from '../features/discovery/index.ts';
import { extendedMkcol } from '../features/extended-mkcol/index.ts';
import { pages } from '../features/pages/index.ts';
import { scheduling } from '../features/scheduling/index.ts';
import { sharing } from '../features/sharing/index.ts';
import { webdav } from '../features/webdav/index.ts';

/** Everything Davit offers, in the order in which the DAV header names it. */
export function standardFeatures(): readonly Feature[] {
  return [
    webdav(),
    extendedMkcol(),
    accessControl(),
    collectionSync(),
    discovery(),
    caldav(),
    scheduling(),
    sharing(),
    carddav(),
    pages(),
  ];
}
