/**
 * Directories: address books that a tenant offers to all its users. Each user finds them in the own address book home, takes one off the
 * list by DELETE, and puts it there again by MKCOL with its resource type. docs/decisions/0020-directories.md
 */
import type { Feature } from '../../dav/feature.ts';
import type { ResourceType } from '../../dav/resource.ts';
import { DAV } from '../../formats/xml/name.ts';
import { addressbook, addressbookHome } from '../carddav/index.ts';
import { directoryGateway } from './properties.ts';
import { showAgain } from './show-again.ts';

/** Names of directories. */
export const DIRECTORY_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/** Nobody changes anything in one: what is in it comes from elsewhere. */
export const directory: ResourceType<'collection'> = {
  ...addressbook,
  kind: 'directory',
  spec: 'behaviour: a tenant’s directory is an address book in the home of each of its users',
  label: 'directory',
  elements: [...addressbook.elements, '{urn:x-davit}directory'],
  like: addressbook,
  most: [`{${DAV}}read`, `{${DAV}}read-current-user-privilege-set`],
};

/** The feature. draft-daboo-carddav-directory-gateway section 3 */
export function directories(): Feature {
  return {
    name: 'directories',
    specs: ['draft-daboo-carddav-directory-gateway section 3'],
    resourceTypes: [directory],
    creatable: [{ type: directory, within: [addressbookHome], defaults: {}, make: showAgain }],
    properties: [directoryGateway],
  };
}
