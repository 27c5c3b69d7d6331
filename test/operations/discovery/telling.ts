/**
 * Runs a whole discovery over a scripted network, for tests.
 */
import assert from 'node:assert/strict';
import { type DiscoverOptions, discover } from '../../../src/operations/discovery/discover.ts';
import type { ServiceLabel, Step, Verdict } from '../../../src/operations/discovery/steps.ts';
import { type FakeAnswer, type FakeRequest, fakeService } from './fake-service.ts';
import { NOW, type Script, type ScriptedNetwork, scriptedNetwork } from './scripted-network.ts';

export const PASSWORD = 'correct horse';
export const ADDRESS = 'user@example.com';
export const right = fakeService({ user: ADDRESS, password: PASSWORD });

export interface Told {
  readonly steps: readonly Step[];
  readonly verdict: Verdict;
  readonly network: ScriptedNetwork;
}

export async function told(script: Script, options: Partial<DiscoverOptions> = {}): Promise<Told> {
  const network = scriptedNetwork(script);
  const all = { address: ADDRESS, password: PASSWORD, random: () => 0, now: () => NOW, ...options };
  const telling = discover(all, network);
  const steps: Step[] = [];
  for (let next = await telling.next(); ; next = await telling.next()) {
    if (next.done === true) return { steps, verdict: next.value, network };
    steps.push(next.value);
  }
}

export const verdicts = (steps: readonly Step[], service: ServiceLabel) =>
  steps.filter((step) => step.service === service).map(({ what, verdict }) => `${verdict}: ${what}`);
export const stepAbout = (steps: readonly Step[], what: string | RegExp) => {
  const found = steps.find((step) => (typeof what === 'string' ? step.what === what : what.test(step.what)));
  assert.ok(found, `no step about ${what} among ${steps.map((step) => step.what).join('; ')}`);
  return found;
};
/** The right service, but for what `change` answers. */
export const except =
  (change: (request: FakeRequest, url: URL) => FakeAnswer | undefined) => (request: FakeRequest, url: URL) =>
    change(request, url) ?? right(request);
