/**
 * WebDAV, classes 1 and 3. RFC 4918, with REPORT of RFC 3253.
 */
import type { Feature } from '../../dav/feature.ts';
import { needPrivileges, noExternalEntities } from '../../dav/preconditions.ts';
import { cannotModifyProtectedProperty } from '../../dav/property-update.ts';
import { copy, move } from './copy-move.ts';
import { remove } from './delete.ts';
import { expandProperty } from './expand-property.ts';
import { get, head } from './get.ts';
import { options } from './options.ts';
import { propfindFiniteDepth, supportedReport } from './preconditions.ts';
import { properties } from './properties.ts';
import { propfind } from './propfind.ts';
import { proppatch } from './proppatch.ts';
import { put } from './put.ts';
import { report } from './report.ts';
import { root } from './resource-types.ts';

export { root } from './resource-types.ts';

export function webdav(): Feature {
  return {
    name: 'webdav',
    specs: ['RFC 4918 section 18.1', 'RFC 4918 section 18.3'],
    complianceTokens: ['1', '3'],
    resourceTypes: [root],
    properties,
    reports: [expandProperty],
    methods: [options, propfind, proppatch, get, head, put, remove, copy, move, report],
    preconditions: [
      needPrivileges,
      noExternalEntities,
      cannotModifyProtectedProperty,
      propfindFiniteDepth,
      supportedReport,
    ],
  };
}
