/**
 * The privileges of WebDAV access control, and what contains what. RFC 3744 section 3.
 */
import type { PrivilegeDeclaration } from '../../dav/privilege.ts';

export const privileges: readonly PrivilegeDeclaration[] = [
  {
    name: '{DAV:}all',
    spec: 'RFC 3744 section 3.11',
    within: undefined,
    description: 'Everything',
  },
  { name: '{DAV:}read', spec: 'RFC 3744 section 3.1', within: '{DAV:}all', description: 'Read' },
  { name: '{DAV:}write', spec: 'RFC 3744 section 3.2', within: '{DAV:}all', description: 'Write' },
  {
    name: '{DAV:}write-properties',
    spec: 'RFC 3744 section 3.3',
    within: '{DAV:}write',
    description: 'Change properties',
  },
  {
    name: '{DAV:}write-content',
    spec: 'RFC 3744 section 3.4',
    within: '{DAV:}write',
    description: 'Change what is stored',
  },
  { name: '{DAV:}bind', spec: 'RFC 3744 section 3.9', within: '{DAV:}write', description: 'Add members' },
  { name: '{DAV:}unbind', spec: 'RFC 3744 section 3.10', within: '{DAV:}write', description: 'Remove members' },
  {
    name: '{DAV:}unlock',
    spec: 'RFC 3744 section 3.5',
    within: '{DAV:}all',
    description: 'Remove locks of others',
  },
  {
    name: '{DAV:}read-acl',
    spec: 'RFC 3744 section 3.6',
    within: '{DAV:}all',
    description: 'Read who may do what',
  },
  {
    name: '{DAV:}read-current-user-privilege-set',
    spec: 'RFC 3744 section 3.7',
    within: '{DAV:}all',
    description: 'Read what one may do oneself',
  },
  {
    name: '{DAV:}write-acl',
    spec: 'RFC 3744 section 3.8',
    within: '{DAV:}all',
    description: 'Change who may do what',
  },
];
