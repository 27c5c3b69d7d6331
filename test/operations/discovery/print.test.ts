import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { discoveryJson, stepText, verdictText, wantsColour } from '../../../src/operations/discovery/print.ts';
import type { Step, Verdict } from '../../../src/operations/discovery/steps.ts';

const STEP: Step = {
  service: 'caldavs',
  what: 'SRV records of _caldavs._tcp.example.com',
  command: 'host -t SRV _caldavs._tcp.example.com',
  answer: 'no such record',
  verdict: 'warning',
  advice: 'Publish SRV records.',
};
const VERDICT: Verdict = { ok: false, summary: 'Calendars not found.', mend: ['Publish SRV records.'], services: [] };

test('a step is shown with its command, answer and advice', () => {
  assert.equal(
    stepText(STEP, { colour: false }),
    `warning  caldavs: SRV records of _caldavs._tcp.example.com
         $ host -t SRV _caldavs._tcp.example.com
         no such record
         mend: Publish SRV records.
`,
  );
  assert.match(stepText({ ...STEP, verdict: 'ok' }, { colour: false }), /^ {9}note: Publish SRV records\.$/m);
});

test('the verdict ends with what to mend, numbered', () => {
  assert.equal(
    verdictText(VERDICT, { colour: false }),
    'failed: Calendars not found.\nTo mend:\n1. Publish SRV records.\n',
  );
  assert.equal(verdictText({ ...VERDICT, ok: true, mend: [] }, { colour: false }), 'ok: Calendars not found.\n');
});

test('colour changes nothing but colour', () => {
  const coloured = stepText(STEP, { colour: true });
  assert.notEqual(coloured, stepText(STEP, { colour: false }));
  assert.equal(stripVTControlCharacters(coloured), stepText(STEP, { colour: false }));
  assert.equal(
    stripVTControlCharacters(verdictText(VERDICT, { colour: true })),
    verdictText(VERDICT, { colour: false }),
  );
});

test('only a terminal gets colour, and not if NO_COLOR is set', () => {
  assert.equal(wantsColour({ isTTY: true }, undefined), true);
  assert.equal(wantsColour({ isTTY: true }, ''), true);
  assert.equal(wantsColour({ isTTY: true }, '1'), false);
  assert.equal(wantsColour({ isTTY: false }, undefined), false);
  assert.equal(wantsColour({}, undefined), false);
});

test('control characters are not passed on to the terminal', () => {
  assert.ok(!stepText({ ...STEP, answer: '\u001b[2J' }, { colour: false }).includes('\u001b'));
});

test('the JSON shape holds the verdict and every step', () => {
  const json = JSON.parse(JSON.stringify(discoveryJson('user@example.com', [STEP], VERDICT)));
  assert.deepEqual(json, { address: 'user@example.com', ...VERDICT, steps: [STEP] });
});
