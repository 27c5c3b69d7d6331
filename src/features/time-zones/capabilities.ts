/**
 * What the time zone service says of itself. RFC 7808 section 5.1, RFC 7808 section 6.1.
 */
import { CALENDAR_TYPES } from '../../formats/icalendar/calendar-formats.ts';
import { PUBLISHER } from './zones.ts';

/** The context path of the service. RFC 7808 section 4.1. */
export const PATH = '/timezone';

function action(name: string, template: string, parameters: Readonly<Record<string, boolean>> = {}) {
  return {
    name,
    'uri-template': `${PATH}${template}`,
    parameters: Object.entries(parameters).map(([parameter, required]) => ({
      name: parameter,
      required,
      multi: false,
    })),
  };
}

/** The answer to `capabilities`. Zones are not truncated, so it says nothing of that. RFC 7808 section 6.1. */
export function capabilities() {
  return {
    version: 1,
    info: { 'primary-source': PUBLISHER, formats: CALENDAR_TYPES },
    actions: [
      action('capabilities', '/capabilities'),
      action('list', '/zones{?changedsince}', { changedsince: false }),
      action('get', '/zones{/tzid}'),
      action('expand', '/zones{/tzid}/observances{?start,end}', { start: true, end: true }),
      action('find', '/zones{?pattern}', { pattern: true }),
      action('leapseconds', '/leapseconds'),
    ],
  };
}
