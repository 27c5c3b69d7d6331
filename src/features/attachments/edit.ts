/**
 * The text of a calendar object with a managed attachment added, updated or removed. RFC 8607 section 3.4, RFC 8607 section 3.5,
 * RFC 8607 section 3.6.
 */
import { DavError } from '../../dav/errors.ts';
import { type Component, type Property, propertyOf } from '../../formats/icalendar/component.ts';
import { attachProperty, type ManagedAttachment, withManaged } from '../../formats/icalendar/managed-attachments.ts';
import { newOverride } from '../../formats/icalendar/new-override.ts';
import type { Asked, Targets } from './asked.ts';
import { validManagedId, validRid } from './preconditions.ts';

/** The object as it becomes; `attachment` is what is added, or takes the place of another. @throws PreconditionViolated */
export function edited(calendar: Component, asked: Asked, attachment: ManagedAttachment | undefined): Component {
  if (!calendar.components.some(hasAttachments))
    throw new DavError(403, 'only events, to-dos and journal entries have attachments');
  if (asked.action === 'add') {
    const attach = attachment && attachProperty(attachment);
    return changed(calendar, asked.targets, (one) =>
      attach === undefined ? one : { ...one, properties: [...one.properties, attach] },
    );
  }
  const { id } = asked;
  if (asked.action === 'update') {
    const updated = withManaged(calendar, (property, found) =>
      found === id && attachment !== undefined ? inPlaceOf(property, attachment) : property,
    );
    if (updated === calendar && attachment !== undefined) throw unknown(id);
    return updated;
  }
  const removed = changed(calendar, asked.targets, (one) => {
    const without = withManaged(one, (property, found) => (found === id ? undefined : property));
    if (without === one && asked.targets !== 'all') throw unknown(id);
    return without;
  });
  if (asked.targets === 'all' && removed.components.every((one, at) => one === calendar.components[at]))
    throw unknown(id);
  return removed;
}

function unknown(id: string) {
  return validManagedId(`there is no attachment with the MANAGED-ID ${id.slice(0, 100)} where it is meant`);
}

const SAID = /^(MANAGED-ID|FMTTYPE|SIZE|FILENAME)$/;

/** What else a client has said of it stays. */
function inPlaceOf(property: Property, attachment: ManagedAttachment): Property {
  const made = attachProperty(attachment);
  const others = property.parameters.filter(({ name }) => !SAID.test(name));
  return { ...made, parameters: [...made.parameters, ...others] };
}

/** RFC 5545 section 3.6.1, RFC 5545 section 3.6.2, RFC 5545 section 3.6.3. */
function hasAttachments({ name }: Component): boolean {
  return /^V(EVENT|TODO|JOURNAL)$/.test(name);
}

/** Changes the components that are meant; instances that have none get an override first. @throws PreconditionViolated valid-rid */
function changed(calendar: Component, targets: Targets, change: (one: Component) => Component): Component {
  if (targets === 'all') {
    return { ...calendar, components: calendar.components.map((one) => (hasAttachments(one) ? change(one) : one)) };
  }
  const components = [...calendar.components];
  const master = components.find((one) => hasAttachments(one) && propertyOf(one, 'RECURRENCE-ID') === undefined);
  // All as they were: what is said of the master alone is not said of the instances.
  const added = targets.instances.flatMap((rid) => {
    const at = components.findIndex((one) => hasAttachments(one) && ridOf(one) === rid);
    if (at >= 0) {
      components[at] = change(components[at] ?? calendar);
      return [];
    }
    const override = master && newOverride(calendar, master, rid);
    if (override === undefined) throw validRid(`there is no instance ${rid.slice(0, 100)}`);
    return [change(override)];
  });
  if (targets.master) {
    if (master === undefined) throw validRid('the object has no master: only single instances of it are here');
    components[components.indexOf(master)] = change(master);
  }
  return { ...calendar, components: [...components, ...added] };
}

function ridOf(component: Component): string | undefined {
  return propertyOf(component, 'RECURRENCE-ID')?.value.trim();
}
