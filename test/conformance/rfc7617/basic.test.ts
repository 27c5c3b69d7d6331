/**
 * Logging in with HTTP Basic. RFC 7617, RFC 6764 section 7.
 */
import assert from 'node:assert/strict';
import { must } from '../../support/conformance.ts';

must(
  'RFC 7617 section 2',
  'a wrong password, an unknown user and no password at all are asked for credentials alike',
  async ({ alice, anonymous }) => {
    const wrong = alice.as({ user: alice.address, password: 'not this one' });
    const unknown = alice.as({ user: 'nobody-of-that-name@example.com', password: 'not this one' });
    const answers = [];
    for (const client of [wrong, unknown]) {
      answers.push(await client.propfind(alice.principal, '0', ['D:displayname']).expect(401));
    }
    assert.equal(answers[0]?.text, answers[1]?.text);
    await anonymous.propfind(alice.principal, '0', ['D:displayname']).expect(401);
  },
);

must('RFC 7617 section 2.1', 'the challenge names a realm and asks for UTF-8', async ({ anonymous }) => {
  await anonymous
    .get('/calendars/')
    .expect(401)
    .expectHeader('WWW-Authenticate', /^Basic realm="[^"]+", charset="UTF-8"$/);
});

must(
  'RFC 6764 section 7',
  'the address, an alias, other capitals and, in the default domain, the local part log in',
  async ({ alice, service }) => {
    const [local = ''] = alice.address.split('@');
    for (const user of [alice.address, local, alice.address.toUpperCase(), `${local}-also@example.com`]) {
      const answer = await alice
        .as({ user, password: alice.password })
        .propfind('/', '0', ['D:current-user-principal'])
        .expect(207);
      assert.ok(decodeURIComponent(answer.text).includes(alice.principal), user);
    }
    assert.ok(service.origin.startsWith('https://'));
  },
);

must(
  'RFC 9110 section 11.6.2',
  'credentials of another scheme, or garbled ones, are refused and not taken for nobody',
  async ({ anonymous }) => {
    for (const header of ['Bearer abc', 'Basic !!!', 'Basic', `Basic ${Buffer.from('no-colon').toString('base64')}`]) {
      await anonymous.get('/calendars/', { Authorization: header }).expect(400, 401);
    }
  },
);
