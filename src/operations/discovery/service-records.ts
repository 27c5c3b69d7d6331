/**
 * What SRV and TXT answers mean to a client: the order in which targets are tried, "decidedly not available",
 * and the `path` key. RFC 2782; RFC 6764 section 4.
 */

/** One SRV record. The root, which says "not available", is the target `''` or `.`. */
export interface ServiceRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/**
 * The records in the order in which RFC 2782 has a client contact them: by priority, and within one priority drawn by
 * weight. `random` returns a number from 0 up to but not including 1.
 */
export function inContactOrder(records: readonly ServiceRecord[], random: () => number): readonly ServiceRecord[] {
  const ordered: ServiceRecord[] = [];
  // Within a priority, weight 0 comes first: it is drawn only when the number drawn is 0.
  const left = records.toSorted((a, b) => a.priority - b.priority || Number(a.weight !== 0) - Number(b.weight !== 0));
  while (left.length > 0) {
    const priority = left[0]?.priority;
    const level = left.filter((record) => record.priority === priority);
    const sum = level.reduce((total, record) => total + record.weight, 0);
    const drawn = Math.floor(random() * (sum + 1));
    let running = 0;
    const chosen = level.find((record) => {
      running += record.weight;
      return running >= drawn;
    });
    ordered.push(...left.splice(chosen === undefined ? 0 : left.indexOf(chosen), 1));
  }
  return ordered;
}

/** Whether the records say that the service is decidedly not available: precisely one, and its target is the root. */
export function decidedlyUnavailable(records: readonly ServiceRecord[]): boolean {
  return records.length === 1 && isRoot(records[0]?.target ?? '');
}

/** Whether a target is the root domain. */
export function isRoot(target: string): boolean {
  return target === '' || target === '.';
}

/** How `host` and zone files write a record: `1 5 8443 dav.example.com.` */
export function recordText(record: ServiceRecord): string {
  const target = isRoot(record.target) ? '.' : `${record.target.replace(/\.$/, '')}.`;
  return `${record.priority} ${record.weight} ${record.port} ${target}`;
}

/**
 * The value of the `path` key, or undefined if no record has one. Each TXT record is a list of character-strings, each
 * of them one `key=value`; keys are compared without case, and the first of a name counts. RFC 6764 section 4.
 */
export function pathKey(records: readonly (readonly string[])[]): string | undefined {
  for (const strings of records) {
    for (const pair of strings) if (/^path=/i.test(pair)) return pair.slice('path='.length);
  }
  return undefined;
}
