/**
 * What one report may spend on recurrence: a hostile rule has more instances than anybody can be sent. RFC 4791 section 7.8,
 * RFC 4791 section 9.6.5.
 */
import type { TimeZone, ZoneResolver } from '../../formats/icalendar/moment.ts';
import { type StepBudget, stepBudget } from '../../formats/icalendar/recurrence.ts';

/** UTF-16 units of expanded recurrence in one report: ten times what ten thousand plain instances have. */
const MOST_TEXT = 32 * 1024 * 1024;

/** Steps of all recurrence rules in one report before they are followed less and less patiently: a tenth of a second. */
const MOST_STEPS = 1_000_000;

/** The steps of one report; one for all its objects. */
export function reportSteps(): StepBudget {
  return stepBudget(undefined, MOST_STEPS);
}

/** Counted down while a report runs; one for all its objects. */
export interface InstanceBudget {
  /** Instances of recurring objects that may still be considered. */
  instances: number;
  /** UTF-16 units of expanded text that may still be made. */
  text: number;
  /** What the recurrence rules may take. */
  readonly steps: StepBudget;
}

/** A fresh budget; `Limits.instances` of the service. */
export function instanceBudget(instances: number): InstanceBudget {
  return { instances, text: MOST_TEXT, steps: reportSteps() };
}

/** The budget is spent: to be answered as DAV:number-of-matches-within-limits. RFC 4791 section 7.8. */
export class TooManyInstances extends Error {
  override readonly name = 'TooManyInstances';
  constructor() {
    super('recurring objects have more instances in this range than one report answers; ask for a shorter one');
  }
}

/** How a report looks at a calendar object. */
export interface ObjectView {
  /** The zones that the object names. */
  readonly zones: ZoneResolver;
  /** The zone of its dates and floating times. RFC 4791 section 7.3. */
  readonly floating: TimeZone;
  readonly budget: InstanceBudget;
}
