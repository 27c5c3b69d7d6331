/**
 * principal-match: which members of a collection are the user, or say by a property that they are the user's. RFC 3744 section 9.3.
 */
import { type Horizon, holdsPrincipal, horizonOf } from '../../dav/acquaintance.ts';
import { DavError } from '../../dav/errors.ts';
import { objectResource, principalHref, principalResource, subprincipal } from '../../dav/locate.ts';
import { othersTurn } from '../../dav/member-pages.ts';
import { memberCollectionsOf } from '../../dav/members.ts';
import type { Context } from '../../dav/method.ts';
import { multistatus, statusResponse } from '../../dav/multistatus.ts';
import { type PropertyReader, propertyReader, requestedProperties } from '../../dav/properties.ts';
import type { Report } from '../../dav/report.ts';
import { type CollectionResource, isCollection, type PrincipalResource, type Resource } from '../../dav/resource.ts';
import { childOf, elementsOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import { readXml } from '../../formats/xml/read.ts';
import { closeDocument, openDocument } from '../../formats/xml/write.ts';
import { type Account, type CollectionId, NO_COLLECTION } from '../../store/records.ts';
import type { Page, ReadTransaction } from '../../store/store.ts';
import { numberOfMatchesWithinLimits } from '../collection-sync/index.ts';
import { requireDepthZero } from './reports.ts';

export const principalMatch: Report = {
  name: `{${DAV}}principal-match`,
  spec: 'RFC 3744 section 9.3',
  on: ['service', 'principal', 'collection'],
  privilege: '{DAV:}read',
  async run(body, at, context, request) {
    requireDepthZero(request);
    const { catalogue, user, preferences } = context;
    const reader = propertyReader(requestedProperties(body), context, preferences.return === 'minimal');
    const property = propertyIn(body);
    if (user === undefined) return multistatus(catalogue, nothing());
    return multistatus(
      catalogue,
      property === undefined ? selves(at, user, reader, context) : owned(at, user, property, reader, context),
    );
  },
};

async function* nothing(): AsyncGenerator<string> {}

/** The property that names a principal; undefined for DAV:self. @throws DavError 400 */
function propertyIn(body: XmlElement): XmlName | undefined {
  const property = childOf(body, `{${DAV}}principal-property`);
  const isSelf = childOf(body, `{${DAV}}self`) !== undefined;
  const named = property === undefined ? undefined : elementsOf(property)[0]?.name;
  if (isSelf === (named !== undefined))
    throw new DavError(400, 'principal-match has a DAV:self or a DAV:principal-property');
  return named;
}

/** The user, the user's groups, and the principals below others in which the user or one of these groups is. */
async function* selves(at: Resource, user: Account, reader: PropertyReader, context: Context): AsyncGenerator<string> {
  yield await context.store.read(async (tx) => {
    const horizon = await horizonOf(user, tx);
    const all = await principalsThatAre(horizon, context, tx);
    return reader.respond(
      all.filter((one) => one.href.startsWith(at.href)),
      tx,
    );
  });
}

async function principalsThatAre(
  horizon: Horizon,
  { catalogue }: Context,
  tx: ReadTransaction,
): Promise<readonly PrincipalResource[]> {
  const ids = [...horizon.subject.principals];
  const delegations = await tx.directory.delegatorsOf(ids);
  const accounts = await tx.directory.accounts([...new Set([...ids, ...delegations.map((one) => one.delegator)])]);
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const principalOf = (account: Account): PrincipalResource =>
    principalResource(account, holdsPrincipal(horizon, account), catalogue);
  const own = ids.flatMap((id) => byId.get(id) ?? []).map(principalOf);
  const acting = new Map<string, PrincipalResource>();
  for (const { delegator, access } of delegations) {
    const account = byId.get(delegator);
    if (account === undefined) continue;
    for (const below of catalogue.subprincipals.values()) {
      if (below.access !== access) continue;
      const one = subprincipal(principalOf(account), below);
      acting.set(one.href, one);
    }
  }
  return [...own, ...acting.values()];
}

/** Members, at any depth, whose property names the user or one of the user's groups. */
async function* owned(
  at: Resource,
  user: Account,
  property: XmlName,
  reader: PropertyReader,
  context: Context,
): AsyncGenerator<string> {
  const { store, limits } = context;
  const names = propertyReader({ kind: 'prop', names: [property] }, context, true);
  const paths = await store.read(async (tx) => {
    const ids = [user.id, ...(await tx.directory.allGroupsOf(user.id))];
    return new Set((await tx.directory.accounts(ids)).map(principalHref));
  });
  const hrefsIn = hrefReader();
  let left = limits.infinityMembers;
  for await (const page of membersBelow(at, context)) {
    left -= page.length;
    if (left < 0) {
      const reason = `there are more resources below ${at.href} than are looked at`;
      yield statusResponse(at.href, 507, numberOfMatchesWithinLimits(reason).condition);
      return;
    }
    const text = await store.read(async (tx) => {
      const values = await names.read(page, tx);
      const mine = page.filter((_, index) => hrefsIn(values[index]?.found ?? '').some((path) => paths.has(path)));
      return mine.length === 0 ? '' : reader.respond(mine, tx);
    });
    if (text !== '') yield text;
    await othersTurn();
  }
}

/** Everything below, page by page, each its own short read. */
async function* membersBelow(at: Resource, context: Context): AsyncGenerator<readonly Resource[]> {
  if (!isCollection(at)) return;
  const { store } = context;
  for (let after: CollectionId | undefined = NO_COLLECTION; after !== undefined; ) {
    const from: CollectionId = after;
    const { members, next } = await store.read((tx) => memberCollectionsOf(at, context, tx, from));
    if (members.length > 0) yield members;
    for (const member of members) yield* membersBelow(member, context);
    after = next;
  }
  if (at.shape === 'collection') yield* objectsOf(at, context);
}

async function* objectsOf(collection: CollectionResource, { store, limits }: Context): AsyncGenerator<Resource[]> {
  if (collection.type.members === undefined) return;
  let after: string | undefined;
  do {
    const page: Page = { limit: limits.page, ...(after === undefined ? {} : { after }) };
    const records = await store.read((tx) => tx.objects.page(collection.collection, page));
    if (records.length > 0) yield records.map((record) => objectResource(collection, record));
    after = records.length < limits.page ? undefined : records.at(-1)?.name;
  } while (after !== undefined);
}

const PROP: XmlName = `{${DAV}}prop`;

/** Reads the paths in a property's value; nearly all resources of a page say the same. */
function hrefReader(): (property: string) => readonly string[] {
  let last = '';
  let hrefs: readonly string[] = [];
  return (property) => {
    if (property === last) return hrefs;
    const values = elementsOf(readXml(openDocument(PROP) + property + closeDocument(PROP)));
    const found = values.flatMap(elementsOf).filter(({ name }) => name === `{${DAV}}href`);
    last = property;
    hrefs = found.map((href) => textOf(href).trim());
    return hrefs;
  };
}
