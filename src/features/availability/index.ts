/**
 * When users are available, by their inbox and by objects in their calendars, and a URL that says when they are busy. What it does to
 * free-busy-query lies with that report. RFC 7953.
 */
import type { Feature } from '../../dav/feature.ts';
import { freeBusyUrl } from './free-busy-url.ts';
import { properties } from './properties.ts';

/** The feature. RFC 7953 section 7.2.1. */
export function availability(): Feature {
  return {
    name: 'availability',
    specs: ['RFC 7953 section 7.2.1'],
    complianceTokens: ['calendar-availability'],
    properties,
    endpoints: [freeBusyUrl],
  };
}
