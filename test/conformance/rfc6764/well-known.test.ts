/**
 * The two well-known paths. RFC 6764 section 5.
 */
import assert from 'node:assert/strict';
import { must } from '../../support/conformance.ts';

for (const [path, home] of [
  ['/.well-known/caldav', '/calendars'],
  ['/.well-known/carddav', '/addressbooks'],
] as const) {
  must('RFC 6764 section 5', `${path} redirects without asking who it is`, async ({ anonymous, service }) => {
    await anonymous.get(path).expect(302).expectHeader('Location', `${service.origin}${home}`);
    await anonymous.head(path).expect(302).expectHeader('Location', `${service.origin}${home}`);
    await anonymous
      .propfind(path, '0', ['D:current-user-principal'])
      .expect(308)
      .expectHeader('Location', `${service.origin}${home}`);
  });

  must('RFC 6764 section 5', `what ${path} leads to answers for the principal`, async ({ alice }) => {
    const { headers } = await alice.propfind(path, '0', ['D:current-user-principal']).expect(308);
    const { pathname } = new URL(headers.location ?? '');
    const answer = await alice.propfind(pathname, '0', ['D:current-user-principal']).expect(207);
    assert.ok(decodeURIComponent(answer.text).includes(alice.principal));
  });
}

must('RFC 6764 section 5', 'the redirect may be kept for a while', async ({ anonymous }) => {
  await anonymous.get('/.well-known/caldav').expectHeader('Cache-Control', /max-age=\d+/);
});

must(
  'RFC 6764 section 7',
  'PROPFIND for the principal without credentials is asked for them',
  async ({ anonymous }) => {
    for (const path of ['/', '/calendars', '/addressbooks', '/principals/']) {
      await anonymous
        .propfind(path, '0', ['D:current-user-principal'])
        .expect(401)
        .expectHeader('WWW-Authenticate', /^Basic /);
    }
  },
);
