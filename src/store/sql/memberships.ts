/**
 * Who is in which groups, directly or through others.
 */
import { type AccountId, accountId, type Membership } from '../records.ts';
import type { DirectoryReader } from '../store.ts';
import { perDialect, type Session, type Statement, statement } from './database.ts';

type MembershipRow = readonly [group: number, member: number];

const MEMBERS_OF = statement<[number]>('select member_id from membership where group_id = $1 order by member_id');
/** Groups may be members of one another in a circle: the union takes each once. */
const ALL_GROUPS_OF = statement<[number]>(
  `with recursive above (id) as (
     select group_id from membership where member_id = $1
     union select m.group_id from above cross join membership m where m.member_id = above.id)
   select id from above where id <> $1 order by id`,
);
const lists = perDialect(({ isIn }) => ({
  membersOfAll: statement<MembershipRow>(
    `select group_id, member_id from membership where ${isIn('group_id', '$1', 'bigint')} order by group_id, member_id`,
  ),
  groupsOf: statement<MembershipRow>(
    `select group_id, member_id from membership where ${isIn('member_id', '$1', 'bigint')} order by member_id, group_id`,
  ),
  allGroupsOfAll: statement<MembershipRow>(
    `with recursive above (member, id) as (
       select member_id, group_id from membership where ${isIn('member_id', '$1', 'bigint')}
       union select above.member, m.group_id from above cross join membership m where m.member_id = above.id)
     select id, member from above where id <> member order by member, id`,
  ),
}));

/** Reads groups and their members through a session. */
export function membershipReader(
  session: Session,
): Pick<DirectoryReader, 'membersOf' | 'membersOfAll' | 'groupsOf' | 'allGroupsOf' | 'allGroupsOfAll'> {
  const ids = async (query: Statement<[number]>, of: AccountId): Promise<readonly AccountId[]> =>
    (await session.all(query, [of])).map(([id]) => accountId(id));
  const memberships = async (
    query: Statement<MembershipRow>,
    of: readonly AccountId[],
  ): Promise<readonly Membership[]> => {
    const rows = of.length === 0 ? [] : await session.all(query, [session.list(of)]);
    return rows.map(([group, member]) => ({ group: accountId(group), member: accountId(member) }));
  };
  const { membersOfAll, groupsOf, allGroupsOfAll } = lists(session.dialect);
  return {
    membersOf: (group) => ids(MEMBERS_OF, group),
    membersOfAll: (groups) => memberships(membersOfAll, groups),
    groupsOf: (members) => memberships(groupsOf, members),
    allGroupsOf: (member) => ids(ALL_GROUPS_OF, member),
    allGroupsOfAll: (members) => memberships(allGroupsOfAll, members),
  };
}
