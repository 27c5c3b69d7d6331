/**
 * Which methods can work where: what OPTIONS says, and a refusal with 405. RFC 9110 section 10.2.1.
 */
import type { Catalogue } from './catalogue.ts';
import type { Located } from './locate.ts';
import type { Resource, ResourceType } from './resource.ts';

/** What can work there at all. Whether this user may do it is for DAV:current-user-privilege-set to say. */
export function allowedAt(located: Located, catalogue: Catalogue): readonly string[] {
  if (located.found) return allowedOn(located.resource, catalogue);
  const unmapped = catalogue.allowed('unmapped');
  // Somebody who is not logged in is not told what there is.
  if (located.parent === undefined) return unmapped;
  return unmapped.filter((name) => worksIn(name, located.parent?.type, catalogue));
}

/** Clients look at a home to learn whether calendars can be made in it, as in the example of RFC 4791 section 5.1.1. */
function allowedOn({ shape, type }: Resource, catalogue: Catalogue): readonly string[] {
  const allowed = catalogue.allowed(type);
  if (shape === 'service') return allowed.filter((name) => !STORED_ONLY.has(name));
  if (shape !== 'collection') return allowed;
  const creatable = catalogue.creatable.find((one) => one.type.kind === type.kind);
  const absent = creatable === undefined ? OF_REMOVABLE : creatable.only === undefined ? NONE : OF_FREE;
  return [
    ...allowed.filter((name) => !absent.has(name)),
    ...catalogue.allowed('unmapped').filter((name) => name.startsWith('MK') && worksIn(name, type, catalogue)),
  ];
}

/** Nobody can change what the service itself says. */
const STORED_ONLY: ReadonlySet<string> = new Set(['PROPPATCH']);
/** Homes and inboxes stay where they are as long as the account does. */
const OF_REMOVABLE: ReadonlySet<string> = new Set(['DELETE', 'COPY', 'MOVE']);
/** What has one place can go, and lie nowhere else. */
const OF_FREE: ReadonlySet<string> = new Set(['COPY', 'MOVE']);
const NONE: ReadonlySet<string> = new Set();

/** Whether a method makes something of a name that is free in a collection. */
function worksIn(name: string, parent: ResourceType | undefined, catalogue: Catalogue): boolean {
  if (parent === undefined || parent.shape !== 'collection') return name === 'OPTIONS';
  const takesObjects = catalogue.writeRule(parent) !== undefined;
  const taken = catalogue.creatable.filter(({ within }) => within.some((one) => one.kind === parent.kind));
  if (name === 'PUT') return takesObjects;
  if (name.startsWith('MK')) return taken.some(({ type }) => isMadeBy(name, type, catalogue));
  return name === 'LOCK' ? takesObjects || taken.length > 0 : true;
}

function isMadeBy(name: string, type: ResourceType, { features }: Catalogue): boolean {
  const methods = features.flatMap((feature) => feature.methods ?? []);
  return methods.some((one) => one.name === name && (one.makes ?? type).kind === type.kind);
}
