/**
 * An override for one instance of a recurring component, which says so far nothing else than the instance did. RFC 5545 section 3.8.4.4.
 */
import { DAY } from './civil.ts';
import { type Component, type Property, propertyOf } from './component.ts';
import { type Instance, instancesOf } from './instances.ts';
import type { Moment } from './moment.ts';
import { stepBudget } from './recurrence.ts';
import { utcZone, zoneResolver } from './timezones.ts';
import { formatMoment, parseMoment } from './values.ts';

/** Instances that are looked at to find the one: more do not begin on the same two days but by malice. */
const MOST_INSTANCES = 1_000;

const RECURRENCE = /^(RRULE|RDATE|EXDATE|EXRULE|RECURRENCE-ID)$/;

/**
 * The override of the instance whose RECURRENCE-ID would have that value, in the form of the master's DTSTART. Undefined when the calendar object
 * has no such instance, or one that an override replaces already.
 */
export function newOverride(calendar: Component, master: Component, value: string): Component | undefined {
  const planned = propertyOf(master, 'DTSTART') ?? propertyOf(master, 'DUE');
  const first = planned && parseMoment(planned);
  if (planned === undefined || first === undefined) return undefined;
  const recurrenceId: Property = { ...planned, name: 'RECURRENCE-ID', value, line: 0 };
  const wanted = parseMoment(recurrenceId);
  if (wanted === undefined || wanted.kind !== first.kind || wanted.local < first.local) return undefined;
  const instance = instanceOf(calendar, wanted);
  return instance === undefined ? undefined : override(instance, recurrenceId);
}

function instanceOf(calendar: Component, wanted: Moment): Instance | undefined {
  const zones = zoneResolver(calendar);
  const zone = wanted.tzid === undefined ? utcZone : (zones(wanted.tzid) ?? utcZone);
  const at = zone.toUtc(wanted.local);
  // Instances of a change of this and all that follow may take place on other days than they were planned for.
  for (const slack of [1, 2 * DAY]) {
    const range = { start: at - slack, end: at + slack + 1 };
    const view = { zones, floating: utcZone, range, limit: MOST_INSTANCES, budget: stepBudget() };
    for (const instance of instancesOf(calendar, view)) {
      const { recurrenceId } = instance;
      if (recurrenceId?.kind === wanted.kind && recurrenceId.local === wanted.local && isPlanned(instance))
        return instance;
    }
  }
  return undefined;
}

/** Not the instance of an override that stands there for itself. */
function isPlanned({ component, recurrenceId, isOverride }: Instance): boolean {
  if (!isOverride) return true;
  const own = propertyOf(component, 'RECURRENCE-ID');
  return own === undefined || parseMoment(own)?.local !== recurrenceId?.local;
}

function override({ component, start, end }: Instance, recurrenceId: Property): Component {
  const properties: Property[] = [];
  for (const property of component.properties) {
    if (RECURRENCE.test(property.name)) continue;
    if (property.name === 'DTSTART') properties.push(moved(property, start), recurrenceId);
    else if (property.name === 'DTEND' || property.name === 'DUE') properties.push(moved(property, end));
    else properties.push(property);
  }
  if (!properties.includes(recurrenceId)) properties.push(recurrenceId);
  return { ...component, properties };
}

function moved(property: Property, to: Moment): Property {
  return { ...property, value: formatMoment(to) };
}
