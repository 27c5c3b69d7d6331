/**
 * The conformance tests as a list, for tools that run them themselves.
 */
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Case, collect, type Declined } from '../test/support/conformance.ts';
import type { ServiceUnderTest } from '../test/support/service.ts';
import { withWorld } from '../test/support/world.ts';
import { ROOT, testFiles } from './run-tests.ts';

/** A case with the file it stands in. */
export interface FiledCase extends Case {
  readonly file: string;
}

/** All of them, file by file, in the order in which they stand. */
export async function conformanceCases(): Promise<{
  readonly cases: readonly FiledCase[];
  readonly declined: readonly Declined[];
}> {
  const cases: FiledCase[] = [];
  const declined: Declined[] = [];
  for (const path of testFiles('test/conformance/**/*.test.ts')) {
    const found = await collect(async () => {
      await import(pathToFileURL(path).href);
    });
    const file = relative(ROOT, path).replaceAll('\\', '/');
    cases.push(...found.cases.map((one) => ({ ...one, file })));
    declined.push(...found.declined);
  }
  return { cases, declined };
}

/** Runs a case; answers what it threw, undefined when it passed. */
export async function failureOf(one: Case, service: ServiceUnderTest): Promise<Error | undefined> {
  try {
    await withWorld(service, one.body);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
