/**
 * Searches of principals: that of RFC 3744 with what Apple's clients add to it, and Apple's own. RFC 3744 section 9.4.
 */
import type { Feature } from '../../dav/feature.ts';
import { calendarserverPrincipalSearch } from './calendarserver-principal-search.ts';
import { principalPropertySearch } from './principal-property-search.ts';
import { principalSearchPropertySet } from './principal-search-property-set.ts';
import { properties } from './properties.ts';

/** The feature. RFC 3744 section 9.4. */
export function principalSearch(): Feature {
  return {
    name: 'principal-search',
    specs: ['RFC 3744 section 9.4', 'RFC 3744 section 9.5'],
    complianceTokens: ['calendarserver-principal-property-search'],
    properties,
    reports: [principalPropertySearch, principalSearchPropertySet, calendarserverPrincipalSearch],
  };
}
