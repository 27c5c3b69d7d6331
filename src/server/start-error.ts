/**
 * Why the service does not start: one sentence for the person who started it.
 */
import { Refusal } from '../operations/refusal.ts';

/** What stands in the way of a start; printed as it is, without a stack trace. */
export class StartError extends Refusal {
  override readonly name: string = 'StartError';
}
