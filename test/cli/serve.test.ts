import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oncePerKeyPress } from '../../src/cli/serve-command.ts';
import { welcomeText } from '../../src/cli/welcome.ts';

test('one key press that arrives by two ways is one signal; a second press is a second', () => {
  let clock = 0;
  const present = new Map<string, () => void>();
  let heard = 0;
  const deliver = (signal = 'SIGINT'): void => present.get(signal)?.();
  const signals = oncePerKeyPress(
    {
      on(signal, listener) {
        present.set(signal, listener);
      },
      off(signal, listener) {
        if (present.get(signal) === listener) present.delete(signal);
      },
      exit() {},
    },
    () => clock,
  );
  const listener = (): void => {
    heard += 1;
  };
  signals.on('SIGINT', listener);
  signals.on('SIGTERM', listener);
  deliver();
  clock = 5;
  deliver();
  assert.equal(heard, 1);
  clock = 1000;
  deliver();
  assert.equal(heard, 2);
  clock = 2000;
  deliver('SIGTERM');
  assert.equal(heard, 3);
  signals.off('SIGINT', listener);
  signals.off('SIGTERM', listener);
  assert.equal(present.size, 0);
});

const RUNNING = {
  origin: 'https://127.0.0.1:8443',
  addresses: ['https://127.0.0.1:8443'],
  data: '/srv/davit data',
  engine: 'SQLite 3',
  certificate: { file: '/srv/davit data/certificate.pem', fingerprint: '00:11' },
  demo: undefined,
  empty: false,
} as const;

test('a newcomer is told the URL first, then logins, commands that work as they stand, where data lies, how to stop', () => {
  const logins = [{ address: 'jane@demo.example.com', password: 'secret' }];
  const text = welcomeText({ ...RUNNING, demo: { logins, file: '/srv/davit data/demo-passwords' } }, false);
  assert.match(text, /^Davit is running at https:\/\/127\.0\.0\.1:8443\/\n/);
  assert.ok(text.includes('  jane@demo.example.com  secret\n'));
  const command =
    "curl -s --cacert '/srv/davit data/certificate.pem' --user jane@demo.example.com:secret -X PROPFIND https://";
  assert.ok(text.includes(command));
  assert.match(text, /\nData: \/srv\/davit data \(SQLite 3\)\n/);
  assert.match(text, /\nStop: Ctrl-C\n$/);
});

test('where nobody can log in yet, it says how to change that', () => {
  assert.match(welcomeText({ ...RUNNING, empty: true }, false), /davit domain add/);
  assert.ok(!welcomeText(RUNNING, false).includes('davit domain add'));
});

test('a certificate that clients believe needs no words', () => {
  assert.ok(!welcomeText({ ...RUNNING, certificate: undefined }, false).includes('self-signed'));
});
