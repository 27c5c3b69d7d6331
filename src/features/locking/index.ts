/**
 * Write locks: class 2 of WebDAV. RFC 4918 section 18.2.
 */
import type { Feature } from '../../dav/feature.ts';
import { lockTokenMatchesRequestUri, lockTokenSubmitted, noConflictingLock } from '../../dav/locks.ts';
import { lock } from './lock.ts';
import { properties } from './properties.ts';
import { unlock } from './unlock.ts';

export function locking(): Feature {
  return {
    name: 'locking',
    specs: ['RFC 4918 section 18.2'],
    complianceTokens: ['2'],
    properties,
    methods: [lock, unlock],
    preconditions: [lockTokenSubmitted, noConflictingLock, lockTokenMatchesRequestUri],
  };
}
