/**
 * Whether a calendar object matches a filter: some component of each comp-filter for which all it says holds. RFC 4791 section 9.7,
 * RFC 4791 section 9.9.
 */
import { type Fold, foldOnce, matchesFolded } from '../../formats/collation.ts';
import { type Component, type Property, propertiesOf, propertyOf } from '../../formats/icalendar/component.ts';
import { endOf, timingOf } from '../../formats/icalendar/instance-times.ts';
import type { TimeRange } from '../../formats/icalendar/moment.ts';
import { instantOf } from '../../formats/icalendar/timezones.ts';
import { parseMoment, splitText, unescapeText } from '../../formats/icalendar/values.ts';
import type { CalendarFilter, CompFilter, ParamFilter, PropFilter, TextMatch } from './filter.ts';
import { alarmsOverlap, overlaps, type Series, seriesOf } from './filter-times.ts';
import type { ObjectView } from './instance-budget.ts';

/** How all conditions of a filter look at one object. */
interface Look extends ObjectView {
  readonly fold: Fold;
  /** Values that may still be compared; beyond them every condition holds. */
  left: number;
}

/** Values of one object that are compared, by all conditions together: real objects have some dozens. */
const MOST_COMPARED = 100_000;

/**
 * Whether a calendar object matches a filter. Where the budget ends before that is known, it does: an object is found in vain rather than
 * missed. RFC 4791 section 9.7.
 */
export function matches(filter: CalendarFilter, calendar: Component, view: ObjectView): boolean {
  if (calendar.name !== filter.name || filter.notDefined) return false;
  const look: Look = { ...view, fold: foldOnce(), left: MOST_COMPARED };
  return (
    filter.props.every((prop) => propMatches(prop, calendar, look)) &&
    filter.comps.every((comp) => mainMatches(comp, calendar, look))
  );
}

/** A comp-filter within that of VCALENDAR. */
function mainMatches(filter: CompFilter, calendar: Component, view: Look): boolean {
  const { name, range, props, comps } = filter;
  const series = seriesOf(calendar, name);
  if (filter.notDefined) return series.components.length === 0;
  return series.components.some(
    (component) =>
      props.every((prop) => propMatches(prop, component, view)) &&
      (range === undefined || overlaps(series, component, range, view)) &&
      comps.every((comp) => partMatches(comp, series, component, view)),
  );
}

/** A comp-filter on the alarms of a component of a series, or whatever else lies in it. */
function partMatches(filter: CompFilter, series: Series, parent: Component, view: Look): boolean {
  const { name, range, props, comps } = filter;
  const within = seriesOf(parent, name);
  if (filter.notDefined) return within.components.length === 0;
  const matching = within.components.filter(
    (component) =>
      props.every((prop) => propMatches(prop, component, view)) &&
      comps.every((comp) => partMatches(comp, within, component, view)),
  );
  if (matching.length === 0 || range === undefined) return matching.length > 0;
  return alarmsOverlap(series, parent, matching, range, view);
}

function propMatches(filter: PropFilter, component: Component, view: Look): boolean {
  const properties = propertiesOf(component, filter.name);
  if (filter.notDefined) return properties.length === 0;
  if (properties.length === 0) return effectiveEndMatches(filter, component, view);
  return properties.some(
    (property) => valueMatches(filter, property, view) && paramsMatch(filter.params, property, view),
  );
}

function valueMatches({ text, range }: PropFilter, property: Property, view: Look): boolean {
  if (--view.left < 0) return true;
  if (text !== undefined) return propertyTextMatches(text, property.value, view);
  if (range === undefined) return true;
  const moment = parseMoment(property);
  return moment !== undefined && instantWithin(instantOf(moment, view.zones, view.floating), range);
}

function instantWithin(instant: number, range: TimeRange): boolean {
  return range.start <= instant && instant < range.end;
}

/** The DTEND of a VEVENT, or the DUE of a VTODO, that says how long it lasts. RFC 4791 section 9.9. */
function effectiveEndMatches({ name, range, params }: PropFilter, component: Component, view: ObjectView): boolean {
  if (range === undefined || params.some(({ notDefined }) => !notDefined)) return false;
  if (name !== (component.name === 'VEVENT' ? 'DTEND' : component.name === 'VTODO' ? 'DUE' : '')) return false;
  if (propertyOf(component, 'DURATION') === undefined) return false;
  const timing = timingOf(component, view);
  if (timing === undefined) return false;
  const { local } = timing.start;
  return instantWithin(endOf(timing, local, timing.startZone.toUtc(local)), range);
}

function paramsMatch(filters: readonly ParamFilter[], property: Property, look: Look): boolean {
  return filters.every(({ name, notDefined, text }) => {
    const parameter = property.parameters.find((one) => one.name === name);
    if (notDefined || parameter === undefined) return notDefined && parameter === undefined;
    return text === undefined || textMatches(text, parameter.values, look);
  });
}

/** A list such as that of CATEGORIES is compared as a whole and by its parts. */
function propertyTextMatches(match: TextMatch, raw: string, look: Look): boolean {
  const whole = unescapeText(raw);
  // What is contained in a part is contained in the whole.
  if (match.type === 'contains' || !raw.includes(',')) return textMatches(match, [whole], look);
  return textMatches(match, [whole, ...splitText(raw).map(unescapeText)], look);
}

function textMatches(match: TextMatch, texts: readonly string[], look: Look): boolean {
  look.left -= texts.length;
  if (look.left < 0) return true;
  const { collation, pattern, type, negated } = match;
  return texts.some((text) => matchesFolded(look.fold(collation, text), pattern, type)) !== negated;
}
