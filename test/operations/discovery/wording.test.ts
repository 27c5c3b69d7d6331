import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { curlCommand, hostCommand, printable, shellQuoted } from '../../../src/operations/discovery/wording.ts';

test('host commands name the resolver and its port', () => {
  assert.equal(hostCommand({}, '_caldavs._tcp.example.com', 'SRV'), 'host -t SRV _caldavs._tcp.example.com');
  const resolver = { address: '192.0.2.53', port: 5353 };
  assert.equal(hostCommand({ resolver }, 'dav.example.com'), 'host -p 5353 dav.example.com 192.0.2.53');
});

test('curl commands let curl ask for the password and go where discovery went', () => {
  const url = new URL('https://dav.example.com:8443/calendars');
  assert.equal(
    curlCommand(
      {},
      { method: 'PROPFIND', url, address: '192.0.2.1', user: 'user@example.com', headers: [['Depth', '0']] },
    ),
    "curl -s -D - --user 'user@example.com' -X PROPFIND -H 'Depth: 0' https://dav.example.com:8443/calendars",
  );
  const context = { resolver: { address: '192.0.2.53', port: 53 }, caFile: 'my ca.pem', allowUntrusted: true };
  assert.equal(
    curlCommand(context, { method: 'GET', url, address: '2001:db8::1' }),
    "curl -s -D - --cacert 'my ca.pem' --insecure --resolve 'dav.example.com:8443:[2001:db8::1]' -o /dev/null https://dav.example.com:8443/calendars",
  );
});

test('a quoted word is one word for the shell, whatever is in it', () => {
  const words = ["o'neil@example.com", '$(id)', '`id`', 'a b', '!!', '\\', '"', '~', '*', "''", ''];
  const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${words.map(shellQuoted).join(' ')}`], {
    encoding: 'utf8',
  });
  assert.deepEqual(printed.split('\n').slice(0, -1), words);
});

test('what is shown holds no control or direction-changing characters and is bounded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const shown = printable(text, 100);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}]/u);
      assert.ok(shown.length <= 100);
    }),
  );
  assert.equal(printable('\u001b[31mred\u202e'), '\ufffd[31mred\ufffd');
});
