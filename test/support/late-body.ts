/**
 * Requests whose bodies take their time: what happens before the body has come can be chosen.
 */
import { Buffer } from 'node:buffer';
import { DEFAULT_LIMITS } from '../../src/dav/limits.ts';
import { wholeRequest } from '../../src/dav/whole-request.ts';
import { standardFeatures } from '../../src/server/features.ts';
import { SILENT } from '../../src/server/log.ts';
import { createService } from '../../src/server/service.ts';
import type { Store } from '../../src/store/store.ts';
import type { Client } from './client.ts';

/** A request: its method, path and body, and further headers. */
export type LateRequest = readonly [string, string, string, Readonly<Record<string, string>>?];

/** Sends requests in the name of a client, before whose bodies something happens; answers their statuses. */
export function lateBodies(store: Store) {
  const service = createService({
    store,
    features: standardFeatures(),
    limits: DEFAULT_LIMITS,
    realm: 'Davit',
    log: SILENT,
  });
  return async (
    client: Client,
    [method, path, text, headers = {}]: LateRequest,
    meanwhile: () => Promise<unknown>,
  ): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${client.address}:${client.password}`).toString('base64')}`;
    const origin = 'https://dav.example.com';
    const request = wholeRequest({ method, target: path, headers: { authorization, ...headers }, origin }, text);
    const { status } = await service.handle({
      ...request,
      async body(limit) {
        await meanwhile();
        return request.body(limit);
      },
      async *stream(limit) {
        await meanwhile();
        yield* request.stream(limit);
      },
    });
    return status;
  };
}
