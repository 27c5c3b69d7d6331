/**
 * Managed attachments: files that belong to calendar objects, sent and stored apart from them. RFC 8607.
 */
import type { Feature } from '../../dav/feature.ts';
import { defineProperty } from '../../dav/property.ts';
import { CALDAV } from '../../formats/xml/name.ts';
import { calendar, calendarHome } from '../caldav/index.ts';
import { post } from './post.ts';
import { preconditions } from './preconditions.ts';
import { served } from './serve.ts';

/** The feature. RFC 8607 section 3.2. */
export function attachments(): Feature {
  return {
    name: 'attachments',
    specs: ['RFC 8607 section 3'],
    complianceTokens: ['calendar-managed-attachments'],
    properties: [
      defineProperty({
        name: `{${CALDAV}}managed-attachments-server-URL`,
        spec: 'RFC 8607 section 6.1',
        on: [calendarHome],
        inAllprop: false,
        // Empty: they are where the home is, by whatever name the client reaches it.
        read: () => '',
      }),
      defineProperty({
        name: `{${CALDAV}}max-attachment-size`,
        spec: 'RFC 8607 section 6.2',
        on: [calendar],
        inAllprop: false,
        read: (_resource, { limits }) => String(limits.attachment),
      }),
      defineProperty({
        name: `{${CALDAV}}max-attachments-per-resource`,
        spec: 'RFC 8607 section 6.3',
        on: [calendar],
        inAllprop: false,
        read: (_resource, { limits }) => String(limits.attachments),
      }),
    ],
    methods: [post],
    preconditions,
    endpoints: [served],
  };
}
