/**
 * The list of features: the table of contents of the service. A feature may use `index.ts` of the ones before it, and no other file of them.
 */
import type { Feature } from '../dav/feature.ts';
import { accessControl } from '../features/access-control/index.ts';
import { addMember } from '../features/add-member/index.ts';
import { attachments } from '../features/attachments/index.ts';
import { availability } from '../features/availability/index.ts';
import { birthdays } from '../features/birthdays/index.ts';
import { caldav, calendar } from '../features/caldav/index.ts';
import { addressbook, carddav } from '../features/carddav/index.ts';
import { collectionSync } from '../features/collection-sync/index.ts';
import { delegation } from '../features/delegation/index.ts';
import { directories } from '../features/directories/index.ts';
import { discovery } from '../features/discovery/index.ts';
import { collectionExport } from '../features/export/index.ts';
import { extendedMkcol } from '../features/extended-mkcol/index.ts';
import { files, filesHome, folder } from '../features/files/index.ts';
import { locking } from '../features/locking/index.ts';
import { pages } from '../features/pages/index.ts';
import { principalSearch } from '../features/principal-search/index.ts';
import { quota } from '../features/quota/index.ts';
import { scheduling } from '../features/scheduling/index.ts';
import { sharing } from '../features/sharing/index.ts';
import { timeZones } from '../features/time-zones/index.ts';
import { webdav } from '../features/webdav/index.ts';

/** What can be left out. */
export interface FeatureChoice {
  /** Homes for plain files; there unless said otherwise. */
  readonly files?: boolean;
}

/** Everything Davit offers, in the order in which the DAV header names it. */
export function standardFeatures({ files: hasFiles = true }: FeatureChoice = {}): readonly Feature[] {
  return [
    webdav(),
    locking(),
    extendedMkcol(),
    collectionSync(),
    accessControl(),
    principalSearch(),
    discovery(),
    caldav(),
    scheduling(),
    delegation(),
    availability(),
    sharing(),
    carddav(),
    birthdays(),
    directories(),
    collectionExport(),
    ...(hasFiles ? [files()] : []),
    addMember(calendar, addressbook, ...(hasFiles ? [filesHome, folder] : [])),
    quota(),
    timeZones(),
    attachments(),
    pages(),
  ];
}
