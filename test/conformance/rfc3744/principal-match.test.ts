/**
 * principal-match: which resources are the user, or the user's. RFC 3744 section 9.3.
 */
import { event } from '../../support/builders.ts';
import { must } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';

const match = (inside: string): string =>
  `<D:principal-match ${XMLNS}>${inside}<D:prop><D:resourcetype/></D:prop></D:principal-match>`;
const SELF = match('<D:self/>');
const OWNER = match('<D:principal-property><D:owner/></D:principal-property>');

must(
  'RFC 3744 section 9.3',
  'with self it names the user, the user’s groups, and the lists of delegates on which one of these is',
  async ({ alice, bob, team, carol }) => {
    const write = `${alice.principal}calendar-proxy-write/`;
    const set = (path: string): string => `<D:href xmlns:D="DAV:">${path}</D:href>`;
    await alice.proppatch(write, { set: { 'D:group-member-set': set(team.principal) } }).expect(207);
    await bob.report('/principals/', SELF, '0').expectMembers([bob.principal, team.principal, write]);
    await bob.report('/', SELF).expectMembers([bob.principal, team.principal, write]);
    await bob.report(team.principal, SELF).expectMembers([team.principal]);
    await bob.report(bob.calendars, SELF).expectMembers([]);
    await carol.report('/principals/', SELF).expectMembers([carol.principal]);
  },
);

must('RFC 3744 section 9.3', 'with a property it names members whose property is the user', async ({ alice, bob }) => {
  const object = `${alice.calendar}a.ics`;
  await alice.put(object, event()).expect(201);
  await alice.acl(alice.calendars, [[bob.principal, 'D:read']]).expect(200);
  const home = (await alice.propfind(alice.calendars, '1', ['D:owner']).expect(207)).multistatus();
  const inHome = [...home.responses.keys()].filter((path) => path !== alice.calendars);
  await alice.report(alice.calendars, OWNER).expectMembers([...inHome, object]);
  await alice.report(alice.calendar, OWNER).expectMembers([object]);
  await bob.report(alice.calendars, OWNER).expectMembers([]);
  const mine = [alice.principal, `${alice.principal}calendar-proxy-read/`, `${alice.principal}calendar-proxy-write/`];
  await alice.report('/principals/', OWNER).expectMembers(mine);
  const nothing = match('<D:principal-property><D:displayname/></D:principal-property>');
  await alice.report(alice.calendars, nothing).expectMembers([]);
});

must('RFC 3744 section 9.3', 'its depth is 0, and it says what is to match', async ({ alice }) => {
  await alice.report('/principals/', SELF, '1').expect(400);
  await alice.report('/principals/', match('')).expect(400);
  await alice.report('/principals/', match('<D:principal-property/>')).expect(400);
  await alice
    .report('/principals/', match('<D:self/><D:principal-property><D:owner/></D:principal-property>'))
    .expect(400);
});
