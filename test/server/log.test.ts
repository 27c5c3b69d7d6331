/**
 * The log's lines, for people and for programs.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type LogLevel } from '../../src/server/log.ts';

const CLOCK = Date.UTC(2030, 0, 2, 3, 4, 5);
const LINE = {
  method: 'PROPFIND',
  path: '/calendars/alice@example.com/',
  status: 207,
  ms: 1.2345,
  octets: 512,
  user: 'alice@example.com',
  client: '192.0.2.1',
  agent: 'Phone/1.0',
};

function collected(level: LogLevel, format: 'text' | 'json') {
  let text = '';
  const write = (lines: string): void => {
    text += lines;
  };
  return { log: createLog({ level, format, write, clock: () => CLOCK }), lines: () => text.split('\n').slice(0, -1) };
}

test('a request is one line with what matters of it', () => {
  const { log, lines } = collected('info', 'text');
  log.access?.(LINE);
  assert.deepEqual(lines(), [
    '2030-01-02T03:04:05.000Z PROPFIND /calendars/alice@example.com/ 207 512 octets 1.2 ms alice@example.com from 192.0.2.1 "Phone/1.0"',
  ]);
});

test('as JSON it has a member for each', () => {
  const { log, lines } = collected('info', 'json');
  log.access?.(LINE);
  const { level, time, msg, ...rest } = JSON.parse(lines()[0] ?? '');
  assert.deepEqual(rest, { ...LINE, ms: 1.23 });
  assert.deepEqual([level, time, msg], [30, CLOCK, 'request']);
});

test('what a client sends does not begin another line, nor reach the terminal', () => {
  const { log, lines } = collected('info', 'text');
  log.access?.({ ...LINE, path: '/a\u001b[31m', agent: 'x\r\n2030 forged\u2028' });
  log.info('two\nlines');
  assert.equal(lines().length, 2);
  assert.ok(lines().every((line) => !/[\x00-\x1f\x7f\u2028]/.test(line)));
});

test('a fault comes with its stack and its cause', () => {
  for (const format of ['text', 'json'] as const) {
    const { log, lines } = collected('error', format);
    log.error('PUT /x failed', new Error('outer', { cause: new Error('inner') }));
    const text = lines().join('\n');
    assert.match(text, /PUT \/x failed/);
    assert.match(text, /outer/);
    assert.match(text, /inner/);
    assert.match(text, /log\.test\.ts/);
  }
});

test('requests are not even looked at above their level', () => {
  for (const format of ['text', 'json'] as const) {
    const { log, lines } = collected('warn', format);
    assert.equal(log.access, undefined);
    log.info('not said');
    log.warn('said');
    assert.equal(lines().length, 1);
    const silent = collected('silent', format);
    silent.log.error('not said', new Error('x'));
    assert.deepEqual(silent.lines(), []);
  }
});
